"""Holds the live model's own rows against rebuilt ones of the same offsets: what differs, by name."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

import orjson

from schemas.instants import ms_of
from services.domain.deadlines import wake_ms
from services.projector.folding import restored
from services.projector.rebuild.moment import Moment
from services.projector.store import Reads

Json = dict[str, Any]

_FIRST: Final = 100
_LONGEST: Final = 200
_NEVER: Final = 1 << 62
_DOCUMENTS: Final = frozenset({"view", "event", "change", "said"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one shipment."""

    shipment: str
    field: str
    live: Any
    rebuilt: Any


@dataclass(slots=True)
class Differences:
    """All that differ, counted by shipment; the first of them by name."""

    shipments: set[str] = field(default_factory=set)
    first: list[Difference] = field(default_factory=list)

    def add(self, found: Iterable[Difference]) -> None:
        """Count them all, keep the first."""
        for each in found:
            self.shipments.add(each.shipment)
            if len(self.first) < _FIRST:
                self.first.append(each)

    def join(self, others: "Differences") -> None:
        """Those of another part behind ours."""
        self.shipments |= others.shipments
        self.first += others.first[: _FIRST - len(self.first)]

    def __bool__(self) -> bool:
        return bool(self.shipments)


class Comparison:
    """Both models at one moment, at which they stood at the same offsets."""

    def __init__(self, url: str, *, live: str, rebuilt: str, partitions: int) -> None:
        """Take the moment; raises psycopg.Error."""
        self._url, self._rebuilt, self._partitions = url, rebuilt, partitions
        self._moment = Moment(url, live=live, rebuilt=rebuilt)

    def rows(self, *, timeline: bool, readers: int) -> Differences:
        """What differs between the rows of `shipments`, next alarms included, and those of `timeline`.

        So many parts are read at once; the answer is in their order. Raises psycopg.Error.
        """
        parts = [self._shipments, self._wakes]
        parts += [partial(self._timeline, partition) for partition in range(self._partitions) if timeline]
        found = Differences()
        with ThreadPoolExecutor(readers) as pool:
            try:
                for each in [pool.submit(_counted, part) for part in parts]:
                    found.join(each.result())
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self._moment.close()
                raise
        return found

    def alerts(self) -> Iterator[tuple[str, str, list[Any]]]:
        """Shipment, `added` or `withdrawn`, and the announcement that only one of the models has standing."""
        for key, rebuilt, live in self._moment.rows("differing_said"):
            new, old = _told(rebuilt), _told(live)
            yield from ((key, "added", list(each)) for each in sorted(new - old, key=repr))
            yield from ((key, "withdrawn", list(each)) for each in sorted(old - new, key=repr))

    def close(self) -> None:
        """Let the moment go."""
        self._moment.close()

    def _shipments(self) -> Iterator[Difference]:
        for key, rebuilt, live in self._moment.rows("differing_shipments"):
            yield from _fields(key, "", live, rebuilt)

    def _timeline(self, partition: int) -> Iterator[Difference]:
        for key, rebuilt, live in self._moment.rows("differing_timeline", partition=partition):
            offset = (rebuilt or live)["src_offset"]
            yield from _fields(key, f"timeline {partition}/{offset} ", live, rebuilt)

    def _wakes(self) -> Iterator[Difference]:
        """The watchdog moves an alarm on to the next deadline, so any value from ours up to that is right."""
        reads = Reads(self._url)
        try:
            for key, rebuilt, live in self._moment.rows("differing_wakes"):
                envelopes, said, hash_ = reads.states(self._rebuilt, [key])[key]
                deadline = wake_ms(restored(key, envelopes, said, stored_hash=hash_).shipment)
                latest = _NEVER if deadline is None else deadline
                if not _ms(rebuilt) <= _ms(live) <= latest:
                    yield Difference(key, "wake_at", _shown(live), _shown(rebuilt))
        finally:
            reads.close()


def _counted(part: Callable[[], Iterator[Difference]]) -> Differences:
    found = Differences()
    found.add(part())
    return found


def _fields(key: str, prefix: str, live: Json | None, rebuilt: Json | None) -> Iterator[Difference]:
    if live is None or rebuilt is None:
        there = {True: "missing", False: "present"}
        yield Difference(key, f"{prefix}row", there[live is None], there[rebuilt is None])
        return
    for name in rebuilt:
        was, now = live.get(name), rebuilt[name]
        if was == now:
            continue
        if name in _DOCUMENTS:
            yield from _members(key, f"{prefix}{name}", was, now)
        else:
            yield Difference(key, f"{prefix}{name}", _shown(was), _shown(now))


def _members(key: str, name: str, live: str | None, rebuilt: str | None) -> Iterator[Difference]:
    """The members that differ of two JSON texts; the texts themselves where none does, or they are none."""
    was, now = _read(live), _read(rebuilt)
    if not (isinstance(was, dict) and isinstance(now, dict)) or was == now:
        yield Difference(key, name, _shown(live), _shown(rebuilt))
        return
    for member in sorted(was.keys() | now.keys()):
        if was.get(member) != now.get(member):
            yield Difference(key, f"{name}.{member}", _shown(was.get(member)), _shown(now.get(member)))


def _read(text: str | None) -> Any:
    try:
        return orjson.loads(text or "null")
    except orjson.JSONDecodeError:
        return None


def _told(said: str | None) -> set[tuple[Any, ...]]:
    members = _read(said)
    return {tuple(entry) for entry in members["told"]} if isinstance(members, dict) else set()


def _ms(moment: datetime | None) -> int:
    return _NEVER if moment is None else ms_of(moment)


def _shown(value: Any) -> Any:
    """The value as JSON, cut where it is long."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else str(value)
    if isinstance(value, dict | list):
        text = orjson.dumps(value).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

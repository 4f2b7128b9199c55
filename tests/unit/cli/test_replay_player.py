"""One replay over fakes: what is appended, what counts as a duplicate, when the clock is kept."""

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Future
from typing import Any

import orjson

from schemas.codec import Record
from services.cli.replay.append import LogAppender
from services.cli.replay.player import CHUNK, Player
from services.cli.replay.virtual import VirtualTime
from services.domain.proposal import deadline_passed
from services.ingest.envelope import Origin
from services.ingest.intake import Intake
from services.ingest.sealing import DataKey
from services.runtime.outcomes import Outcome, Sent
from tests.builders import canonical_registered, canonical_scan, day, hour

Json = dict[str, Any]


class FakeLog:
    """One partition; a batch is acknowledged when its outcome is asked for."""

    def __init__(self) -> None:
        self.handed: list[Json] = []
        self.acknowledged = 0

    def send(self, topic: str, records: list[tuple[int | None, Record]]) -> "Future[list[Outcome]]":
        first = len(self.handed)
        self.handed += [orjson.loads(record.value) for _, record in records]
        log, count = self, len(records)

        class Acknowledged(Future[list[Outcome]]):
            def result(self, timeout: float | None = None) -> list[Outcome]:
                log.acknowledged += count
                return [Sent(0, first + n) for n in range(count)]

        return Acknowledged()


class FakeStore:
    """A read model that holds `stored`, and remembers what stood in the log when the clock was kept."""

    def __init__(self, log: FakeLog, stored: Iterable[Json] = ()) -> None:
        self.log = log
        self.stored = list(stored)
        self.kept: list[tuple[int, int, int]] = []

    def facts_with_deadline(self) -> list[tuple[str, list[Json]]]:
        return self._grouped({envelope["shipment"] for envelope in self.stored})

    def facts_of(self, shipments: list[str]) -> list[tuple[str, list[Json]]]:
        return self._grouped(set(shipments))

    def known_ids(self, shipments: list[str]) -> set[str]:
        return {e["event_id"] for e in self.stored if e["shipment"] in shipments}

    def move_clock(self, ms: int) -> None:
        self.kept.append((ms, self.log.acknowledged, len(self.log.handed)))

    def _grouped(self, keys: set[str]) -> list[tuple[str, list[Json]]]:
        return [(key, [e for e in self.stored if e["shipment"] == key]) for key in sorted(keys)]


class OneKey:
    def keys_for(self, subjects: Collection[str]) -> Mapping[str, DataKey]:
        return {subject: DataKey("00000000-0000-0000-0000-000000000001", bytes(32)) for subject in subjects}


def player(store: FakeStore, *, time: VirtualTime | None) -> Player:
    intake = Intake(origin=Origin(channel="replay", trust="manual"), recorded_at="required", keys=OneKey())
    return Player(intake=intake, stored=store, appender=LogAppender(store.log, topic="log"), time=time)


def virtual(clock_ms: int | None = None) -> VirtualTime:
    return VirtualTime(clock_ms=clock_ms, propose=lambda k, d, at: deadline_passed(k, d, recorded_at=at))


def numbered(*lines: Json) -> list[tuple[int, bytes]]:
    return [(number, orjson.dumps(line)) for number, line in enumerate(lines, start=1)]


def picked_up(number: str, at: int) -> Json:
    return canonical_scan("picked_up", number=number, at=at, recorded_at=at)


def test_a_line_whose_event_the_store_or_an_earlier_line_has_is_a_duplicate_and_appended_all_the_same() -> (
    None
):
    first, log = FakeLog(), FakeLog()
    player(FakeStore(first), time=None).play(
        numbered(picked_up("A", hour(1))), until_ms=None, seen=lambda _: None
    )
    store = FakeStore(log, stored=first.handed)

    lines = numbered(picked_up("A", hour(1)), picked_up("B", hour(2)), picked_up("B", hour(2)))
    played = player(store, time=None).play(lines, until_ms=None, seen=lambda _: None)

    assert (played.lines, played.duplicates) == (3, 2)
    assert [envelope["shipment"] for envelope in log.handed] == ["acme:A", "acme:B", "acme:B"]


def test_without_time_the_clock_is_not_touched_and_nothing_fires() -> None:
    log = FakeLog()
    store = FakeStore(log)

    player(store, time=None).play(
        numbered(picked_up("A", hour(1)), picked_up("B", day(300))), until_ms=None, seen=lambda _: None
    )

    assert store.kept == []
    assert [envelope["type"] for envelope in log.handed] == ["ScanRecorded"] * 2


def test_the_clock_is_kept_only_when_everything_played_so_far_is_acknowledged() -> None:
    log = FakeLog()
    store = FakeStore(log)
    lines = numbered(*(picked_up(f"N{n}", hour(n)) for n in range(CHUNK + 5)))

    player(store, time=virtual()).play(lines, until_ms=None, seen=lambda _: None)

    assert len(store.kept) == 3
    assert all(acknowledged == handed > 0 for _, acknowledged, handed in store.kept)
    assert [ms for ms, _, _ in store.kept] == [hour(CHUNK - 1), hour(CHUNK + 4), hour(CHUNK + 4)]


def test_a_shipment_that_only_the_store_has_keeps_its_deadline() -> None:
    first, log = FakeLog(), FakeLog()
    promise = {"kind": "order_promised", "to": "2026-03-02T05:00:00Z"}
    order = canonical_registered(number="A", at=hour(0), recorded_at=hour(0), promise=promise)
    player(FakeStore(first), time=None).play(numbered(order), until_ms=None, seen=lambda _: None)
    store = FakeStore(log, stored=first.handed)

    player(store, time=virtual(hour(1))).play(
        numbered(picked_up("B", hour(6))), until_ms=None, seen=lambda _: None
    )

    assert [(e["type"], e["shipment"]) for e in log.handed] == [
        ("DeadlinePassed", "acme:A"),
        ("ScanRecorded", "acme:B"),
    ]


def test_refused_lines_are_told_by_their_number_in_the_file_and_count_as_read() -> None:
    store = FakeStore(FakeLog())
    lines = [(3, b"{"), *[(7, line) for _, line in numbered(picked_up("A", hour(1)))]]

    played = player(store, time=virtual()).play(lines, until_ms=None, seen=lambda _: None)

    assert played.lines == 2
    assert [refused.line for refused in played.refused] == [3]
    assert len(store.log.handed) == 1

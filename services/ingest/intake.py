"""From bytes to envelopes and rejections: the one way in, shared by HTTP, import and replay."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from services.ingest.checks import InvalidEvent, check_event
from services.ingest.envelope import Origin, envelope_of
from services.ingest.sealing import Keys, sealed_envelopes
from services.ingest.strict_json import InvalidJson, read_strict, split_array
from services.ingest.tenants import Tenant

Json = dict[str, Any]
RecordedAt = Literal["refused", "honoured", "required"]

MAX_LINE_BYTES: Final = 1024 * 1024
_SPACE: Final = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a line was not taken; `line` counts from 1, `pointer` is `""` for unreadable JSON."""

    line: int
    pointer: str
    detail: str

    def json(self) -> Json:
        """As it stands in answers."""
        return {"line": self.line, "pointer": self.pointer, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of some lines; envelopes in the order of their lines."""

    envelopes: list[Json]
    rejections: list[Rejection]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """How lines are taken in.

    `recorded_at`: whether an event may (`honoured`), must (`required`) or must not (`refused`) say
    when it was first known. `tenant`: in whose name, None: the house's.
    """

    origin: Origin
    recorded_at: RecordedAt
    keys: Keys
    tenant: Tenant | None = None

    def take(self, events: Iterable[tuple[int, bytes]], *, now: str) -> Taken:
        """The envelopes of numbered JSON texts, sealed, in their order; raises KeysAway.

        For a tenant also what its registrations' store raises. `now`: the instant of receipt as on the wire.
        """
        lines: list[tuple[int, Json]] = []
        rejections: list[Rejection] = []
        for line, text in events:
            try:
                lines.append((line, self.envelope(_read(text), now=now)))
            except (InvalidJson, InvalidEvent) as error:
                rejections.append(Rejection(line, error.pointer, error.detail))
        if self.tenant is not None:
            lines, others = _own(lines, self.tenant)
            rejections = sorted([*rejections, *others], key=lambda each: each.line)
        envelopes = [envelope for _, envelope in lines]
        return Taken(sealed_envelopes(envelopes, keys=self.keys), rejections)

    def envelope(self, value: Any, *, now: str) -> Json:
        """The envelope of one event, its personal data still open; raises InvalidEvent."""
        event = check_event(value)
        if self.tenant is not None:
            event = self.tenant.owned(event)
        if event.recorded_at is not None and self.recorded_at == "refused":
            raise InvalidEvent("/recorded_at", "recorded_at is ours to say here")
        if event.recorded_at is None and self.recorded_at == "required":
            raise InvalidEvent("/recorded_at", "recorded_at is needed")
        return envelope_of(event, recorded_at=event.recorded_at or now, origin=self.origin)


def numbered_lines(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines of an NDJSON body, from 1, blank ones counted and left out."""
    start, number = 0, 0
    while start < len(body):
        number += 1
        end = body.find(b"\n", start)
        end = len(body) if end < 0 else end
        line = body[start:end].strip(_SPACE)
        if line:
            yield number, line
        start = end + 1


def elements(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The texts of the events of a JSON body, an object or an array of them, from 1; raises InvalidJson.

    Each is read by itself afterwards: one that is no strict JSON does not spoil its neighbours.
    """
    text = body.strip(_SPACE)
    if text.startswith(b"["):
        return enumerate(split_array(text), start=1)
    return iter([(1, text)] if text else [])


def _own(lines: list[tuple[int, Json]], tenant: Tenant) -> tuple[list[tuple[int, Json]], list[Rejection]]:
    """The lines that tell of the tenant's own shipments, and the others as rejections."""
    foreign = tenant.not_its_own([envelope for _, envelope in lines])
    if not foreign:
        return lines, []
    detail = "the merchant has registered no such shipment"
    own = [(line, envelope) for line, envelope in lines if envelope["shipment"] not in foreign]
    others = [Rejection(n, "/tracking_number", detail) for n, each in lines if each["shipment"] in foreign]
    return own, others


def _read(text: bytes) -> Any:
    if len(text) > MAX_LINE_BYTES:
        raise InvalidJson("", f"an event of more than {MAX_LINE_BYTES} bytes")
    return read_strict(text)

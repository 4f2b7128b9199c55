"""What ingest does, apart from HTTP: bytes in, event ids out, once everything is safe."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Literal

from schemas.codec import event_record
from schemas.instants import instant_text
from schemas.topics import Topics
from schemas.vocabulary import Trust
from services.ingest.accounting import count_logged, count_received
from services.ingest.envelope import Origin
from services.ingest.intake import Intake, Rejection, Taken, elements, numbered_lines
from services.ingest.publisher import Publisher, Sending
from services.ingest.sealing import Keys, sealed_envelopes
from services.ingest.strict_json import InvalidJson
from services.ingest.tenants import Tenant
from services.runtime.clock import Clock

Json = dict[str, Any]
Form = Literal["json", "ndjson"]

MOST_REJECTIONS_TOLD: Final = 10_000
_CHUNK: Final = 500


@dataclass(slots=True)
class Answer:
    """What became of a body: ids in the order of the accepted lines; `rejected` counts every rejection."""

    event_ids: list[str] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    rejected: int = 0

    def add(self, taken: Taken) -> None:
        """Take a chunk's outcome in."""
        self.event_ids += [envelope["event_id"] for envelope in taken.envelopes]
        self.rejected += len(taken.rejections)
        self.rejections += taken.rejections[: MOST_REJECTIONS_TOLD - len(self.rejections)]


@dataclass(frozen=True, slots=True)
class Ingest:
    """The parts that taking events in needs."""

    publisher: Publisher
    keys: Keys
    topics: Topics
    clock: Clock

    def take_body(self, body: bytes, *, form: Form, trust: Trust, tenant: Tenant | None = None) -> Answer:
        """Log the canonical events of a body. Raises KeysAway and Overloaded, then nothing is promised.

        `tenant`: in whose name; what the store of registrations raises then comes too.
        """
        try:
            events = elements(body) if form == "json" else numbered_lines(body)
        except InvalidJson as error:
            return Answer(rejections=[Rejection(1, error.pointer, error.detail)], rejected=1)
        origin = Origin(
            channel="api", trust=trust, carrier_account=None if tenant is None else tenant.merchant
        )
        intake = Intake(origin=origin, recorded_at="refused", keys=self.keys, tenant=tenant)
        return self.take(events, intake=intake)

    def take(self, events: Iterable[tuple[int, bytes]], *, intake: Intake) -> Answer:
        """Log numbered JSON texts; while a chunk is on its way the next one is read."""
        now_ms = self.clock.now_ms()
        now = instant_text(now_ms)
        answer = Answer()
        with self.publisher.unlogged.holding(now_ms):
            on_its_way: tuple[Sending, list[Json]] | None = None
            for chunk in _chunks(events):
                taken = intake.take(chunk, now=now)
                answer.add(taken)
                count_received(taken.envelopes, channel=intake.origin.channel, now_ms=now_ms)
                begun = self._begin(taken.envelopes, now_ms)
                self._finish(on_its_way)
                on_its_way = begun
            self._finish(on_its_way)
        return answer

    def log(self, envelopes: list[Json], *, now_ms: int) -> None:
        """Seal and log envelopes made of one request. Raises KeysAway and Overloaded."""
        with self.publisher.unlogged.holding(now_ms):
            sealed = sealed_envelopes(envelopes, keys=self.keys)
            if sealed:
                count_received(sealed, channel=sealed[0]["source"]["channel"], now_ms=now_ms)
            self._finish(self._begin(sealed, now_ms))

    def _begin(self, envelopes: Sequence[Json], now_ms: int) -> tuple[Sending, list[Json]] | None:
        if not envelopes:
            return None
        records = [event_record(envelope) for envelope in envelopes]
        return self.publisher.begin(self.topics.events.name, records, since_ms=now_ms), list(envelopes)

    def _finish(self, begun: tuple[Sending, list[Json]] | None) -> None:
        if begun is not None and self.publisher.settle(begun[0]):
            count_logged(begun[1], now_ms=self.clock.now_ms())


def _chunks(events: Iterable[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    source = iter(events)
    while chunk := list(islice(source, _CHUNK)):
        yield chunk

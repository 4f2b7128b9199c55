"""One turn of the watchdog: look at what is due, propose what may be proposed, set alarms anew."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final, Protocol

import orjson

from schemas.codec import Record
from schemas.instants import instant_text
from schemas.topics import Topic
from services.domain.deadlines import Deadline, pending
from services.domain.facts import fact_of
from services.domain.fold import fold_all
from services.notifier.due import Due, IngestState, Rearm
from services.notifier.store import START, Cursor, DuePage
from services.notifier.watchdog.coverage import Coverage, sample
from services.notifier.watchdog.decide import Decision, Proposal, Rules, decide
from services.notifier.watchdog.feeds import Feeds, FeedStore
from services.notifier.watchdog.fire import fire
from services.notifier.watchdog.silence import SilenceRules
from services.runtime import metrics
from services.runtime.clock import Clock
from services.runtime.log import get_logger
from services.runtime.outcomes import Outcome, Sent

log = get_logger(__name__)

PAGE_ROWS: Final = 1_000
PAGES_A_TICK: Final = 20
REMEMBERED_IDS: Final = 200_000
ACKNOWLEDGE_S: Final = 15.0

NO_GRACE: Final = Rules()
USUAL_SILENCE: Final = SilenceRules()


class Store(FeedStore, Protocol):
    """What the watchdog asks of PostgreSQL (`services.notifier.store`)."""

    def is_virtual(self) -> bool: ...
    def instances(self) -> tuple[IngestState, ...]: ...
    def due_page(self, *, now_ms: int, after: Cursor, limit: int) -> DuePage: ...
    def rearm(self, model: str, rearms: Sequence[Rearm]) -> int: ...


class Ends(Protocol):
    """End offsets of the log by partition; raises BrokerUnavailable."""

    def __call__(self) -> Mapping[int, int]: ...


class Producer(Protocol):
    """Appends to the log (`services.runtime.producer.LogProducer`)."""

    def send(self, topic: str, records: Sequence[tuple[int | None, Record]]) -> "Future[list[Outcome]]": ...


@dataclass(slots=True)
class Proposed:
    """The ids already proposed: a row stays due until the projector has folded its proposal."""

    limit: int = REMEMBERED_IDS
    _ids: OrderedDict[tuple[str, str, int], None] = field(default_factory=OrderedDict)

    def add(self, proposal: Proposal) -> None:
        """Remember; the oldest is forgotten above the limit, and would only be a duplicate in the log."""
        self._ids[_identity(proposal)] = None
        if len(self._ids) > self.limit:
            self._ids.popitem(last=False)

    def __contains__(self, proposal: Proposal) -> bool:
        return _identity(proposal) in self._ids


class Watchdog:
    """Proposes deadlines. Its memory is a saving only: a new one proposes the same ids."""

    def __init__(
        self,
        *,
        store: Store,
        ends: Ends,
        producer: Producer,
        events: Topic,
        clock: Clock,
        rules: Rules = NO_GRACE,
        silence: SilenceRules = USUAL_SILENCE,
    ) -> None:
        self._store = store
        self._ends = ends
        self._producer = producer
        self._topic = events.name
        self._clock = clock
        self._rules = rules
        self._feeds = Feeds(store, silence)
        self._coverage = Coverage()
        self._proposed = Proposed()
        self._cursor = START

    def tick(self) -> int:
        """One turn; how many deadlines were proposed. Idle while time is virtual.

        Raises DatabaseAway and BrokerUnavailable; what was not acknowledged is proposed again later.
        """
        if self._store.is_virtual():
            return 0
        now_ms = self._clock.now_ms()
        self._coverage.add(sample(now_ms, self._store.instances(), self._ends()))
        silent = self._feeds.silent(now_ms)
        proposed = held = 0
        for _ in range(PAGES_A_TICK):
            page = self._store.due_page(now_ms=now_ms, after=self._cursor, limit=PAGE_ROWS)
            self._coverage.reach(page.checkpoints)
            metrics.WATCHDOG_BACKLOG.set(page.backlog)
            decisions = [self._decision(page, due, now_ms=now_ms, silent=silent) for due in page.due]
            proposed += self._propose(decisions, now_ms)
            held += sum(decision.held for decision in decisions)
            self._rearm(page, decisions)
            full = len(page.due) == PAGE_ROWS
            self._cursor = (page.due[-1].wake_ms, page.due[-1].shipment) if full else START
            if not full:
                break
        metrics.WATCHDOG_HELD.set(held)
        metrics.PROGRESS_TIMESTAMP.set(now_ms / 1000)
        return proposed

    def _decision(self, page: DuePage, due: Due, *, now_ms: int, silent: frozenset[str]) -> Decision:
        return decide(
            due,
            deadlines_of(due.shipment, page.events[due.shipment]),
            now_ms=now_ms,
            coverage=self._coverage,
            silent=silent,
            rules=self._rules,
        )

    def _propose(self, decisions: Sequence[Decision], now_ms: int) -> int:
        wanted = [p for decision in decisions for p in decision.proposals if p not in self._proposed]
        if not wanted:
            return 0
        recorded_at = instant_text(now_ms)
        records = [(p.partition, fire(p.shipment, p.deadline, recorded_at=recorded_at)) for p in wanted]
        outcomes = self._producer.send(self._topic, records).result(ACKNOWLEDGE_S)
        for proposal, outcome in zip(wanted, outcomes, strict=True):
            # one refused for good stays unsent: it is tried again, and it shows in the backlog
            if isinstance(outcome, Sent):
                self._proposed.add(proposal)
                metrics.DEADLINES_PROPOSED.labels(kind=str(proposal.deadline.kind)).inc()
            else:
                log.error("deadline_refused", shipment=proposal.shipment, reason=outcome.error_class)
        return len(wanted)

    def _rearm(self, page: DuePage, decisions: Sequence[Decision]) -> None:
        rearms = [decision.rearm for decision in decisions if decision.rearm is not None]
        if rearms:
            self._store.rearm(page.model, rearms)


def deadlines_of(shipment: str, events: Sequence[str]) -> tuple[Deadline, ...]:
    """What the fold lists as pending for a shipment, sorted; `events` are envelopes as JSON."""
    return pending(fold_all(shipment, [fact_of(orjson.loads(event)) for event in events]))


def _identity(proposal: Proposal) -> tuple[str, str, int]:
    return proposal.shipment, str(proposal.deadline.kind), proposal.deadline.at_ms

"""The order in which the watchdog reads: another one would let an event slip through between two looks."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future

import orjson
import pytest

from schemas.codec import Record
from schemas.topics import topics
from services.notifier.due import Due, IngestState, Rearm
from services.notifier.store import Cursor, DuePage, Heard
from services.notifier.watchdog.tick import Watchdog
from services.projector.decode import decoded
from services.runtime.clock import VirtualClock
from services.runtime.outcomes import Outcome, Refused, Sent
from tests.builders import day, hour, scan

MOVED = scan("picked_up", at=hour(0))
STALE = day(14)


class World:
    """Clock, PostgreSQL, log and producer in one; `happened` is the order of what is asked of them."""

    def __init__(self) -> None:
        self.happened: list[str] = []
        self.oldest_unlogged: int | None = None
        self.checkpoint = 10
        self.end = 10
        self.proposed: list[Record] = []
        self.refuses = False
        self.time = STALE + 1

    def now_ms(self) -> int:
        """As Clock.now_ms."""
        self.happened.append("clock")
        return self.time

    def is_virtual(self) -> bool:
        """As WatchdogStore.is_virtual."""
        return False

    def instances(self) -> tuple[IngestState, ...]:
        """As WatchdogStore.instances."""
        self.happened.append("instances")
        return (IngestState("a", self.oldest_unlogged),)

    def ends(self) -> Mapping[int, int]:
        """The log's ends."""
        self.happened.append("ends")
        return {0: self.end}

    def due_page(self, *, now_ms: int, after: Cursor, limit: int) -> DuePage:
        """As WatchdogStore.due_page."""
        self.happened.append("due")
        due = Due("acme:P1", 0, version=1, wake_ms=STALE, carrier="acme")
        events = {"acme:P1": [orjson.dumps(MOVED).decode()]}
        return DuePage("model_1", (due,), events, {0: self.checkpoint}, 1)

    def rearm(self, model: str, rearms: Sequence[Rearm]) -> int:
        """As WatchdogStore.rearm."""
        return 0

    def open_parcels(self) -> dict[str, int]:
        """As WatchdogStore.open_parcels."""
        return {}

    def heard(self, offsets: Mapping[int, int], *, tail: int) -> Heard:
        """As WatchdogStore.heard."""
        return Heard({}, {})

    def heard_of(self, carrier: str) -> int | None:
        """As WatchdogStore.heard_of."""
        return None

    def send(self, topic: str, records: Sequence[tuple[int | None, Record]]) -> "Future[list[Outcome]]":
        """As LogProducer.send."""
        self.proposed += [record for _, record in records]
        answer: Future[list[Outcome]] = Future()
        refused = Refused("not_authorised", "an operator's to mend")
        answer.set_result([refused if self.refuses else Sent(0, n) for n, _ in enumerate(records)])
        return answer


@pytest.fixture
def world() -> World:
    """A shipment whose parcel has not moved for 14 days, everything folded."""
    return World()


def watchdog(world: World) -> Watchdog:
    """A watchdog upon it."""
    return Watchdog(store=world, ends=world.ends, producer=world, events=topics().events, clock=world)


def test_it_reads_the_clock_then_what_ingest_holds_then_the_ends_and_the_checkpoints_last(
    world: World,
) -> None:
    assert watchdog(world).tick() == 1

    assert world.happened == ["clock", "instances", "ends", "due"]


def test_it_says_nothing_until_everything_that_came_before_the_deadline_is_folded(world: World) -> None:
    one = watchdog(world)
    world.oldest_unlogged = hour(1)
    held_by_ingest = one.tick()
    world.oldest_unlogged, world.checkpoint = None, 9
    behind = one.tick()
    world.checkpoint = 10

    assert (held_by_ingest, behind) == (0, 0)
    assert one.tick() == 1
    assert len(world.proposed) == 1


def test_what_it_said_it_does_not_say_again_and_after_a_restart_it_is_the_same_event(world: World) -> None:
    one = watchdog(world)
    one.tick()
    one.tick()
    once = len(world.proposed)

    world.time += 60_000
    watchdog(world).tick()

    assert once == 1
    ids = [orjson.loads(record.value)["event_id"] for record in world.proposed]
    assert len(ids) == 2
    assert len({*ids}) == 1


def test_a_proposal_is_an_event_of_the_shipment_that_the_projector_takes(world: World) -> None:
    watchdog(world).tick()

    record = world.proposed[0]
    fact, members = decoded(record.key, record.value)

    assert (record.key, members["shipment"], fact.type) == (b"acme:P1", "acme:P1", "DeadlinePassed")
    assert members["data"] == {"kind": "stale", "deadline": "2026-03-16T00:00:00.000Z"}


def test_what_kafka_refused_was_not_said_and_is_said_again(world: World) -> None:
    one = watchdog(world)
    world.refuses = True
    one.tick()
    world.refuses = False

    one.tick()
    one.tick()

    assert len(world.proposed) == 2


def test_time_that_is_a_replays_is_none_of_its_business(world: World) -> None:
    clock = VirtualClock(STALE + 1)
    world.is_virtual = lambda: True  # type: ignore[method-assign]

    idle = Watchdog(store=world, ends=world.ends, producer=world, events=topics().events, clock=clock)

    assert idle.tick() == 0
    assert world.happened == []

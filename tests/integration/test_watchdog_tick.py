"""The watchdog on a real database, with a fixed clock: what it proposes, and when it must not."""

from collections.abc import Iterator
from datetime import timedelta

import orjson
import pytest

from services.notifier.due import Due, Rearm
from services.notifier.store import DatabaseAway, WatchdogStore
from services.notifier.watchdog.decide import Rules
from services.notifier.watchdog.silence import SilenceRules
from services.notifier.watchdog.tick import PAGE_ROWS, deadlines_of
from services.runtime.clock import VirtualClock
from services.runtime.outcomes import BrokerUnavailable
from tests.builders import ORIGIN, day, hour, registered, scan
from tests.integration.watchdog_stand import FakeLog, Json, Model, watchdog

STALE = day(15)
"""14 days behind a scan of the first day"""
SECOND = 1_000


@pytest.fixture
def model(database: str) -> Iterator[Model]:
    model = Model(database)
    yield model
    model.close()


def parcel(number: str, *, at: int = day(1), carrier: str = "acme") -> Json:
    return scan("in_transit", at=at, number=number, carrier=carrier)


def test_a_deadline_that_has_come_is_proposed_once(database: str, model: Model) -> None:
    model.put(parcel("A"), partition=2)
    log, clock = FakeLog(), VirtualClock(STALE + 1)
    dog = watchdog(database, log, clock)

    counts = [dog.tick(), dog.tick(), dog.tick()]

    assert counts == [1, 0, 0]
    assert log.proposals() == [("acme:A", "stale", STALE)]
    assert log.records[0][0] == 2


def test_before_its_time_nothing_is_proposed(database: str, model: Model) -> None:
    model.put(parcel("A"))
    log = FakeLog()

    watchdog(database, log, VirtualClock(STALE - 1)).tick()

    assert log.records == []


def test_a_restarted_watchdog_proposes_the_same_event_again(database: str, model: Model) -> None:
    model.put(parcel("A"))
    log, clock = FakeLog(), VirtualClock(STALE + 1)

    watchdog(database, log, clock).tick()
    clock.advance_to(STALE + 60 * SECOND)
    watchdog(database, log, clock).tick()

    first, second = (orjson.loads(record.value) for _, record in log.records)
    assert first["event_id"] == second["event_id"]


def test_a_projector_that_is_behind_holds_the_deadline_back(database: str, model: Model) -> None:
    model.put(parcel("A"))
    log, clock = FakeLog(), VirtualClock(STALE + 1)
    log.ends = {0: 40, 1: 0, 2: 0, 3: 0}
    dog = watchdog(database, log, clock)

    dog.tick()
    assert log.records == []

    model.checkpoint(0, 40)
    log.ends = {0: 90, 1: 0, 2: 0, 3: 0}
    clock.advance_to(STALE + 2 * SECOND)
    dog.tick()
    assert log.proposals() == [("acme:A", "stale", STALE)]


def test_ends_sampled_before_the_deadline_do_not_count(database: str, model: Model) -> None:
    model.put(parcel("A"))
    log, clock = FakeLog(), VirtualClock(STALE - 1)
    dog = watchdog(database, log, clock)
    dog.tick()

    log.ends = {0: 40, 1: 0, 2: 0, 3: 0}
    clock.advance_to(STALE + 1)
    dog.tick()

    assert log.records == []


def test_an_event_that_ingest_still_holds_holds_the_deadline_back(database: str, model: Model) -> None:
    model.put(parcel("A"))
    model.ingest("one", oldest_unlogged=STALE - 5, seen_at=STALE - 600 * SECOND)
    log, clock = FakeLog(), VirtualClock(STALE + 1)
    dog = watchdog(database, log, clock)

    dog.tick()
    assert log.records == []

    model.ingest("one", oldest_unlogged=None, seen_at=STALE)
    dog.tick()
    assert log.proposals() == [("acme:A", "stale", STALE)]


def test_an_event_that_arrived_after_the_deadline_holds_nothing_back(database: str, model: Model) -> None:
    model.put(parcel("A"))
    model.ingest("one", oldest_unlogged=STALE + 1, seen_at=STALE)
    log = FakeLog()

    watchdog(database, log, VirtualClock(STALE + 60 * SECOND)).tick()

    assert log.proposals() == [("acme:A", "stale", STALE)]


def test_an_alarm_that_rang_too_early_is_set_to_the_real_deadline(database: str, model: Model) -> None:
    model.put(parcel("A"), wake_at=hour(1))
    log = FakeLog()

    watchdog(database, log, VirtualClock(day(2))).tick()

    assert log.records == []
    assert model.alarm("acme:A") == STALE


def test_an_alarm_with_nothing_pending_is_switched_off(database: str, model: Model) -> None:
    model.put(registered(at=ORIGIN, number="A"), wake_at=hour(1))

    watchdog(database, FakeLog(), VirtualClock(day(2))).tick()

    assert model.alarm("acme:A") is None


def test_an_alarm_is_not_set_over_what_the_projector_did_meanwhile(database: str, model: Model) -> None:
    model.put(parcel("A"), wake_at=hour(1))
    store = WatchdogStore(database)
    page = store.due_page(now_ms=day(2), after=(0, ""), limit=10)
    model.move("acme:A")

    done = store.rearm(page.model, [Rearm(page.due[0], STALE)])

    assert done == 0
    assert model.alarm("acme:A") == hour(1)
    store.close()


def test_every_copy_of_a_fact_bears_on_the_deadline(database: str, model: Model) -> None:
    late_copy = parcel("A", at=day(1))
    early_copy = late_copy | {"recorded_at": "2026-02-20T00:00:00.000Z"}
    model.put(late_copy)
    model.tell(early_copy)
    store = WatchdogStore(database)

    page = store.due_page(now_ms=STALE + 1, after=(0, ""), limit=10)

    assert len(page.events["acme:A"]) == 2
    assert deadlines_of("acme:A", page.events["acme:A"]) == ()
    store.close()


def test_grace_delays_overdue_and_nothing_else(database: str, model: Model) -> None:
    promised = {"kind": "order_promised", "to": "2026-03-10", "zone": "UTC"}
    model.put(registered(at=ORIGIN, number="A", promise=promised))
    due = day(9)
    log, clock = FakeLog(), VirtualClock(due + 10 * SECOND)
    dog = watchdog(database, log, clock, rules=Rules({"promise_overdue": 60 * SECOND}))

    dog.tick()
    assert log.records == []

    clock.advance_to(due + 61 * SECOND)
    dog.tick()
    assert log.proposals() == [("acme:A", "promise_overdue", due)]


def test_a_silent_carrier_mutes_stale_for_its_parcels_only(database: str, model: Model) -> None:
    for number in range(3):
        model.put(parcel(f"S{number}"))
        model.put(parcel(f"Z{number}", carrier="zenith"))
    model.tell(parcel("other", at=STALE, carrier="zenith"))
    log, clock = FakeLog(), VirtualClock(STALE + SECOND)
    dog = watchdog(database, log, clock, silence=SilenceRules(threshold=timedelta(hours=24), least_parcels=3))

    dog.tick()
    assert log.proposals() == [(f"zenith:Z{n}", "stale", STALE) for n in range(3)]

    model.tell(parcel("news", at=STALE))
    clock.advance_to(STALE + 120 * SECOND)
    dog.tick()
    assert log.proposals()[3:] == [(f"acme:S{n}", "stale", STALE) for n in range(3)]


def test_in_virtual_time_it_idles(database: str, model: Model) -> None:
    model.clock("virtual")
    model.put(parcel("A"))
    log = FakeLog()

    proposed = watchdog(database, log, VirtualClock(STALE + 1)).tick()

    assert (proposed, log.records) == (0, [])


def test_in_wall_time_it_works(database: str, model: Model) -> None:
    model.clock("wall")
    model.put(parcel("A"))

    assert watchdog(database, FakeLog(), VirtualClock(STALE + 1)).tick() == 1


def test_what_kafka_did_not_acknowledge_is_proposed_again(database: str, model: Model) -> None:
    model.put(parcel("A"))
    log, clock = FakeLog(), VirtualClock(STALE + 1)
    dog = watchdog(database, log, clock)
    log.away = True
    with pytest.raises(BrokerUnavailable):
        dog.tick()

    log.away = False
    dog.tick()

    assert log.proposals() == [("acme:A", "stale", STALE)]


def test_rows_that_are_held_back_do_not_hide_the_ones_behind_them(database: str, model: Model) -> None:
    for number in range(PAGE_ROWS + 5):
        model.put(parcel(f"H{number}"), partition=1)
    model.put(parcel("Z"), partition=0)
    model.tell(parcel("news", at=STALE))
    log = FakeLog()
    log.ends = {0: 0, 1: 1_000_000, 2: 0, 3: 0}

    watchdog(database, log, VirtualClock(STALE + 1)).tick()

    assert log.proposals() == [("acme:Z", "stale", STALE)]


def test_a_database_that_is_away_is_passing_trouble() -> None:
    store = WatchdogStore("postgresql://127.0.0.1:1/nowhere")

    with pytest.raises(DatabaseAway):
        store.rearm("model_1", [Rearm(Due("acme:A", 0, 1, 1, "acme"), None)])

"""Virtual time: which deadline fires before which line."""

from collections.abc import Sequence
from typing import Any

import pytest

from schemas.instants import instant_ms, instant_text
from services.cli.replay.virtual import VirtualTime
from services.domain.deadlines import Deadline
from services.domain.facts import fact_of
from services.domain.fold import fold_all
from services.domain.proposal import deadline_passed
from tests.builders import day, hour, promise, registered, scan

Json = dict[str, Any]


def propose(shipment: str, deadline: Deadline, recorded_at: str) -> Json:
    return deadline_passed(shipment, deadline, recorded_at=recorded_at)


def time_at(clock_ms: int | None = None, known: Sequence[Json] = ()) -> VirtualTime:
    """Virtual time at `clock_ms` over a store that holds `known`."""
    time = VirtualTime(clock_ms=clock_ms, propose=propose)
    keys = sorted({envelope["shipment"] for envelope in known})
    time.know(fold_all(key, [fact_of(e) for e in known if e["shipment"] == key]) for key in keys)
    return time


def played(time: VirtualTime, lines: Sequence[Json], *, until: int | None = None) -> list[Json]:
    """All that goes into the log, in its order."""
    log = [envelope for line in lines for envelope in time.line(line)]
    return log + (list(time.until(until)) if until is not None else [])


def told(log: Sequence[Json]) -> list[str]:
    """Short names: deadlines as `kind number`, lines as `milestone number`, orders as `order number`."""
    names = []
    for envelope in log:
        data = envelope["data"]
        word = data.get("kind") or data.get("milestone") or "order"
        names.append(f"{word} {envelope['shipment'].partition(':')[2]}")
    return names


def order(number: str, *, due: int, at: int = 0) -> Json:
    """An order promised by an instant, known at hour `at`."""
    text = instant_text(due)
    return registered(f"O-{number}", promise=promise(text), number=number, at=hour(at), recorded_at=hour(at))


def test_a_deadline_up_to_the_next_line_fires_before_it() -> None:
    lines = [order("A", due=hour(5)), scan("delivered", at=hour(6), number="A")]

    assert told(played(time_at(), lines)) == ["order A", "promise_overdue A", "delivered A"]


def test_a_deadline_at_the_very_time_of_the_line_fires_before_it() -> None:
    lines = [order("A", due=hour(5)), scan("picked_up", at=hour(5), number="A")]

    assert told(played(time_at(), lines)) == ["order A", "promise_overdue A", "picked_up A"]


def test_a_deadline_that_a_line_has_lifted_does_not_fire() -> None:
    lines = [
        order("A", due=hour(5)),
        scan("delivered", at=hour(4), number="A"),
        scan("picked_up", at=hour(9), number="B"),
    ]

    assert told(played(time_at(), lines)) == ["order A", "delivered A", "picked_up B"]


def test_deadlines_fire_by_time_then_shipment_whatever_the_order_of_the_lines() -> None:
    lines = [order("C", due=hour(7)), order("B", due=hour(6)), order("A", due=hour(7))]

    log = played(time_at(), lines, until=hour(8))

    assert told(log)[3:] == ["promise_overdue B", "promise_overdue A", "promise_overdue C"]


def test_a_deadline_is_recorded_at_its_own_time_and_bears_the_id_of_its_kind_and_time() -> None:
    log = played(time_at(), [order("A", due=hour(5))], until=day(2))

    fired = log[1]
    assert fired["recorded_at"] == instant_text(hour(5))
    assert fired["data"] == {"kind": "promise_overdue", "deadline": instant_text(hour(5))}


@pytest.mark.parametrize(("until", "fires"), [(hour(5) - 1, False), (hour(5), True)])
def test_until_is_inclusive(until: int, fires: bool) -> None:
    time = time_at()

    log = played(time, [order("A", due=hour(5))], until=until)

    assert ("promise_overdue A" in told(log)) is fires
    assert time.clock_ms == until


def test_a_line_recorded_before_the_clock_moves_nothing() -> None:
    time = time_at(hour(10))

    log = played(time, [order("A", due=hour(5)), scan("picked_up", at=hour(6), number="A")])

    assert told(log) == ["order A", "picked_up A"]
    assert time.clock_ms == hour(10)


def test_a_line_at_the_very_time_of_the_clock_lets_fire_what_is_due() -> None:
    lines = [order("A", due=hour(5), at=10), scan("picked_up", at=hour(10), number="B")]

    assert told(played(time_at(), lines)) == ["order A", "promise_overdue A", "picked_up B"]


def test_what_came_due_before_the_clock_fires_with_the_next_move_at_the_time_of_the_clock() -> None:
    time = time_at(hour(10))

    log = played(time, [order("A", due=hour(5)), scan("picked_up", at=hour(11), number="B")])

    assert told(log) == ["order A", "promise_overdue A", "picked_up B"]
    assert log[1]["recorded_at"] == instant_text(hour(10))


def test_the_clock_never_goes_back() -> None:
    time = time_at(hour(10))

    played(time, [scan("picked_up", at=hour(2), number="A")], until=hour(3))

    assert time.clock_ms == hour(10)


def test_firing_a_deadline_can_bring_a_later_one_due_in_the_same_move() -> None:
    lines = [scan("picked_up", at=hour(0), number="A")]

    log = played(time_at(), lines, until=day(61))

    assert told(log)[1:] == ["stale A", "expired A"]
    assert [instant_ms(e["recorded_at"]) for e in log[1:]] == [day(14), day(60)]


def test_deadlines_of_shipments_that_only_the_store_has_fire_too() -> None:
    time = time_at(hour(1), known=[order("A", due=hour(5))])

    log = played(time, [scan("picked_up", at=hour(6), number="B")])

    assert told(log) == ["promise_overdue A", "picked_up B"]


def test_the_same_lines_a_second_time_fire_nothing_new() -> None:
    lines = [order("A", due=hour(5)), scan("delivered", at=hour(6), number="A")]
    first_time = time_at()
    first = played(first_time, lines, until=day(30))

    again = played(time_at(first_time.clock_ms, known=first), lines, until=day(30))

    assert again == lines


@pytest.mark.parametrize("kept", range(1, 7))
def test_a_replay_that_was_cut_off_goes_on_to_the_same_log(kept: int) -> None:
    lines = [
        order("A", due=hour(5)),
        order("B", due=hour(7), at=1),
        scan("picked_up", at=hour(6), number="A"),
        scan("delivered", at=hour(9), number="A"),
        scan("delivered", at=hour(9), number="B"),
    ]
    whole = played(time_at(), lines, until=hour(12))
    cut = whole[:kept]
    # the clock is kept only after everything up to it stands in the log: it may lag, never lead
    clock = min(instant_ms(envelope["recorded_at"]) for envelope in cut)

    rest = played(time_at(clock, known=cut), lines, until=hour(12))

    seen = {envelope["event_id"] for envelope in cut}
    new = [envelope for envelope in rest if envelope["event_id"] not in seen]
    assert [e["event_id"] for e in cut + new] == [e["event_id"] for e in whole]

"""Why each field is so: the facts named give it, no proper subset of them does, and the rule is the one."""

from itertools import combinations

import pytest
from hypothesis import given, settings

from services.domain.derive import derive
from services.domain.facts import Fact, fact_of
from services.domain.fold import fold_all
from services.domain.provenance import Because, fields_of, provenance
from services.domain.reasons import RULES
from services.domain.view import view
from tests.builders import (
    Json,
    cancelled,
    case_opened,
    day,
    deadline_passed,
    hour,
    promise,
    registered,
    retracted,
    revised,
    scan,
)
from tests.unit.domain.laws.histories import KEY, checked, histories, seeded_history

ABSENT = object()


def why(*envelopes: Json) -> dict[str, Because]:
    """The reasons by field."""
    return {because.field: because for because in provenance(KEY, map(fact_of, envelopes))}


def fields_given_by(facts: list[Fact]) -> Json:
    """The fields of a fold of these alone."""
    return fields_of(view(derive(KEY, facts)))


def faults(history: list[Json], *, largest: int = 11) -> list[str]:
    """What is wrong with the reasons of a history; sets above `largest` are taken at their word."""
    shipment = fold_all(KEY, map(fact_of, history))
    by_id = {fact.event_id: fact for fact in shipment.facts}
    reasons = provenance(KEY, shipment.facts)
    wanted, wrong = fields_of(view(shipment)), []
    if {because.field: because.value for because in reasons} != wanted:
        wrong.append(f"the fields are {wanted.keys()}")
    for because in reasons:
        facts = [by_id[event_id] for event_id in because.events]
        if fields_given_by(facts).get(because.field, ABSENT) != because.value:
            wrong.append(f"{because} does not give the field")
        if not because.rules or not set(because.rules) <= RULES.keys():
            wrong.append(f"{because} has no rule")
        if not because.least:
            wrong.append(f"{because} is not proved")
        smaller = range(len(facts)) if len(facts) <= largest else ()
        choices = (few for size in smaller for few in combinations(facts, size))
        wrong += [
            f"{because} has a smaller one: {[fact.event_id for fact in few]}"
            for few in choices
            if fields_given_by(list(few)).get(because.field, ABSENT) == because.value
        ]
    return wrong


@checked(150)
@given(histories())
def test_the_facts_named_give_the_field_and_no_proper_subset_does(history: list[Json]) -> None:
    assert faults(history) == []


@pytest.mark.parametrize("seed", range(25))
def test_so_it_is_with_many_events(seed: int) -> None:
    assert faults(seeded_history(seed, most=40), largest=8) == []


@pytest.mark.fuzz
@settings(max_examples=3_000, deadline=None)
@given(histories(most=14))
def test_so_it_is_with_many_histories(history: list[Json]) -> None:
    assert faults(history, largest=12) == []


@checked(100)
@given(histories())
def test_the_reasons_do_not_depend_on_the_order_of_arrival(history: list[Json]) -> None:
    assert why(*history) == why(*reversed(history))


def test_what_the_key_says_no_event_makes() -> None:
    found = why(scan("picked_up", at=hour(1)))

    assert [found[name].events for name in ("shipment", "carrier", "tracking_number")] == [(), (), ()]
    assert found["carrier"].rules == ("key",)
    assert found["direction"].events == ()


def test_a_delivery_is_told_by_the_scan_that_counts() -> None:
    first, repeat = scan("delivered", at=hour(5), code="D1"), scan("delivered", at=hour(6), code="D2")

    found = why(scan("picked_up", at=hour(1)), first, repeat)

    assert found["milestone"].events == found["delivered_at"].events == (first["event_id"],)
    assert found["milestone"].rules == ("R5",)


def test_a_withdrawn_scan_is_no_reason() -> None:
    moved, delivered = scan("in_transit", at=hour(2)), scan("delivered", at=hour(5))

    found = why(moved, delivered, retracted(delivered, at=hour(9)))

    assert found["milestone"].events == (moved["event_id"],)
    assert found["milestone"].rules == ("R2",)


def test_lateness_needs_the_promise_and_its_fulfilment() -> None:
    ordered = registered(promise=promise("2026-03-05", zone="Asia/Almaty"))
    put_off = revised("2026-03-07", at=hour(30), zone="Asia/Almaty")
    delivered = scan("delivered", at=day(8))

    found = why(ordered, put_off, scan("picked_up", at=hour(5)), delivered)

    ids = [envelope["event_id"] for envelope in (ordered, put_off, delivered)]
    # a revision alone is a promise too: what it replaced is no reason for how late it is
    assert found["late_by"].value == "P3D"
    assert found["late_by"].events == (ids[1], ids[2])
    assert found["promise.to"].events == (ids[1],)
    assert found["promise.first_to"].events == (ids[0],)
    assert {found[name].rules for name in ("late_by", "promise.to", "promise.kept")} == {("R11",)}


def test_silence_is_told_by_the_last_scan_and_the_time_that_passed() -> None:
    picked_up = scan("picked_up", at=hour(0))
    silent = deadline_passed("stale", day(14))

    found = why(picked_up, silent)

    assert set(found["conditions.stale"].events) == {picked_up["event_id"], silent["event_id"]}
    assert found["conditions.stale"].rules == ("R12",)
    assert found["tracking_state"].value == "backing_off"


@pytest.mark.parametrize(
    ("event", "field", "rule"),
    [
        (scan("in_transit", at=hour(3), reason="customs_hold"), "conditions.customs_hold", "R10"),
        (case_opened("damaged", at=hour(3)), "conditions.damaged", "R10"),
        (scan("lost", at=hour(3)), "milestone", "R14"),
        (cancelled(at=hour(3)), "milestone", "R13"),
        (scan("returning", at=hour(3)), "leg_no", "R6"),
        (scan("in_transit", at=hour(3)), "inferred", "R3"),
        (scan("unknown", at=hour(3), code="X"), "unknown_codes", "R4"),
        (scan("in_transit", at=None, recorded_at=hour(3)), "undated_scans", "R7"),
        (scan("in_transit", at=day(30), recorded_at=hour(3)), "undated_scans", "R17"),
        (scan("delivery_attempted", at=hour(3)), "attempts", "R2"),
        (scan("picked_up", at=day(200)), "last_at", "R2"),
    ],
)
def test_each_field_names_its_rule(event: Json, field: str, rule: str) -> None:
    found = why(event)

    assert found[field].events == (event["event_id"],)
    assert rule in found[field].rules


def test_each_piece_is_explained_by_itself() -> None:
    first = scan("delivered", at=hour(5), piece="A")
    other = scan("in_transit", at=hour(4), piece="B")

    found = why(first, other)

    assert found["pieces.A"].events == (first["event_id"],)
    assert found["pieces.B"].events == (other["event_id"],)
    assert found["milestone"].rules == ("R2", "R16")


def test_counters_name_every_scan_they_count() -> None:
    scans = [scan("in_transit", at=hour(n), code=f"T{n}") for n in range(60)]

    found = why(*scans)

    assert found["scans"].events == tuple(each["event_id"] for each in scans)
    assert found["scans"].least

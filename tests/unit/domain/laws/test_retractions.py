"""Chains and circles of retractions: one may be retracted once, and that is final (rule R9)."""

import itertools

from services.domain.facts import fact_of
from services.domain.versions import retracted
from services.domain.view import view
from tests import builders
from tests.builders import Json, hour, replay

ARRIVED = builders.scan("in_transit", at=hour(1))
FIRST = builders.retracted(ARRIVED, at=hour(2))
SECOND = builders.retracted(FIRST, at=hour(3))
THIRD = builders.retracted(SECOND, at=hour(4))


def milestones(history: list[Json]) -> set[str | None]:
    """What the shipment shows after every order of arrival."""
    return {view(replay(list(order)))["milestone"] for order in itertools.permutations(history)}


def test_a_retracted_retraction_brings_the_fact_back() -> None:
    assert milestones([ARRIVED, FIRST]) == {None}
    assert milestones([ARRIVED, FIRST, SECOND]) == {"in_transit"}


def test_the_retraction_of_a_retraction_is_final() -> None:
    assert milestones([ARRIVED, FIRST, SECOND, THIRD]) == {"in_transit"}


def test_only_what_is_out_of_every_rule_is_named() -> None:
    facts = [fact_of(envelope) for envelope in (ARRIVED, FIRST, SECOND, THIRD)]

    assert retracted(facts) == (FIRST["event_id"],)


def test_retractions_of_each_other_do_nothing() -> None:
    one = builders.retracted("0" * 8 + "-0000-0000-0000-" + "0" * 12, at=hour(2))
    two = builders.retracted(one, at=hour(3))
    one["data"]["retracts"] = two["event_id"]

    assert retracted([fact_of(one), fact_of(two)]) == ()
    assert milestones([ARRIVED, one, two]) == {"in_transit"}


def test_a_target_nobody_has_seen_is_remembered() -> None:
    assert replay([FIRST]).standing.retracted == (ARRIVED["event_id"],)
    assert milestones([FIRST, ARRIVED]) == {None}

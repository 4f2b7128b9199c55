"""The fold is a function of the set of facts: no order, no repeat, no split shows."""

import random

import orjson
from hypothesis import given
from hypothesis import strategies as st

from services.domain.announce import NOTHING_SAID, announce, said_json, said_of
from services.domain.deadlines import Deadline, pending, wake_ms
from services.domain.facts import fact_of
from services.domain.fold import fold, fold_all
from services.domain.proposal import deadline_passed
from services.domain.shipment import unseen
from services.domain.view import view
from tests.builders import Json, replay, retracted
from tests.unit.domain.laws.histories import KEY, checked, histories, reordered


@checked(400)
@given(histories(), st.integers(0, 2**32))
def test_any_order_gives_the_same_shipment(history: list[Json], seed: int) -> None:
    shipment = replay(history)

    assert replay(reordered(history, seed)) == shipment
    assert fold_all(KEY, map(fact_of, reordered(history, seed + 1))) == shipment


@checked(150)
@given(histories(), st.integers(0, 2**32))
def test_repeats_change_nothing_and_give_back_the_very_object(history: list[Json], seed: int) -> None:
    shipment = replay(history)

    assert replay([*history, *reordered(history, seed)]) == shipment
    for envelope in history:
        assert fold(shipment, fact_of(envelope)) is shipment


@checked(150)
@given(histories(), st.integers(0, 2**32))
def test_where_batches_end_never_shows(history: list[Json], seed: int) -> None:
    chance = random.Random(seed)
    whole, split = unseen(KEY), unseen(KEY)
    said = said_split = NOTHING_SAID

    for envelope in history:
        fact = fact_of(envelope)
        if chance.random() < 0.5:
            split = fold_all(KEY, split.facts)
            said_split = said_of(orjson.loads(orjson.dumps(said_json(said_split))))
        after, after_split = fold(whole, fact), fold(split, fact)
        said, told = announce(said, whole, after, fact)
        said_split, told_split = announce(said_split, split, after_split, fact)
        whole, split = after, after_split

        assert split == whole
        assert told_split == told
        assert said_split == said


@checked(300)
@given(histories(), st.integers(0, 2**32))
def test_a_retracted_fact_was_never_seen(history: list[Json], seed: int) -> None:
    chance = random.Random(seed)
    withdrawable = [e for e in history if e["type"] not in ("DeadlinePassed", "EventRetracted")]
    named = {e["data"].get("retracts") for e in history}
    free = [e for e in withdrawable if e["event_id"] not in named]
    if not free:
        return
    target = chance.choice(free)
    without = [e for e in history if e["event_id"] != target["event_id"]]
    withdrawal = retracted(target["event_id"])

    seen = replay(reordered([*history, withdrawal], seed))
    never = replay([*without, withdrawal])

    assert view(seen) == view(never)
    assert pending(seen) == pending(never)
    assert seen.standing == never.standing


@checked(150)
@given(histories())
def test_time_passes_to_an_end_and_no_deadline_comes_twice(history: list[Json]) -> None:
    shipment = replay(history)
    fired: list[Deadline] = []

    while due := pending(shipment):
        assert wake_ms(shipment) == due[0].at_ms
        fired.append(due[0])
        proposed = deadline_passed(KEY, due[0], recorded_at="2026-03-02T00:00:00.000Z")
        shipment = fold(shipment, fact_of(proposed))
        assert len(fired) <= 4

    assert len({*fired}) == len(fired)
    assert wake_ms(shipment) is None

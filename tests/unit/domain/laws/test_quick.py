"""The constant-time way equals deriving from scratch for whatever it accepts."""

import random

from hypothesis import event, given
from hypothesis import strategies as st

from services.domain.deadlines import pending
from services.domain.derive import derive
from services.domain.facts import fact_of
from services.domain.fold import fold_all
from services.domain.proposal import deadline_passed
from services.domain.quick import appended
from services.domain.shipment import unseen
from tests import builders
from tests.builders import Json, hour
from tests.unit.domain.laws.histories import KEY, checked, histories


@checked(600)
@given(histories(most=8))
def test_what_is_appended_equals_what_is_derived(history: list[Json]) -> None:
    for length, envelope in enumerate(history):
        before = fold_all(KEY, map(fact_of, history[:length]))
        fact = fact_of(envelope)
        if any(known.event_id == fact.event_id for known in before.facts):
            continue

        quick = appended(before, fact)

        event(f"{fact.type} {'taken' if quick else 'derived'}")
        if quick is not None:
            assert quick == derive(KEY, (*before.facts, fact))


MAIN_WAY = ("info_received", "picked_up", "in_transit", "out_for_delivery", "delivery_attempted", "delivered")


def usual(seed: int) -> list[Json]:
    """A parcel as most are: registered, estimated, scanned in order, delivered, settled."""
    chance = random.Random(seed)
    form = chance.choice(({"offset": "+05:00"}, {"offset": "+00:00"}, {}))
    promise = builders.promise("2026-03-20", zone="Asia/Almaty") if chance.random() < 0.8 else None
    history = [builders.registered(promise=promise, local=builders.local_text(hour(0)), **form)]
    clock = 1
    for milestone in (m for m in MAIN_WAY for _ in range(1 if m == "delivered" else chance.randrange(4))):
        clock += chance.choice((1, 5))
        local = builders.local_text(hour(clock))
        if chance.random() < 0.2:
            history.append(builders.revised("2026-03-19", kind="carrier_estimate", local=local, **form))
        else:
            history.append(builders.scan(milestone, code=f"C{clock}", local=local, **form))
    return history


@checked(150)
@given(st.integers(0, 2**32))
def test_a_usual_parcel_takes_the_quick_way_to_the_end(seed: int) -> None:
    shipment = unseen(KEY)

    for envelope in usual(seed):
        fact = fact_of(envelope)
        quick = appended(shipment, fact)
        shipment = derive(KEY, (*shipment.facts, fact))
        assert quick == shipment

    for deadline in pending(shipment):
        fact = fact_of(deadline_passed(KEY, deadline, recorded_at="2026-05-02T00:00:00.000Z"))
        quick = appended(shipment, fact)
        shipment = derive(KEY, (*shipment.facts, fact))
        assert quick == shipment


@checked(150)
@given(st.lists(st.sampled_from((None, "+14:00", "-12:00", "+05:00", "+00:00")), min_size=2, max_size=7))
def test_a_scan_that_moves_z_is_never_appended_wrongly(offsets: list[str | None]) -> None:
    shipment = unseen(KEY)

    for number, offset in enumerate(offsets):
        form = {"offset": offset} if offset else {}
        local = builders.local_text(hour(20 * number))
        fact = fact_of(builders.scan("in_transit", code=f"C{number}", local=local, **form))
        quick = appended(shipment, fact)
        shipment = derive(KEY, (*shipment.facts, fact))
        assert quick is None or quick == shipment

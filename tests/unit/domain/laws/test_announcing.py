"""What stands announced agrees with what is, in every order of arrival; no id comes twice."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from schemas.status import Announcement
from services.domain.announce import NOTHING_SAID, Said, announce
from services.domain.facts import fact_of
from services.domain.fold import fold
from services.domain.shipment import Shipment, unseen
from services.domain.tell_rules import SAID_ONCE
from tests.builders import Json
from tests.unit.domain.laws.histories import KEY, checked, histories, reordered


def told(history: list[Json]) -> tuple[Shipment, Said, list[Json]]:
    """The shipment, what stands said, and all announcements, after the envelopes in this order."""
    shipment, said, announced = unseen(KEY), NOTHING_SAID, list[Json]()
    for envelope in history:
        fact = fact_of(envelope)
        after = fold(shipment, fact)
        said, more = announce(said, shipment, after, fact)
        announced += more
        shipment = after
    return shipment, said, announced


@checked(400)
@given(histories(most=11), st.integers(0, 2**32))
def test_what_stands_is_told_exactly_once_in_every_order(history: list[Json], seed: int) -> None:
    for order in (history, reordered(history, seed)):
        shipment, said, _ = told(order)
        standing = shipment.standing

        causes = [t.cause for t in said.told if t.kind == "delivered"]
        for delivery in standing.deliveries:
            assert sum(cause in delivery.members for cause in causes) == 1
        assert len(causes) == len(standing.deliveries)

        overdue = Counter(t.mark for t in said.told if t.kind == "delay_overdue")
        assert set(overdue.values()) <= {1}
        assert {o.deadline for o in standing.overdues if o.due} <= overdue.keys()
        assert not overdue.keys() - {o.deadline for o in standing.overdues if not o.untrue}


@checked(300)
@given(histories(most=11))
def test_what_is_open_was_told_and_what_was_told_open_is_open(history: list[Json]) -> None:
    shipment, said, _ = told(history)

    closed = {(t.mark, t.cause) for t in said.told if t.kind == "exception_closed"}
    open_now = {
        t.mark: t.cause for t in said.told if t.kind == "exception_opened" and (t.mark, t.cause) not in closed
    }
    runs = {run.name: run for run in shipment.standing.runs}
    assert open_now.keys() == runs.keys() - SAID_ONCE.keys()
    assert all(cause in runs[str(name)].members for name, cause in open_now.items())
    for name, kind in SAID_ONCE.items():
        if name in runs:
            assert any(t.kind == kind and t.cause in runs[name].members for t in said.told)
    if shipment.standing.stay is not None:
        kind, _, members = shipment.standing.stay
        assert any(t.kind == kind and t.cause in members for t in said.told)


@checked(300)
@given(histories(most=11))
def test_no_alert_id_comes_twice_and_a_correction_names_one_that_stood(history: list[Json]) -> None:
    _, said, announced = told(history)

    ids = [a["alert_id"] for a in announced]
    corrected = [a["corrects"] for a in announced if a["kind"] == "correction"]
    assert len({*ids}) == len(ids)
    assert len({*corrected}) == len(corrected)
    for announcement in announced:
        Announcement.model_validate(announcement)
        if announcement["corrects"] is not None:
            assert announcement["corrects"] in ids[: ids.index(announcement["alert_id"])]
    raised = sum(a["kind"] == "delivered" for a in announced)
    wrong = {a["alert_id"] for a in announced if a["kind"] == "delivered"} & {*corrected}
    assert raised - len(wrong) == sum(t.kind == "delivered" for t in said.told)


@checked(150)
@given(histories(most=11))
def test_saying_it_again_says_nothing(history: list[Json]) -> None:
    shipment, said, _ = told(history)

    again, more = announce(said, None, shipment, fact_of(history[-1]))

    assert more == ()
    assert again is said

"""Cuts through the log: what was known at a moment, what was true at one."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.instants import instant_ms, instant_text
from services.domain.cuts import Copy, counting, known_at, true_at, unsure_at
from services.domain.facts import fact_of
from services.domain.fold import fold, fold_all
from services.domain.shipment import unseen
from services.domain.view import view
from tests.builders import (
    Json,
    cancelled,
    day,
    deadline_passed,
    hour,
    promise,
    registered,
    retracted,
    scan,
)
from tests.unit.domain.laws.copied import HOUR, with_copies
from tests.unit.domain.laws.histories import KEY, checked, histories


def shown(envelopes: list[Json]) -> Json:
    """The view of a fold of these."""
    return view(fold_all(KEY, map(fact_of, envelopes)))


def kept(log: list[Json]) -> list[Copy]:
    """The copies that a projector keeps of a log: those that added something when they came."""
    shipment, copies = unseen(KEY), []
    for offset, envelope in enumerate(log):
        after = fold(shipment, fact_of(envelope))
        if after is not shipment:
            copies.append(Copy(offset, envelope))
        shipment = after
    return copies


@checked(250)
@given(histories(most=5), st.integers(0, 2**32), st.integers(0, 20))
def test_what_was_known_equals_a_fold_of_the_log_cut_there(
    history: list[Json], seed: int, place: int
) -> None:
    log = with_copies(history, seed)
    moments = sorted(instant_ms(envelope["recorded_at"]) for envelope in log)
    at = moments[place % len(moments)]

    copies = kept(log)
    unsure = unsure_at(copies, at)
    if unsure is not None:
        copies += [
            Copy(offset, envelope)
            for offset, envelope in enumerate(log)
            if offset >= unsure.start and envelope["event_id"] in unsure.event_ids
        ]
    found = counting(known_at(copies, at))

    assert shown(found) == shown([e for e in log if instant_ms(e["recorded_at"]) <= at])


def test_a_copy_that_was_never_kept_may_be_what_counted_then() -> None:
    scanned = scan("in_transit", at=hour(1), code="X", recorded_at=hour(1))
    mended = scanned | {
        "mapping_version": 2,
        "recorded_at": instant_text(hour(9)),
        "data": {"milestone": "delivered"},
    }
    between = mended | {"recorded_at": instant_text(hour(5))}
    log = [scanned, mended, between]

    unsure = unsure_at(kept(log), hour(6))

    assert [copy.offset for copy in kept(log)] == [0, 1]
    assert unsure is not None
    assert unsure.start == 2
    assert unsure.event_ids == {scanned["event_id"]}
    assert (
        shown(counting(known_at([Copy(n, e) for n, e in enumerate(log)], hour(6))))["milestone"]
        == "delivered"
    )


def test_the_log_is_not_asked_where_all_copies_lie_on_one_side() -> None:
    scanned = scan("in_transit", at=hour(1), recorded_at=hour(2))
    copies = kept([scanned, scanned | {"recorded_at": instant_text(hour(1))}])

    assert unsure_at(copies, hour(3)) is None
    assert unsure_at(copies, hour(0)) is None
    assert unsure_at(copies, hour(1)) is not None


@checked(250)
@given(histories())
def test_what_is_true_in_the_end_is_what_is_shown_now(history: list[Json]) -> None:
    envelopes = counting([Copy(n, e) for n, e in enumerate(history)])

    assert shown(true_at(envelopes, 10**18)) == shown(history)


@checked(250)
@given(histories(), st.integers(0, 20))
def test_a_cut_of_what_was_true_never_takes_back_a_fact(history: list[Json], place: int) -> None:
    envelopes = counting([Copy(n, e) for n, e in enumerate(history)])
    moments = sorted(instant_ms(envelope["recorded_at"]) for envelope in history)
    at = moments[place % len(moments)]

    before = [e["event_id"] for e in true_at(envelopes, at)]
    after = [e["event_id"] for e in true_at(envelopes, at + 5 * HOUR)]

    assert set(before) <= set(after)


def test_a_fact_learnt_late_was_true_all_along() -> None:
    picked_up = scan("picked_up", at=hour(1))
    delivered = scan("delivered", at=hour(5), recorded_at=hour(90))
    copies = [Copy(0, picked_up), Copy(1, delivered)]

    assert shown(true_at([picked_up, delivered], hour(6)))["milestone"] == "delivered"
    assert shown(counting(known_at(copies, hour(6))))["milestone"] == "picked_up"


def test_what_is_withdrawn_was_never_true_but_was_thought_to_be() -> None:
    picked_up, delivered = scan("picked_up", at=hour(1)), scan("delivered", at=hour(5))
    withdrawn = retracted(delivered, at=hour(50), recorded_at=hour(50))
    log = [picked_up, delivered, withdrawn]

    assert shown(true_at(log, hour(6)))["milestone"] == "picked_up"
    assert (
        shown(counting(known_at([Copy(n, e) for n, e in enumerate(log)], hour(6))))["milestone"]
        == "delivered"
    )


def test_a_retraction_stands_in_a_cut_only_with_what_it_withdraws() -> None:
    delivered = scan("delivered", at=hour(5))
    withdrawn = retracted(delivered, at=hour(1))
    undone = retracted(withdrawn, at=hour(2))

    assert true_at([scan("picked_up", at=hour(1)), delivered, withdrawn, undone], hour(4)) == [
        scan("picked_up", at=hour(1))
    ]
    assert len(true_at([delivered, withdrawn, undone], hour(5))) == 3


def test_undated_facts_happened_by_the_time_they_were_recorded_and_promises_before_all() -> None:
    ordered = registered(at=None, promise=promise("2026-03-05"), recorded_at=hour(9))
    lost_paper = scan("in_transit", at=None, recorded_at=hour(7))
    called_off = cancelled(at=None, recorded_at=hour(8))

    assert true_at([ordered, lost_paper, called_off], hour(6)) == [ordered]
    assert true_at([ordered, lost_paper, called_off], hour(7)) == [ordered, lost_paper]


def test_a_local_time_of_no_zone_stands_where_the_shipments_other_scans_put_it() -> None:
    zoned = scan("picked_up", local="2026-03-02T09:00:00", offset="+05:00")
    local = scan("in_transit", local="2026-03-02T12:00:00")

    assert true_at([zoned, local], hour(6.9)) == [zoned]
    assert true_at([zoned, local], hour(7)) == [zoned, local]


def test_a_passed_deadline_stands_at_the_deadline() -> None:
    picked_up = scan("picked_up", at=hour(0))
    silent = deadline_passed("stale", day(14)) | {"recorded_at": instant_text(day(15))}

    assert shown(true_at([picked_up, silent], day(13)))["conditions"] == []
    assert [c["name"] for c in shown(true_at([picked_up, silent], day(14)))["conditions"]] == ["stale"]


def test_a_scan_of_the_future_counts_from_when_it_was_recorded() -> None:
    dreamt = scan("delivered", at=day(60), recorded_at=hour(3))

    assert shown(true_at([dreamt], hour(3)))["undated_scans"] == 1
    assert true_at([dreamt], hour(2)) == []

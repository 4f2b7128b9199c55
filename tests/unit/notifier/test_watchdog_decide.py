"""What is to be done about one shipment whose alarm rang."""

from services.domain.deadlines import Deadline
from services.notifier.due import Due, Rearm
from services.notifier.watchdog.coverage import Coverage, Sample
from services.notifier.watchdog.decide import Decision, Proposal, Rules, decide

NOW = 1_000_000
DUE = Due("acme:A", partition=3, version=9, wake_ms=NOW - 500, carrier="acme")


def caught_up(until_ms: int = NOW) -> Coverage:
    coverage = Coverage()
    coverage.add(Sample(until_ms, {3: 0}))
    coverage.reach({3: 0})
    return coverage


def decided(
    *pending: Deadline, coverage: Coverage | None = None, silent: frozenset[str] = frozenset(), grace: int = 0
) -> Decision:
    return decide(
        DUE,
        pending,
        now_ms=NOW,
        coverage=coverage or caught_up(),
        silent=silent,
        rules=Rules({"promise_overdue": grace}),
    )


def test_a_deadline_that_has_come_is_proposed_on_the_shipments_partition() -> None:
    overdue = Deadline("promise_overdue", NOW - 500)

    assert decided(overdue) == Decision((Proposal("acme:A", 3, overdue),), None, 0, 0)


def test_every_deadline_that_has_come_is_proposed_and_those_ahead_are_not() -> None:
    first, second = Deadline("promise_overdue", NOW - 500), Deadline("stale", NOW - 400)

    decision = decided(first, second, Deadline("expired", NOW + 1))

    assert [proposal.deadline for proposal in decision.proposals] == [first, second]


def test_a_deadline_of_this_very_millisecond_has_come_but_waits_to_be_covered() -> None:
    assert decided(Deadline("stale", NOW)) == Decision((), None, held=1, muted=0)


def test_what_is_not_covered_is_held_back_and_the_alarm_stays() -> None:
    overdue = Deadline("promise_overdue", NOW - 500)

    assert decided(overdue, coverage=caught_up(NOW - 500)) == Decision((), None, held=1, muted=0)


def test_an_alarm_that_rang_too_early_is_set_to_the_real_deadline() -> None:
    assert decided(Deadline("stale", NOW + 7)) == Decision((), Rearm(DUE, NOW + 7), 0, 0)


def test_an_alarm_without_any_deadline_is_switched_off() -> None:
    assert decided() == Decision((), Rearm(DUE, None), 0, 0)


def test_a_silent_carrier_mutes_stale_and_nothing_else() -> None:
    overdue, stale = Deadline("promise_overdue", NOW - 500), Deadline("stale", NOW - 400)

    decision = decided(overdue, stale, silent=frozenset({"acme"}))

    assert decision == Decision((Proposal("acme:A", 3, overdue),), None, held=0, muted=1)


def test_another_carriers_silence_mutes_nothing() -> None:
    stale = Deadline("stale", NOW - 400)

    assert decided(stale, silent=frozenset({"zenith"})).proposals == (Proposal("acme:A", 3, stale),)


def test_grace_delays_a_proposal_without_moving_the_alarm() -> None:
    overdue = Deadline("promise_overdue", NOW - 500)

    assert decided(overdue, grace=501) == Decision((), None, 0, 0)
    assert decided(overdue, grace=500).proposals == (Proposal("acme:A", 3, overdue),)

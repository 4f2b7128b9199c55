"""How long is rested between transactions."""

import pytest

from services.runtime import pace as pace_module
from services.runtime.pace import TIMES, Pace, Rounds
from tests.unit.runtime.seconds import Seconds


@pytest.fixture
def pace(seconds: Seconds, monkeypatch: pytest.MonkeyPatch) -> Pace:
    """Upon a clock that the test moves."""
    monkeypatch.setattr(pace_module, "monotonic", seconds)
    return Pace(0.25)


@pytest.fixture
def rounds(seconds: Seconds, monkeypatch: pytest.MonkeyPatch) -> Rounds:
    """The same, a tenth of a second apart at most and three hundredths at least."""
    monkeypatch.setattr(pace_module, "monotonic", seconds)
    return Rounds(least=0.03, most=0.1)


def test_before_a_first_transaction_nobody_rests(pace: Pace) -> None:
    assert pace.left == 0


def test_a_rest_is_in_proportion_to_what_it_follows(pace: Pace, seconds: Seconds) -> None:
    began = seconds()
    seconds.now += 0.01
    pace.ended(began)

    assert pace.left == pytest.approx(TIMES * 0.01)
    seconds.now += 0.02
    assert pace.left == pytest.approx(TIMES * 0.01 - 0.02)
    seconds.now += 5
    assert pace.left == 0


def test_nobody_rests_longer_than_the_bound(pace: Pace, seconds: Seconds) -> None:
    began = seconds()
    seconds.now += 20
    pace.ended(began)

    assert pace.left == pytest.approx(0.25)


def test_a_round_that_is_not_through_is_waited_for_up_to_the_bound(rounds: Rounds, seconds: Seconds) -> None:
    before = rounds.left
    rounds.began()
    seconds.now += 0.06

    assert before == 0
    assert rounds.left == pytest.approx(0.04)
    seconds.now += 0.04
    assert rounds.left == 0


def test_behind_a_round_that_was_soon_through_the_rest_is_short(rounds: Rounds, seconds: Seconds) -> None:
    rounds.began()
    seconds.now += 0.002
    rounds.through()

    assert rounds.left == pytest.approx(0.028)


def test_a_round_that_took_longer_than_the_least_is_followed_at_once(
    rounds: Rounds, seconds: Seconds
) -> None:
    rounds.began()
    seconds.now += 0.05
    rounds.through()

    assert rounds.left == 0


def test_the_end_of_a_round_makes_no_rest_longer(rounds: Rounds, seconds: Seconds) -> None:
    rounds.began()
    seconds.now += 0.2
    rounds.through()

    assert rounds.left == 0

"""How long is rested between transactions."""

import pytest

from services.runtime import pace as pace_module
from services.runtime.pace import TIMES, Pace
from tests.unit.runtime.seconds import Seconds


@pytest.fixture
def pace(seconds: Seconds, monkeypatch: pytest.MonkeyPatch) -> Pace:
    """Upon a clock that the test moves."""
    monkeypatch.setattr(pace_module, "monotonic", seconds)
    return Pace(0.25)


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

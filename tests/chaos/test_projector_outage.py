"""An outage of the projectors across deadlines makes no false alert: what came in time is folded first."""

import logging
from pathlib import Path

import pytest

from tests.chaos.harness.scenarios import projector_away

pytestmark = pytest.mark.timeout(300)


def test_no_parcel_that_was_delivered_in_time_is_called_overdue_after_an_outage(tmp_path: Path) -> None:
    outcome = projector_away(
        tmp_path / "home", seed=3, seconds=12, deadlines=400, brokers=1, say=logging.getLogger("chaos").info
    )

    assert outcome.troubles == []
    assert outcome.facts["overdue"] == 200

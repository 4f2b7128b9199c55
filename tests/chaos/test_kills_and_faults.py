"""`make chaos` in small: every process killed under load, every kind of fault beside it."""

import logging
from pathlib import Path

import pytest

from tests.chaos.harness.run import Course, run

pytestmark = pytest.mark.timeout(900)

SHORT = Course(
    seed=20, kills=20, acknowledged=2_000, brokers=1, events=15, every=0.1, longest=2.0, recover=None
)


def test_twenty_kills_with_faults_beside_them_lose_and_double_nothing(tmp_path: Path) -> None:
    log = logging.getLogger("chaos")

    report = run(SHORT, tmp_path / "home", say=log.info)

    assert report.troubles() == []
    assert report.verdict is not None
    assert report.verdict.acknowledged >= 2_000
    assert report.verdict.alerts > 100
    assert report.verdict.line(len(report.killed)).endswith(
        "0 lost, 0 doubled, 0 alerts missing, 0 alerts doubled"
    )

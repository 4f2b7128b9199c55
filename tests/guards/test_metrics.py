"""What the catalogue of metrics promises is measured: each one is moved somewhere in the services."""

import re
from pathlib import Path

import pytest
from prometheus_client.metrics import MetricWrapperBase

from services.runtime import metrics

SERVICES = Path(__file__).parents[2] / "services"
NAMES = sorted(name for name, value in vars(metrics).items() if isinstance(value, MetricWrapperBase))


@pytest.fixture(scope="module")
def code() -> str:
    """All there is of the services but the catalogue."""
    files = (path for path in SERVICES.rglob("*.py") if path.name != "metrics.py")
    return "\n".join(path.read_text() for path in files)


def test_there_are_metrics() -> None:
    assert len(NAMES) > 30


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_of_the_catalogue_is_used_by_a_service(name: str, code: str) -> None:
    assert re.search(rf"(metrics\.|(?<![.\w])){name}\.", code)

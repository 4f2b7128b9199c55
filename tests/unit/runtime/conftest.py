"""A service's health upon a clock that the test moves."""

from datetime import timedelta

import pytest

from services.runtime.clock import VirtualClock
from services.runtime.health import Health
from tests.unit.runtime.seconds import Seconds


@pytest.fixture
def seconds() -> Seconds:
    """A clock at 100 s."""
    return Seconds()


@pytest.fixture
def health(seconds: Seconds) -> Health:
    """Of a service that may be silent for 10 s."""
    return Health(timedelta(seconds=10), monotonic=seconds, clock=VirtualClock(5_000))

"""Waiting for what another thread does."""

import time
from collections.abc import Callable


def until(condition: Callable[[], bool], *, within: float = 10.0) -> None:
    """Return once it holds; fails the test after `within` seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"not within {within:.0f} s"
        time.sleep(0.005)

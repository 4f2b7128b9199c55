"""Waiting for something that others bring about."""

import time
from collections.abc import Callable


def until(is_so: Callable[[], bool], *, seconds: float) -> None:
    """Return once it is so; raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:.0f} s")
        time.sleep(0.1)

"""Clocks that are wrong: by libfaketime where it is there, else by a shim in Python's own."""

import os
from pathlib import Path

_PLACES = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/faketime/libfaketime.so.1",
    "/usr/lib64/faketime/libfaketime.so.1",
    "/opt/homebrew/lib/faketime/libfaketime.1.dylib",
)


def how() -> str:
    """What shifts the clocks on this machine, for the report."""
    return "libfaketime" if _library() else "a shim of Python's time (no libfaketime here)"


def skewed(hours: float) -> dict[str, str]:
    """The environment of a process whose clock is off by so many hours; durations stay right."""
    seconds = round(hours * 3_600)
    if library := _library():
        return {"LD_PRELOAD": library, "FAKETIME": f"{seconds:+d}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    path = os.pathsep.join(filter(None, (str(Path(__file__).parent / "skew"), os.environ.get("PYTHONPATH"))))
    return {"PYTHONPATH": path, "CHAOS_SKEW_SECONDS": str(seconds)}


def _library() -> str | None:
    return next((place for place in _PLACES if Path(place).exists()), None)

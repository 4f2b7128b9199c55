"""Shifts Python's own clock by CHAOS_SKEW_SECONDS where libfaketime is not there; `monotonic` stays."""

import os
import time

_shift = int(os.environ.get("CHAOS_SKEW_SECONDS", "0"))
_seconds, _nanoseconds = time.time, time.time_ns

time.time = lambda: _seconds() + _shift
time.time_ns = lambda: _nanoseconds() + _shift * 1_000_000_000

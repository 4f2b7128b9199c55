"""Prints which Python to make the environment with: `python3`, or the system's where that is much quicker.

A Python compiled without profile-guided optimisation, as pyenv does unless told otherwise, takes almost
twice as long for everything. The system's is taken only where it is of the same version and complete.
"""

import shutil
import subprocess
import sys

USUAL = "python3"
SYSTEM = ("/usr/bin/python3", "/usr/local/bin/python3")
MUCH_QUICKER = 0.8
"""Of the usual one's time: less of a difference may be noise."""

_PROBE = """
import ensurepip, sqlite3, ssl, sys, time, venv


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


def work():
    began = time.perf_counter()
    for n in range(20_000):
        point = Point(n, {"n": n})
        f"{point.x}:{(point.x, *point.y.values())}"
    return time.perf_counter() - began


print(*sys.version_info[:2], min(work() for _ in range(5)))
"""


def probed(python: str) -> "tuple[str, float] | None":
    """The version (`3 11`) and the seconds that a piece of work takes; None where it lacks something."""
    if shutil.which(python) is None:
        return None
    done = subprocess.run([python, "-I", "-c", _PROBE], capture_output=True, text=True, check=False)
    version, _, seconds = done.stdout.strip().rpartition(" ")
    return (version, float(seconds)) if done.returncode == 0 and version else None


def chosen(usual: str = USUAL, others: "tuple[str, ...]" = SYSTEM) -> str:
    """The name or path of the one to use."""
    known = probed(usual)
    if known is None:
        return usual
    version, seconds = known
    for other in others:
        found = probed(other)
        if found is not None and found[0] == version and found[1] < seconds * MUCH_QUICKER:
            return other
    return usual


if __name__ == "__main__":
    sys.stdout.write(f"{chosen()}\n")

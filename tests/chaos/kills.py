"""Kills that count: the process is stopped, seen to have unfinished records, and only then killed."""

import os
import signal
import time
from collections.abc import Callable

from tests.chaos.behind import Ends, log_ends, notifier_behind, projector_behind, status_ends
from tests.e2e.running import Place, Up

_LOOKS: dict[str, tuple[Callable[[Place], dict[int, int]], Callable[[Place, Ends], int]]] = {
    "projector": (log_ends, projector_behind),
    "notifier": (status_ends, notifier_behind),
}


def kill_when_behind(up: Up, service: str, *, within: float) -> int:
    """SIGKILL the service at a moment at which it has unfinished records; how many, or 0: there was none."""
    ends_of, behind = _LOOKS[service]
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        pid = up.pid(service)
        ends = ends_of(up.place)
        if not _send(pid, signal.SIGSTOP):
            time.sleep(0.05)
            continue
        unfinished = behind(up.place, ends)
        if unfinished:
            _send(pid, signal.SIGKILL)
            return unfinished
        _send(pid, signal.SIGCONT)
        time.sleep(0.02)
    return 0


def _send(pid: int, number: signal.Signals) -> bool:
    """Whether the process was there to be signalled; `up` is its parent and may be starting the next one."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True

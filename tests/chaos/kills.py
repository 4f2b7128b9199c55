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


HOLD_S = 3.0
"""Shorter than the session of a member: it is not to lose its partitions."""
RUN_S = 0.01
BREATH_S = 0.3


def kill_when_behind(up: Up, service: str, *, within: float) -> int:
    """SIGKILL the service at a moment at which it has unfinished records; how many, or 0: there was none.

    Ours are too quick to be met at work by chance: it is held until there is something to do, let go for
    a moment, so that it begins, and stopped again. Only what was there for it before that counts.
    """
    ends_of, behind = _LOOKS[service]
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        pid = up.pid(service)
        if not _send(pid, signal.SIGSTOP):
            time.sleep(0.05)
            continue
        hold = time.monotonic() + HOLD_S
        while not behind(up.place, ends := ends_of(up.place)) and time.monotonic() < hold:
            time.sleep(0.05)
        _send(pid, signal.SIGCONT)
        time.sleep(RUN_S)
        _send(pid, signal.SIGSTOP)
        unfinished = behind(up.place, ends)
        _send(pid, signal.SIGKILL if unfinished else signal.SIGCONT)
        if unfinished:
            return unfinished
        time.sleep(BREATH_S)
    return 0


def _send(pid: int, number: signal.Signals) -> bool:
    """Whether the process was there to be signalled; `up` is its parent and may be starting the next one."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True

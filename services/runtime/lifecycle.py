"""A service's life: told to stop, known to be ready, patient with what is away."""

import os
import select
import signal
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import FrameType
from typing import Final

import orjson

from schemas.instants import instant_text
from services.runtime.clock import Clock, WallClock

_BACKOFF_BASE: Final = 0.1
_BACKOFF_CEILING: Final = 10.0


class StopSignal:
    """Set by SIGTERM or SIGINT; a second signal ends the process at once (exit 143 or 130).

    Made in the main thread. `handle_signals=False` leaves the process's handlers alone (tests, parts
    of a larger process). A pipe carries the news: an Event must not be set inside a signal handler,
    whose interrupted thread may hold the Event's lock.
    """

    def __init__(self, *, handle_signals: bool = True) -> None:
        self._is_set = False
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        if handle_signals:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._on_signal)

    def is_set(self) -> bool:
        """Whether the service should end."""
        return self._is_set

    def set(self) -> None:
        """Ask the service to end; from any thread, any number of times."""
        if not self._is_set:
            self._is_set = True
            os.write(self._writer, b"!")  # never read, so that every waiter sees it

    def wait(self, seconds: float) -> bool:
        """Sleep, but no longer than until the signal; whether it is set."""
        if not self._is_set and seconds > 0:
            watch = select.poll()
            watch.register(self._reader, select.POLLIN)
            watch.poll(seconds * 1000)
        return self._is_set

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self._is_set:
            os._exit(128 + number)
        self.set()

    def __del__(self) -> None:
        os.close(self._reader)
        os.close(self._writer)


def announce_ready(
    home: Path, service: str, addresses: dict[str, str], *, clock: Clock | None = None
) -> Path:
    """Write `HOME/run/<service>.json` in one step: this process serves, and where; returns the file.

    Members: service, pid, started_at, and `addresses`.
    """
    now_ms = (clock or WallClock()).now_ms()
    members = {"service": service, "pid": os.getpid(), "started_at": instant_text(now_ms)} | addresses
    folder = home / "run"
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix=f".{service}-", delete=False) as file:
        file.write(orjson.dumps(members, option=orjson.OPT_APPEND_NEWLINE))
    return Path(file.name).replace(folder / f"{service}.json")


def withdraw_ready(home: Path, service: str) -> None:
    """Remove what `announce_ready` wrote, unless another process has taken its place since."""
    file = home / "run" / f"{service}.json"
    try:
        written = orjson.loads(file.read_bytes())
    except FileNotFoundError:
        return
    if written["pid"] == os.getpid():
        file.unlink(missing_ok=True)


def backoff(
    attempt: int,
    *,
    jitter: Callable[[], float],
    base: float = _BACKOFF_BASE,
    ceiling: float = _BACKOFF_CEILING,
) -> float:
    """Seconds to wait before try number `attempt` (0 is the first repetition).

    Doubles from `base` up to `ceiling`; `jitter()` in 0..1 (such as random.random) takes away up to
    half, so that many who lost the same server do not come back in step.
    """
    longest = min(ceiling, base * 2.0 ** min(attempt, 32))
    return longest * (1.0 - 0.5 * jitter())

"""Keeps the services of one home running: children, started again when they die, drained at the end."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from services.runtime.clock import monotonic
from services.runtime.lifecycle import backoff
from services.runtime.log import get_logger

log = get_logger(__name__)

_SETTLED_SECONDS: Final = 30.0
"""A service that lived this long has recovered: its next death is a first one again."""

_LONGEST_PAUSE_S: Final = 3.0
"""A door that dies again and again is still the only one: whoever comes must find it open soon."""

Environment = Mapping[str, str]
Stalled = Callable[[Mapping[str, int]], Mapping[str, str]]
"""Which of these processes stand still, and how it shows."""


def none_stalled(_: Mapping[str, int]) -> Mapping[str, str]:
    """Nobody looks."""
    return {}


@dataclass(slots=True)
class Child:
    """One service: its module and environment, and the process that is it now."""

    name: str
    module: str
    env: Environment = field(repr=False)
    health: str | None = None
    """where it says whether its loop turns"""
    running: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    start_at: float = 0.0

    @property
    def pid(self) -> int | None:
        """The running process's id."""
        return self.running.pid if self.running else None


class Supervisor:
    """The children of one `up`; all methods are called from its main thread."""

    def __init__(
        self, children: Sequence[Child], *, jitter: Callable[[], float], stalled: Stalled = none_stalled
    ) -> None:
        self.children = list(children)
        self._jitter = jitter
        self._stalled = stalled
        self._pipe, self._held = os.pipe()

    def tick(self) -> None:
        """Start what is due, notice what has died, end what stands still."""
        now = monotonic()
        stalled = self._stalled(self.pids())
        for child in self.children:
            if child.name in stalled and child.running is not None:
                log.error("service_stalled", name=child.name, pid=child.pid, why=stalled[child.name])
                # it would not hear a politer signal
                child.running.kill()
                child.running.wait()
            if child.running is not None and child.running.poll() is not None:
                self._mourn(child, now)
            if child.running is None and now >= child.start_at:
                self._start(child, now)

    def stop(self, *, seconds: float, hurry: Callable[[], bool]) -> None:
        """Ask all children to drain and wait; they are killed after `seconds`, or once `hurry()`."""
        self._signal_all(signal.SIGTERM)
        deadline = monotonic() + seconds
        for child in self.children:
            while child.running is not None and not hurry() and monotonic() < deadline:
                if _ended_within(child.running, 0.05):
                    child.running = None
        self._signal_all(signal.SIGKILL)
        for child in self.children:
            if child.running is not None:
                log.warning("service_killed", name=child.name, pid=child.pid)
                child.running.wait()
                child.running = None

    def close(self) -> None:
        """Let go of the pipe; a child that were still there would end now."""
        os.close(self._held)
        os.close(self._pipe)

    def pids(self) -> dict[str, int]:
        """The process ids of what runs now, by service."""
        return {child.name: child.pid for child in self.children if child.pid is not None}

    def _start(self, child: Child, now: float) -> None:
        arguments: list[Any] = [sys.executable, "-m", "services.cli.up.child", str(self._pipe), child.module]
        child.running = subprocess.Popen(
            arguments,
            env=dict(child.env),
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            pass_fds=(self._pipe,),
            start_new_session=True,
        )
        child.started = now
        event = "service_started" if child.deaths == 0 else "service_started_again"
        log.info(event, name=child.name, pid=child.pid, deaths=child.deaths)

    def _mourn(self, child: Child, now: float) -> None:
        code = child.running.returncode if child.running else None
        if now - child.started > _SETTLED_SECONDS:
            child.deaths = 0
        wait = backoff(child.deaths, jitter=self._jitter, ceiling=_LONGEST_PAUSE_S)
        log.warning("service_died", name=child.name, pid=child.pid, exit_code=code, again_in_s=round(wait, 2))
        child.running = None
        child.deaths += 1
        child.start_at = now + wait

    def _signal_all(self, wish: signal.Signals) -> None:
        for child in self.children:
            if child.running is not None:
                child.running.send_signal(wish)


def _ended_within(child: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True

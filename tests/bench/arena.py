"""The bench's side of a contest: start a child, give the word, watch from outside how far it has come."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from services.runtime import compiled

ROOT = Path(__file__).parents[2]
OTHER_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
"""Has the rivals' packages, and none of ours."""

_READY_SECONDS = 120.0
_LOOK_EVERY = 0.05
_STUCK_SECONDS = 60.0

Progress = Callable[[], int]
"""How much is done for good, as PostgreSQL or the broker tells it."""


class ChildFailed(RuntimeError):
    """A contestant ended early, or got stuck."""


@dataclass(slots=True)
class Child:
    """A running contestant."""

    name: str
    process: "subprocess.Popen[str]"
    said: "SimpleQueue[dict[str, Any] | None]" = field(default_factory=SimpleQueue)

    def hear(self, word: str, *, within: float) -> dict[str, Any]:
        """The next line that holds `word`; raises ChildFailed."""
        deadline = time.monotonic() + within
        while (left := deadline - time.monotonic()) > 0:
            with suppress(Empty):
                line = self.said.get(timeout=left)
                if line is None:
                    break
                if word in line:
                    return line
        raise ChildFailed(f"{self.name}: no {word!r}, exit code {self.process.poll()}")

    def go(self) -> None:
        """Give the word."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()


@contextmanager
def child(name: str, command: Sequence[str], *, env: dict[str, str] | None = None) -> Iterator[Child]:
    """A process of that command in a group of its own, which is ended with all it started."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    found = Child(name, process)
    threading.Thread(target=_listen, args=(found,), daemon=True).start()
    try:
        yield found
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ours(module: str, **facts: object) -> list[str]:
    """The command of a contestant in our own environment."""
    return [*compiled.command(f"tests.bench.{module}"), json.dumps(facts)]


def theirs(module: str, **facts: object) -> list[str]:
    """The command of a contestant in the rivals' environment."""
    return [str(OTHER_PYTHON), "-m", f"tests.bench.{module}", json.dumps(facts)]


def rate(
    name: str,
    command: Sequence[str],
    progress: Progress,
    *,
    goal: int,
    window: float,
    env: dict[str, str] | None = None,
    waits: bool = True,
) -> float:
    """Units per second of one contestant, watched until `goal`, or for `window` seconds after its first.

    `waits`: it says that it is ready, and then waits for the word.
    """
    with child(name, command, env=env) as contestant:
        if waits:
            contestant.hear("ready", within=_READY_SECONDS)
            contestant.go()
        return slope(_watched(contestant, progress, goal=goal, window=window), goal=goal)


def _watched(contestant: Child, progress: Progress, *, goal: int, window: float) -> list[tuple[float, int]]:
    """The moments at which more was done than before, the first one being the start."""
    began = last = time.monotonic()
    changes = [(began, 0)]
    while changes[-1][1] < goal:
        now, done = time.monotonic(), progress()
        if done > changes[-1][1]:
            changes.append((now, done))
            last = now
        if len(changes) > 1 and now - changes[1][0] > window:
            break
        if now - last > _STUCK_SECONDS or contestant.process.poll() not in (None, 0):
            raise ChildFailed(f"{contestant.name}: {done} of {goal}, exit code {contestant.process.poll()}")
        time.sleep(_LOOK_EVERY)
    return changes


def slope(changes: list[tuple[float, int]], *, goal: int) -> float:
    """Units per second from the first sight of any to the last.

    Starting up is thus nobody's cost. Who commits in strides is seen late at the end: the stride before
    the last counts where it is the faster one and covers half of the way.
    """
    (start, _), (first, had), *_ = changes
    if len(changes) == 2:
        return had / max(first - start, 1e-9)
    ends = [changes[-1]] + [c for c in changes[-2:-1] if c[1] >= goal / 2 and c[1] > had]
    return max((done - had) / max(at - first, 1e-9) for at, done in ends)


def _listen(contestant: Child) -> None:
    assert contestant.process.stdout is not None
    for line in contestant.process.stdout:
        with suppress(json.JSONDecodeError):
            found = json.loads(line)
            if isinstance(found, dict):
                contestant.said.put(found)
    contestant.said.put(None)

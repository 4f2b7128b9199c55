"""Child processes that outlive the command: started detached, known again by pid and birth."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.cli.local.owner import Owner

_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True)
class Process:
    """A process that cannot be mistaken for a later one with its pid."""

    pid: int
    born: str


class Gone(Exception):
    """A process ended while it was waited for."""


class Cancelled(Exception):
    """The start was given up while this part of it went on."""


def spawn(
    command: Sequence[str | Path], *, log: Path, env: Mapping[str, str], cwd: Path, owner: Owner | None = None
) -> Process:
    """Start `command` in a session of its own, so that a terminal's Ctrl-C does not reach it.

    Its output is appended to `log`; as `owner` when one is given (needs root).
    """
    with log.open("ab") as out:
        child = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            user=owner.uid if owner else None,
            group=owner.gid if owner else None,
            extra_groups=[] if owner else None,
        )
    _children[child.pid] = child
    return Process(pid=child.pid, born=_born(child.pid) or "ended")


def alive(process: Process | None) -> bool:
    """Whether exactly this process runs; one that ended and was not yet collected does not."""
    if process is None:
        return False
    child = _children.get(process.pid)
    if child is not None and child.poll() is not None:
        del _children[process.pid]
        return False
    return _born(process.pid) == process.born


def wait_until(ready: Callable[[], bool], *, process: Process, seconds: float) -> None:
    """Return once `ready()`; raise Gone when the process ends before, TimeoutError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not alive(process):
            raise Gone
        if time.monotonic() > deadline:
            raise TimeoutError(f"not ready after {seconds:.0f} s")
        time.sleep(0.05)


def finish(process: Process, *, seconds: float) -> int:
    """Wait for a child of ours to end by itself and give its exit code; it is killed after `seconds`."""
    child = _children.pop(process.pid)
    try:
        return child.wait(seconds)
    except BaseException:
        child.kill()
        child.wait()
        raise


def end(process: Process | None, *, politely: signal.Signals, seconds: float) -> None:
    """Ask, wait up to `seconds`, kill; returns when the process is gone."""
    if process is None:
        return
    for wish, patience in ((politely, seconds), (signal.SIGKILL, 30.0)):
        send(process, wish)
        if _gone_within(process, patience):
            return
    raise TimeoutError(f"process {process.pid} did not end on SIGKILL")


def send(process: Process, wish: signal.Signals) -> None:
    """Signal the process if it still runs; a later process with its pid is never touched."""
    if alive(process):
        try:
            os.kill(process.pid, wish)
        except ProcessLookupError:
            return


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, or a word that there is none."""
    try:
        text = log.read_text("utf-8", "replace")
    except FileNotFoundError:
        return "(no log)"
    return "\n".join(text.splitlines()[-lines:]) or "(the log is empty)"


def _gone_within(process: Process, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _born(pid: int) -> str | None:
    """When the process with this pid started, in the system's own terms; None when none runs."""
    stat = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self/stat").exists():
        return _born_by_ps(pid)
    try:
        # the name in parentheses may hold anything; state is the first field behind it, start time the 20th
        fields = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[0] in "ZX":
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    return f"{boot}:{fields[19]}"


def _born_by_ps(pid: int) -> str | None:
    shown = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split(maxsplit=1)
    if len(shown) < 2 or shown[0].startswith("Z"):
        return None
    return shown[1].strip()

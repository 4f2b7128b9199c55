"""The supervisor of `up`, with real processes that only wait."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from services.cli.up.supervisor import Child, Supervisor

MODULE = "tests.unit.cli.child_that_waits"
ROOT = Path(__file__).parents[3]


@contextmanager
def supervised(folder: Path, **env: str) -> Iterator[Supervisor]:
    child = Child("waiter", MODULE, {**os.environ, "WAITS_IN": str(folder), **env})
    supervisor = Supervisor([child], jitter=lambda: 1.0)
    try:
        yield supervisor
    finally:
        supervisor.stop(seconds=0.0, hurry=lambda: True)
        supervisor.close()


def until(
    happened: Callable[[], bool], *, doing: Callable[[], None] = lambda: None, seconds: float = 20.0
) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        doing()
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    with supervised(tmp_path) as supervisor:
        until((tmp_path / "ready").exists, doing=supervisor.tick)
        first = supervisor.pids()["waiter"]

        os.kill(first, signal.SIGKILL)
        until(lambda: supervisor.pids().get("waiter", first) != first, doing=supervisor.tick)

        assert not alive(first)
        assert supervisor.children[0].deaths == 1


def test_one_that_dies_again_and_again_is_started_ever_more_rarely(tmp_path: Path) -> None:
    with supervised(tmp_path, BROKEN="1") as supervisor:
        until(lambda: supervisor.children[0].deaths >= 3, doing=supervisor.tick)
        child = supervisor.children[0]
        wait = child.start_at - time.monotonic()

        assert child.running is None
        assert 0.1 < wait <= 0.4


def test_stopping_lets_a_child_drain(tmp_path: Path) -> None:
    with supervised(tmp_path) as supervisor:
        until((tmp_path / "ready").exists, doing=supervisor.tick)
        pid = supervisor.pids()["waiter"]

        supervisor.stop(seconds=10.0, hurry=lambda: False)

        assert (tmp_path / "drained").read_text() == str(pid)
        assert supervisor.pids() == {}
        assert not alive(pid)


def test_a_child_that_does_not_drain_in_time_is_killed(tmp_path: Path) -> None:
    with supervised(tmp_path, STUBBORN="1") as supervisor:
        until((tmp_path / "ready").exists, doing=supervisor.tick)
        pid = supervisor.pids()["waiter"]

        supervisor.stop(seconds=0.3, hurry=lambda: False)

        assert not alive(pid)


def test_a_second_wish_to_stop_kills_at_once(tmp_path: Path) -> None:
    with supervised(tmp_path, STUBBORN="1") as supervisor:
        until((tmp_path / "ready").exists, doing=supervisor.tick)
        pid, began = supervisor.pids()["waiter"], time.monotonic()

        supervisor.stop(seconds=60.0, hurry=lambda: True)

        assert time.monotonic() - began < 5.0
        assert not alive(pid)


def test_children_end_by_themselves_when_their_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "import os, time\n"
        "from services.cli.up.supervisor import Child, Supervisor\n"
        f"parent = Supervisor([Child('waiter', '{MODULE}', dict(os.environ))], jitter=lambda: 1.0)\n"
        "while True:\n    parent.tick()\n    time.sleep(0.05)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, env={**os.environ, "WAITS_IN": str(tmp_path)}
    )
    until((tmp_path / "ready").exists)
    child = int((tmp_path / "started").read_text())

    parent.kill()
    parent.wait()

    until(lambda: not alive(child))
    assert (tmp_path / "drained").read_text() == str(child)

"""Ports chosen for servers that are started later."""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from services.cli.local import ports
from services.cli.local.ports import free_port

_CHOOSER = """
import random, sys
from services.cli.local import ports
ports.is_free = lambda _: True
random.seed(7)
print(ports.free_port(), ports.free_port(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def started(tmp_path: Path) -> Callable[[], subprocess.Popen[str]]:
    """Starts a process that chooses two ports as the others do, knows no claims but theirs, and waits."""
    return lambda: subprocess.Popen(
        [sys.executable, "-c", _CHOOSER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )


def _chosen(process: subprocess.Popen[str]) -> list[int]:
    assert process.stdout is not None
    return [int(port) for port in process.stdout.readline().split()]


def test_two_processes_that_live_never_choose_the_same_port_though_nobody_listens_yet(
    started: Callable[[], subprocess.Popen[str]],
) -> None:
    with started() as first, started() as second:
        chosen = [*_chosen(first), *_chosen(second)]
        for process in (first, second):
            process.communicate()
    assert len(set(chosen)) == 4


def test_the_ports_of_a_process_that_has_ended_are_chosen_again(
    started: Callable[[], subprocess.Popen[str]],
) -> None:
    with started() as first:
        before = _chosen(first)
        first.communicate()
    with started() as second:
        assert _chosen(second) == before
        second.communicate()


def test_one_process_never_chooses_a_port_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = free_port()
    others = iter([chosen, chosen, chosen + 1])
    monkeypatch.setattr(random, "randint", lambda _, __: next(others))
    monkeypatch.setattr(ports, "is_free", lambda _: True)
    assert free_port() == chosen + 1

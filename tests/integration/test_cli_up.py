"""`shiplog up` and `run` as processes: ready, started again, stopped, killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from services.cli.local.stack import Stack, remove_stack, status
from tests.e2e.running import Place, new_place, running, until

pytestmark = pytest.mark.timeout(240)

SERVICES = {"ingest", "projector", "notifier", "watchdog", "query"}


@pytest.fixture
def place(tmp_path: Path, stack: Stack) -> Place:
    return new_place(tmp_path / "home", kafka=stack.kafka, database_url=stack.database_url)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def test_it_tells_one_line_when_all_is_ready_and_leaves_nothing_behind_on_sigterm(place: Place) -> None:
    with running(place, clock="virtual") as up:
        ready = up.ready
        for url in ready["metrics"].values():
            with urlopen(url.removesuffix("/metrics") + "/readyz", timeout=5) as answer:
                assert answer.status == 200

        up.process.send_signal(signal.SIGTERM)
        code = up.process.wait(40)
        rest = up.process.stdout.read() if up.process.stdout else b""

    assert ready["ready"] is True
    assert ready["kafka"] == place.kafka
    assert ready["database"] == place.database_url
    assert ready["ingest"].startswith("http://127.0.0.1:")
    assert ready["query"].startswith("http://127.0.0.1:")
    assert ready["metrics"].keys() == SERVICES
    assert ready["pids"].keys() == SERVICES
    assert code == 0
    assert rest == b""
    assert all(gone(pid) for pid in ready["pids"].values())


def test_a_killed_service_comes_back_ingest_at_the_same_address(place: Place) -> None:
    with running(place, clock="virtual") as up:
        killed = up.ready["pids"]["ingest"]

        os.kill(killed, signal.SIGKILL)
        until(lambda: up.pid("ingest") != killed, within=30, what="ingest is started again")

        def answers() -> bool:
            try:
                with urlopen(f"{up.ingest}/readyz", timeout=2) as answer:
                    return bool(answer.status == 200)
            except OSError:
                return False

        until(answers, within=20, what="it answers where it did before")
        log = up.log.read_text()

    assert '"event": "service_died"' in log
    assert '"event": "service_started_again"' in log


def test_a_second_up_of_the_same_home_and_another_clock_are_refused(place: Place) -> None:
    with running(place, clock="virtual"):
        second = place.shiplog("up")
    other = place.shiplog("up", "--clock", "wall")

    assert second.code == 2
    assert "another" in json.loads(second.err.splitlines()[-1])["detail"]
    assert other.code == 2
    assert json.loads(other.err.splitlines()[-1])["clock"] == "virtual"


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[Path]:
    """A home in which `up` starts a stack of its own."""
    yield tmp_path
    remove_stack(tmp_path)


def test_services_end_when_up_is_killed_and_the_next_up_takes_over_the_stack_it_left(own_home: Path) -> None:
    place = Place(own_home, kafka="", database_url="", prefix="")
    with running(place, clock="virtual") as up:
        pids = up.ready["pids"].values()

        up.process.kill()
        up.process.wait()
        until(lambda: all(gone(pid) for pid in pids), within=20, what="all services are gone")
        left = status(own_home)
    refused = place.shiplog("up", "--clock", "wall")

    assert left == {"kafka": True, "postgres": True}
    assert refused.code == 2
    assert status(own_home) == {"kafka": False, "postgres": False}


def test_ctrl_c_while_the_stack_starts_leaves_nothing_running(own_home: Path) -> None:
    place = Place(own_home, kafka="", database_url="", prefix="")
    command = [sys.executable, "-m", "services.cli", "up", "--json"]
    with (own_home / "up.log").open("wb") as err:
        process = subprocess.Popen(command, env=place.env, stdout=subprocess.PIPE, stderr=err)
    until((own_home / "run" / "up.json").exists, within=20, what="it has begun to start the stack")
    time.sleep(1.0)

    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=40)

    assert process.returncode != 0
    assert out == b""
    assert status(own_home) == {"kafka": False, "postgres": False}


def test_one_service_runs_in_the_foreground_and_ends_on_sigterm(place: Place) -> None:
    assert place.shiplog("topics", "apply").code == 0
    assert place.shiplog("migrate").code == 0
    command = [sys.executable, "-m", "services.cli", "run", "watchdog"]
    process = subprocess.Popen(command, env=place.env, stderr=subprocess.DEVNULL)
    until((place.home / "run" / "watchdog.json").exists, within=30, what="the watchdog announces itself")

    process.send_signal(signal.SIGTERM)

    assert process.wait(15) == 0

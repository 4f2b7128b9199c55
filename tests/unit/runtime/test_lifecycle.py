"""A service's life: stopped once politely, twice at once; announced in one step; patient with jitter."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import orjson
import pytest

from services.runtime.clock import VirtualClock
from services.runtime.lifecycle import StopSignal, announce_ready, backoff, withdraw_ready

WAITER = """
from services.runtime.lifecycle import StopSignal
stop = StopSignal()
print("up", flush=True)
while not stop.wait(30): pass
print("stopping", flush=True)
if {slow}:
    while True: stop.wait(0); __import__("time").sleep(0.05)
"""


def waiter(*, slow: bool) -> subprocess.Popen[str]:
    """A process that waits for its signal; a slow one never gets ready to end."""
    child = subprocess.Popen(
        [sys.executable, "-c", WAITER.format(slow=slow)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "up\n"
    return child


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_lets_the_service_end_by_itself(number: signal.Signals) -> None:
    child = waiter(slow=False)

    child.send_signal(number)
    said, _ = child.communicate(timeout=10)

    assert (said, child.returncode) == ("stopping\n", 0)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_the_second_signal_ends_the_process_at_once(number: signal.Signals, code: int) -> None:
    child = waiter(slow=True)
    child.send_signal(number)
    assert child.stdout is not None
    child.stdout.readline()

    child.send_signal(number)

    assert child.wait(timeout=10) == code
    child.stdout.close()


def test_setting_wakes_every_waiter() -> None:
    stop = StopSignal(handle_signals=False)
    woken: list[bool] = []
    threads = [threading.Thread(target=lambda: woken.append(stop.wait(30))) for _ in range(3)]
    for thread in threads:
        thread.start()

    stop.set()
    stop.set()
    for thread in threads:
        thread.join(timeout=5)

    assert woken == [True, True, True]
    assert stop.is_set()


def test_waiting_ends_by_itself() -> None:
    stop = StopSignal(handle_signals=False)
    before = time.monotonic()

    assert not stop.wait(0.05)
    assert not stop.wait(0)
    assert 0.04 < time.monotonic() - before < 2


def test_a_ready_service_tells_where_it_is(tmp_path: Path) -> None:
    written = announce_ready(tmp_path, "ingest", {"http": "http://127.0.0.1:1"}, clock=VirtualClock(0))

    assert written == tmp_path / "run" / "ingest.json"
    assert orjson.loads(written.read_bytes()) == {
        "service": "ingest",
        "pid": os.getpid(),
        "started_at": "1970-01-01T00:00:00.000Z",
        "http": "http://127.0.0.1:1",
    }
    assert list(written.parent.iterdir()) == [written]


def test_a_service_withdraws_its_own_announcement_only(tmp_path: Path) -> None:
    mine = announce_ready(tmp_path, "ingest", {}, clock=VirtualClock(0))
    other = tmp_path / "run" / "query.json"
    other.write_bytes(orjson.dumps({"service": "query", "pid": os.getpid() + 1}))

    for service in ("ingest", "query", "never-started"):
        withdraw_ready(tmp_path, service)

    assert not mine.exists()
    assert other.exists()


def test_waiting_doubles_up_to_the_ceiling() -> None:
    waits = [
        backoff(attempt, jitter=lambda: 0.0, base=0.1, ceiling=1.0) for attempt in (0, 1, 2, 3, 4, 10_000)
    ]

    assert waits == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.0, 1.0])


def test_jitter_takes_away_half_at_most() -> None:
    assert backoff(0, jitter=lambda: 1.0, base=0.1) == pytest.approx(0.05)

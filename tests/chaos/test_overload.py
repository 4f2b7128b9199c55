"""Ten times the load: who is let in is quick, the rest is sent away in good order, nothing is lost."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running import Up, until
from tests.oracle import read_topic, truth_of

SECONDS = float(os.environ.get("SHIPLOG_OVERLOAD_SECONDS", "6"))
pytestmark = [pytest.mark.chaos, pytest.mark.measured, pytest.mark.timeout(300 + 4 * SECONDS)]

USUAL = 20
MOST_BYTES = 512 * 1024 * 1024


def test_ten_times_the_load_is_taken_in_part_quickly_and_refused_in_part_with_a_time_to_come_back(
    up_wall: Up,
) -> None:
    usual = _flood(up_wall, connections=USUAL, seconds=3)

    much = _flood(up_wall, connections=30 * USUAL, seconds=SECONDS)

    memory = {service: _resident(up_wall.pid(service)) for service in up_wall.ready["pids"]}
    told = {name: much[name] for name in ("statuses", "p99", "without_retry_after", "broken")}
    sys.stdout.write(f"{SECONDS:.0f} s: {told}, most bytes of a process {max(memory.values()):,}\n")
    assert usual["statuses"].keys() == {"202"}
    assert much["statuses"].keys() <= {"202", "429", "503"}
    assert much["statuses"]["202"] > 100
    assert much["statuses"].get("429", 0) + much["statuses"].get("503", 0) > 0
    assert much["without_retry_after"] == 0
    assert much["broken"] == 0
    assert much["p99"] < 1.0
    assert all(size <= MOST_BYTES for size in memory.values()), memory
    acknowledged = {*usual["event_ids"], *much["event_ids"]}
    until(lambda: acknowledged <= _logged(up_wall), within=60, what="all that was acknowledged is in the log")


def _flood(up: Up, *, connections: int, seconds: float) -> dict[str, Any]:
    """What a process of many connections was answered."""
    command = [sys.executable, "-m", "tests.chaos.overload", up.ingest, str(connections), str(seconds)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120 + seconds)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _logged(up: Up) -> set[str]:
    return set(truth_of(read_topic(up.place.kafka, up.place.names.events.name)).events)


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024

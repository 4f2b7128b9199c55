"""A projector that is stopped and comes back after somebody else has taken its partitions."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from schemas.instants import instant_text
from services.cli.simulator.feed import END, simulate
from tests.e2e.running import Place, Up, metric, running, until
from tests.oracle import differences, read_topic, truth_of

pytestmark = pytest.mark.timeout(600)

TAKEN_OVER_WITHIN = 10.0


@contextmanager
def second_projector(place: Place, home: Path) -> Iterator[Callable[[str], float]]:
    """Another projector of the same group; gives its metrics."""
    home.mkdir()
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.projector"],
            env=place.env | {"SHIPLOG_HOME": str(home), "SHIPLOG_INSTANCE": "projector-2"},
            stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        file = home / "run" / "projector.json"
        try:
            until(file.exists, within=60, what="second projector started")
            url = orjson.loads(file.read_bytes())["metrics"]
            yield lambda name: metric(url, name)
        finally:
            process.terminate()
            process.wait(30)


IN_A_TRANSACTION = "state <> 'idle'"
WHILE_IT_SENDS = "state = 'active' AND wait_event = 'ClientRead'"
"""In mid-COPY, or in the middle of the one statement that a small batch is."""


@pytest.mark.measured
@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(IN_A_TRANSACTION, id="past its session"),
        pytest.param(WHILE_IT_SENDS, id="while it sends"),
    ],
)
def test_a_stopped_projector_loses_its_partitions_and_its_write_is_refused(
    place: Place, tmp_path: Path, moment: str
) -> None:
    file = tmp_path / "feed.ndjson"
    file.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in simulate(seed=3, parcels=2_000)))
    with running(place) as up:
        backend = _writer(place)
        with second_projector(place, tmp_path / "second") as second:
            replay, taken_over = _taken_over(up, second, file, moment, backend)
            _, err = replay.communicate(timeout=240)
    truth = truth_of(read_topic(place.kafka, place.names.events.name))
    wrong = differences(truth, kafka=place.kafka, database_url=place.database_url, names=place.names)

    assert replay.returncode == 0, err.decode()[-3000:]
    assert taken_over <= TAKEN_OVER_WITHIN
    assert wrong == []


def _taken_over(
    up: Up, second: Callable[[str], float], file: Path, moment: str, backend: int
) -> tuple[subprocess.Popen[bytes], float]:
    """Replay, stop the first projector at the moment, let it go on when it has lost all; seconds it took."""
    place = up.place
    until(lambda: second("shiplog_partitions_owned") == 2, within=30, what="partitions shared")
    replay = subprocess.Popen(
        [sys.executable, "-m", "services.cli", "replay", str(file), "--until", instant_text(END), "--json"],
        env=place.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    pid = _stopped(up, backend, moment)
    stopped = time.monotonic()
    until(lambda: second("shiplog_partitions_owned") == 4, within=60, what="partitions taken over")
    taken_over = time.monotonic() - stopped
    os.kill(pid, signal.SIGCONT)
    until(lambda: _refused(up) > 0, within=30, what="the stale write refused")
    return replay, taken_over


def _refused(up: Up) -> float:
    return up.metric("projector", "shiplog_refused_stale_writes_total")


def _stopped(up: Up, backend: int, moment: str) -> int:
    """Stop the first projector while its writer is at such a moment, and stays there."""
    pid = up.pid("projector")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        os.kill(pid, signal.SIGSTOP)
        if _is_at(up.place, backend, moment):
            time.sleep(0.3)
            if _is_at(up.place, backend, moment):
                return pid
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.01)
    raise AssertionError("no such moment within 60 s")


def _writer(place: Place) -> int:
    """The backend that writes for the first projector, which claimed all before there was a second."""
    ((backend,),) = place.query("SELECT DISTINCT owner_pid FROM model_1.checkpoints")
    return int(backend)


def _is_at(place: Place, backend: int, moment: str) -> bool:
    return bool(place.query(f"SELECT 1 FROM pg_stat_activity WHERE pid = {backend} AND {moment}"))

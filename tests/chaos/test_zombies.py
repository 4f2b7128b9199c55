"""A projector that is stopped and comes back after somebody else has taken its partitions."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import orjson
import psycopg
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


@contextmanager
def held_up(place: Place, backend: int) -> Iterator[None]:
    """In this block no first write of the backend's partitions comes to its end.

    Each waits for a row that may become its first one's twin, and holds the partition's own row meanwhile:
    who takes that over must have the backend ended. So it is with a writer that is stopped while it sends.
    """
    with psycopg.connect(place.database_url) as conn:
        conn.execute(
            "INSERT INTO model_1.timeline"
            " SELECT partition, 0, 'x:x', gen_random_uuid(), 'ScanRecorded', 1, 0, now(), '{}', NULL, NULL"
            " FROM model_1.checkpoints WHERE owner_pid = %s",
            [backend],
        )
        yield
        conn.rollback()


@pytest.mark.measured
@pytest.mark.parametrize("in_its_write", [False, True], ids=["past its write", "in its write"])
def test_a_stopped_projector_loses_its_partitions_and_writes_nothing_more(
    place: Place, tmp_path: Path, in_its_write: bool
) -> None:
    file = tmp_path / "feed.ndjson"
    file.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in simulate(seed=3, parcels=2_000)))
    with running(place) as up:
        backend = _writer(place)
        with second_projector(place, tmp_path / "second") as second:
            replay, taken_over = _taken_over(up, second, file, backend, in_its_write=in_its_write)
            _, err = replay.communicate(timeout=240)
    truth = truth_of(read_topic(place.kafka, place.names.events.name))
    wrong = differences(truth, kafka=place.kafka, database_url=place.database_url, names=place.names)

    assert replay.returncode == 0, err.decode()[-3000:]
    assert taken_over <= TAKEN_OVER_WITHIN
    assert wrong == []


def _taken_over(
    up: Up, second: Callable[[str], float], file: Path, backend: int, *, in_its_write: bool
) -> tuple[subprocess.Popen[bytes], float]:
    """Replay, stop the first projector until it has lost all, let it go on; the seconds that it took.

    `in_its_write`: the write at which it was stopped is under way until then, else it gets through.
    """
    place, pid = up.place, up.pid("projector")
    until(lambda: second("shiplog_partitions_owned") == 2, within=30, what="partitions shared")
    with ExitStack() as held:
        held.enter_context(held_up(place, backend))
        words = ["replay", str(file), "--until", instant_text(END), "--json"]
        replay = subprocess.Popen(
            [sys.executable, "-m", "services.cli", *words],
            env=place.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        until(lambda: _waits(place, backend), within=60, what="a write of the first projector")
        os.kill(pid, signal.SIGSTOP)
        stopped = time.monotonic()
        if not in_its_write:
            held.close()
        until(lambda: second("shiplog_partitions_owned") == 4, within=60, what="partitions taken over")
        taken_over = time.monotonic() - stopped
    os.kill(pid, signal.SIGCONT)
    if in_its_write:
        until(lambda: _refused(up) > 0, within=30, what="the stale write refused")
    return replay, taken_over


def _refused(up: Up) -> float:
    return up.metric("projector", "shiplog_refused_stale_writes_total")


def _writer(place: Place) -> int:
    """The backend that writes for the first projector, which claimed all before there was a second."""
    ((backend,),) = place.query("SELECT DISTINCT owner_pid FROM model_1.checkpoints")
    return int(backend)


def _waits(place: Place, backend: int) -> bool:
    waiting = f"SELECT 1 FROM pg_stat_activity WHERE pid = {backend} AND wait_event_type = 'Lock'"
    return bool(place.query(waiting))

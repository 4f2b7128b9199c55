"""kill -9 of a rebuild at many points: the live model stays as it is, and the next rebuild completes."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from services.projector.rebuild.act import check
from services.projector.rebuild.source import Source
from tests.integration.rebuild_stand import Watched, fold_live, query, rows, seeded, started

KILLS = int(os.environ.get("SHIPLOG_REBUILD_KILLS", "2"))
pytestmark = [pytest.mark.chaos, pytest.mark.timeout(180 + 60 * KILLS)]


def live_model(source: Source) -> str:
    """The model in force."""
    return f"model_{query(source.database_url, 'SELECT current FROM core.pointer')[0][0]}"


def wait_for_new_model(source: Source, process: "subprocess.Popen[bytes]", known: int) -> None:
    """Until the rebuild has begun to write."""
    count = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'model%'"
    while query(source.database_url, count) == [(known,)] and process.poll() is None:
        time.sleep(0.02)


def test_kills_of_a_rebuild_leave_the_live_model_alone_and_the_next_one_completes(
    kafka: str, database: str, tmp_path: Path
) -> None:
    source = seeded(kafka, database, count=8_000, shipments=900)
    fold_live(source)
    sound = rows(database, "model_1")
    began = time.monotonic()
    first = started(source, tmp_path)
    wait_for_new_model(source, first, known=1)
    writing = time.monotonic()
    first.kill()
    first.communicate()
    whole = max(time.monotonic() - began, writing - began) + 1.0
    killed = []
    for turn in range(4 * KILLS):
        process = started(source, tmp_path)
        # a little later each time; each goes on from what the one before had finished
        time.sleep(0.8 + whole * turn / (6 * KILLS))
        unfinished = process.poll() is None
        process.kill()
        process.communicate()
        if unfinished:
            killed.append(turn)
        assert rows(database, live_model(source)) == sound
        if len(killed) == KILLS:
            break

    last = started(source, tmp_path)
    out, err = last.communicate(timeout=120)

    assert len(killed) == KILLS
    assert last.returncode == 0, err.decode()
    assert b'"switched":true' in out
    assert rows(database, live_model(source)) == sound
    assert check(source, processes=1, progress=Watched()).equal
    models = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'model%'"
    assert query(database, models) == [(2,)]

"""kill -9 of projector (with its publishers) and notifier in the middle of replays."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from schemas.instants import instant_text
from services.cli.simulator.feed import END, simulate
from tests.chaos.kills import kill_when_behind
from tests.e2e.running import Place, Up, running
from tests.oracle import differences, read_topic, truth_of

pytestmark = pytest.mark.timeout(600)

KILLS = int(os.environ.get("SHIPLOG_REPLAY_KILLS", "3"))
SLICES = KILLS + 3
PARCELS = 120 * KILLS


def test_kills_in_replays_change_nothing(places: Callable[[str], Place], tmp_path: Path) -> None:
    lines = simulate(seed=11, parcels=PARCELS)
    size = len(lines) // SLICES + 1
    slices = [lines[n : n + size] for n in range(0, len(lines), size)]
    whole = _file(tmp_path / "whole.ndjson", lines)

    quiet = places("quiet")
    with running(quiet):
        wanted = quiet.shiplog("replay", str(whole), "--until", instant_text(END)).value
    place = places("killed")
    killed: list[tuple[str, int]] = []
    with running(place) as up:
        for number, part in enumerate(slices):
            file = _file(tmp_path / f"slice-{number}.ndjson", part)
            until = ["--until", instant_text(END)] if part is slices[-1] else []
            killed += _replay_with_kills(up, file, until, turn=number)
        told = place.shiplog("checksum").value
    log = read_topic(place.kafka, place.names.events.name)
    wrong = differences(truth_of(log), kafka=place.kafka, database_url=place.database_url, names=place.names)

    assert len(killed) >= KILLS
    assert {service for service, _ in killed} == {"projector", "notifier"}
    assert all(unfinished > 0 for _, unfinished in killed)
    assert wrong == []
    assert told["checksum"] == wanted["checksum"]
    assert _alert_ids(place) == _alert_ids(quiet)


def _replay_with_kills(up: Up, file: Path, until: list[str], *, turn: int) -> list[tuple[str, int]]:
    """Replay a slice and kill services in it until the replay has ended; it must end well."""
    replay = subprocess.Popen(
        [sys.executable, "-m", "services.cli", "replay", str(file), *until, "--json"],
        env=up.place.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    service = ("projector", "notifier")[turn % 2]
    unfinished = kill_when_behind(up, service, within=40)
    out, err = replay.communicate(timeout=120)
    assert replay.returncode == 0, err.decode()[-3000:]
    assert orjson.loads(out)["rejected"] == 0
    return [(service, unfinished)] if unfinished else []


def _alert_ids(place: Place) -> list[str]:
    return sorted(
        orjson.loads(r.value or b"")["alert_id"] for r in read_topic(place.kafka, place.names.alerts.name)
    )


def _file(path: Path, lines: list[dict[str, object]]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    return path

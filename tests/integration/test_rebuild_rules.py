"""The fold's rules have changed: what that changes is told, and the way back gives the old answers."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from services.projector.rebuild.act import check, rollback
from services.projector.rebuild.source import CannotRebuild, Source
from tests.bench.seeds import records
from tests.integration.rebuild_stand import (
    PARTITIONS,
    Watched,
    append,
    fold_live,
    publish,
    query,
    rows,
    seeded,
    told_numbers,
)

# found by every Python process that is started with its folder in PYTHONPATH
_OTHER_RULES = """
import services.domain.fold as fold, services.domain.tell_rules as tell_rules, services.domain.view as shown

plain = shown.view

def view(shipment):
    return plain(shipment) | {"substatus": None}

fold.RULES_VERSION = 2
shown.view = view
tell_rules.RULES = tuple(rule for rule in tell_rules.RULES if rule is not tell_rules.delivered)
"""
_FOLD_ON = """
import pickle, sys
from tests.integration.rebuild_stand import fold_live, publish
source = pickle.loads(bytes.fromhex(sys.argv[1]))
fold_live(source)
publish(source)
"""


@pytest.fixture
def source(kafka: str, database: str) -> Source:
    """A log, the live model folded from it by today's rules, and its changes told."""
    source = seeded(kafka, database, count=1_200, shipments=200)
    fold_live(source)
    publish(source)
    return source


@pytest.fixture
def other_rules(tmp_path: Path, source: Source) -> dict[str, str]:
    """The environment of processes that fold by other rules."""
    (tmp_path / "sitecustomize.py").write_text(_OTHER_RULES)
    return {k: v for k, v in os.environ.items() if not k.startswith("SHIPLOG_")} | {
        "PYTHONPATH": f"{tmp_path}:{Path.cwd()}",
        "SHIPLOG_HOME": str(tmp_path),
        "SHIPLOG_KAFKA": source.kafka,
        "SHIPLOG_DATABASE_URL": source.database_url,
        "SHIPLOG_TOPIC_PREFIX": source.topic.removesuffix("shipment-events"),
        "SHIPLOG_PARTITIONS": str(PARTITIONS),
    }


def run(*arguments: str, env: dict[str, str]) -> "subprocess.CompletedProcess[bytes]":
    """A Python process to its end."""
    return subprocess.run(
        [sys.executable, *arguments], env=env, capture_output=True, timeout=120, check=False
    )


def test_what_other_rules_change_is_told_and_the_way_back_gives_the_old_answers(
    source: Source, other_rules: dict[str, str]
) -> None:
    database = source.database_url
    old = rows(database, "model_1")
    delivered = query(database, "SELECT count(*) FROM model_1.shipments WHERE said LIKE '%delivered%'")[0][0]

    found = run("-m", "services.cli", "rebuild", "--check", "--json", env=other_rules)
    after_check = rows(database, "model_1"), query(database, "SELECT current FROM core.pointer")
    done = run("-m", "services.cli", "rebuild", "--json", env=other_rules)

    assert found.returncode == 1, found.stderr
    told = orjson.loads(found.stdout)
    assert (told["same_rules"], told["switched"], told["equal"]) == (False, False, False)
    assert told["alerts"] == {"added": 0, "withdrawn": delivered}
    assert {"view.substatus", "said"} <= {d["field"].partition(".told")[0] for d in told["differences"]}
    assert after_check == (old, [(1,)])
    assert done.returncode == 0, done.stderr
    assert query(database, "SELECT rules_version FROM model_2.rules") == [(2,)]
    by_old_rules = "SELECT count(*) FROM model_2.shipments WHERE view NOT LIKE '%\"substatus\":null%'"
    assert query(database, by_old_rules) == [(0,)]
    # what was announced stays announced
    assert query(database, "SELECT shipment, said FROM model_1.shipments ORDER BY 1") == query(
        database, "SELECT shipment, said FROM model_2.shipments ORDER BY 1"
    )

    back = rollback(source, processes=2, progress=Watched())

    assert back.switched
    assert rows(database, "model_1") == old


def test_running_numbers_go_on_without_a_gap_there_and_back(
    source: Source, other_rules: dict[str, str]
) -> None:
    there = run("-m", "services.cli", "rebuild", "--json", env=other_rules)
    append(source, records(600, shipments=200, seed=2))
    folded = run("-c", _FOLD_ON, pickle.dumps(source).hex(), env=other_rules)
    back = rollback(source, processes=2, progress=Watched())
    append(source, records(600, shipments=200, seed=3))
    fold_live(source)
    publish(source)

    assert there.returncode == 0, there.stderr
    assert folded.returncode == 0, folded.stderr
    assert back.switched
    numbers = told_numbers(source)
    assert len(numbers) == PARTITIONS
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    report = check(source, processes=1, progress=Watched())
    assert report.checksum == report.live_checksum


def test_changes_that_nobody_was_told_of_hold_the_switch_up(
    source: Source, other_rules: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run("-m", "services.cli", "rebuild", "--json", env=other_rules)
    append(source, records(100, shipments=200, seed=2))
    monkeypatch.setattr("services.projector.rebuild.told._PATIENCE", 1.0)

    assert done.returncode == 0, done.stderr
    folded = run("-c", _FOLD_ON.replace("publish(source)\n", ""), pickle.dumps(source).hex(), env=other_rules)
    assert folded.returncode == 0, folded.stderr
    with pytest.raises(CannotRebuild, match="have changes to tell"):
        rollback(source, processes=2, progress=Watched())
    assert query(source.database_url, "SELECT current FROM core.pointer") == [(2,)]

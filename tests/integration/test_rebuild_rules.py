"""The fold's rules have changed: what that changes is told, and the way back gives the old answers."""

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.projector.rebuild.act import check, rebuild, rollback
from services.projector.rebuild.source import CannotRebuild, Source
from services.runtime.records import scan
from tests.bench.seeds import records
from tests.integration.rebuild_stand import (
    PARTITIONS,
    Watched,
    append,
    by_other_rules,
    environment,
    fold_live,
    publish,
    query,
    rows,
    seeded,
    told_numbers,
)

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
    return by_other_rules(environment(source, tmp_path), tmp_path)


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
    as_before = rows(database, "model_1")
    assert as_before["shipments"] == old["shipments"]
    assert as_before["timeline"] == old["timeline"]
    # what was told anew, there and back, has had its running numbers
    assert [(*row[:3], *row[4:]) for row in as_before["checkpoints"]] == [
        (*row[:3], *row[4:]) for row in old["checkpoints"]
    ]


def all_told(source: Source) -> list[dict[str, Any]]:
    """The values of the status topic, partition by partition."""
    return [orjson.loads(record.value or b"") for record in scan(source.kafka, source.status_topic)]


def last_told(source: Source) -> dict[str, dict[str, Any]]:
    """By shipment the last value of the status topic, as its compaction leaves it."""
    return {change["shipment"]: change for change in all_told(source)}


def shown(source: Source, model: str) -> dict[str, dict[str, Any]]:
    """By shipment its row of the read model as readers see it."""
    found = query(source.database_url, f"SELECT shipment, view FROM {model}.shipments")
    return {str(shipment): orjson.loads(str(text)) for shipment, text in found}


def test_who_was_told_by_the_old_rules_is_told_by_the_new_ones_and_nothing_is_announced(
    source: Source, other_rules: dict[str, str]
) -> None:
    told_before, shown_before = last_told(source), shown(source, "model_1")

    done = run("-m", "services.cli", "rebuild", "--json", env=other_rules)
    publish(source)

    report = orjson.loads(done.stdout)
    now = shown(source, "model_2")
    differing = {key for key, view in now.items() if view != shown_before[key]}
    told = last_told(source)
    assert report["restated"] == len(differing) > 20
    assert {key for key, change in told.items() if change.get("restated")} == differing
    assert {key: change["after"] for key, change in told.items()} == now
    for key in differing:
        assert told[key]["before"]["substatus"] == shown_before[key]["substatus"] is not None
        assert told[key]["changes"] == ["substatus"]
        assert told[key]["announcements"] == []
        assert told[key]["src_offset"] >= told_before[key]["src_offset"]
        assert told[key]["seq"] > told_before[key]["seq"]
    assert query(source.database_url, "SELECT count(*) FROM core.restated") == [(0,)]


@pytest.mark.parametrize("told_between", [True, False])
def test_the_way_back_tells_the_old_views_again_whether_or_not_the_new_ones_were_told(
    source: Source, other_rules: dict[str, str], told_between: bool
) -> None:
    before = shown(source, "model_1")
    run("-m", "services.cli", "rebuild", "--json", env=other_rules)
    if told_between:
        publish(source)

    back = rollback(source, processes=2, progress=Watched())
    publish(source)

    told = last_told(source)
    assert back.switched
    assert back.restated == sum(1 for change in told.values() if change.get("restated")) > 20
    assert {key: change["after"] for key, change in told.items()} == before
    assert all(found == list(range(1, len(found) + 1)) for found in told_numbers(source).values())


@pytest.mark.parametrize("told_before", [True, False])
def test_what_an_accepted_difference_shows_differently_is_told_behind_all_that_came_before(
    source: Source, told_before: bool
) -> None:
    database = source.database_url
    append(source, records(100, shipments=200, seed=2))
    fold_live(source)
    if told_before:
        publish(source)
    ((key, partition),) = query(database, "SELECT shipment, partition FROM model_1.shipments LIMIT 1")
    wrong = "UPDATE model_1.shipments SET view = replace(view, '\"scans\":', '\"scans\":7')"
    query(database, f"{wrong} WHERE shipment = '{key}'")
    query(database, f"UPDATE model_1.checkpoints SET state_sum = state_sum + 1 WHERE partition = {partition}")

    report = rebuild(source, accept=True, processes=1, progress=Watched())
    append(source, records(100, shipments=200, seed=3))
    fold_live(source)
    publish(source)

    (restated,) = [change for change in all_told(source) if change.get("restated")]
    assert (report.switched, report.restated) == (True, 1)
    assert (restated["shipment"], restated["changes"]) == (key, ["scans"])
    assert all(found == list(range(1, len(found) + 1)) for found in told_numbers(source).values())
    told = last_told(source)
    assert {name: change["after"] for name, change in told.items()} == shown(source, "model_2")


def test_by_the_same_rules_nothing_is_told_again(source: Source) -> None:
    told = told_numbers(source)

    report = rebuild(source, accept=False, processes=1, progress=Watched())
    publish(source)

    assert (report.switched, report.restated) == (True, 0)
    assert told_numbers(source) == told


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

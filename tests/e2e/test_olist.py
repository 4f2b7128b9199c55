"""Real deliveries with their truth, replayed through the real path and read back."""

import json
import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests import olist
from tests.e2e.running import Place, running
from tests.oracle import differences, read_topic, truth_of

pytestmark = [pytest.mark.timeout(900), pytest.mark.usefixtures("shared_data")]


Rows = list[dict[str, Any]]

ORDERS = int(os.environ.get("SHIPLOG_ORDERS", "1"))
"""How many orders of arrival are tried beside the file's own; of a third of the rows when it is one."""


def written(file: Path, rows: Rows, *, shuffle: int | None = None, drop: int | None = None) -> Path:
    """The rows as canonical lines in a file, mixed by a seed or with one line left out."""
    lines = olist.canonical_lines(rows)
    if drop is not None:
        del lines[drop]
    olist.write_lines(file, lines if shuffle is None else olist.shuffled(lines, seed=shuffle))
    return file


@pytest.fixture(scope="module")
def rows() -> Rows:
    """The rows of the shared file."""
    return olist.read_rows()


def test_the_olist_deliveries_give_their_known_alerts_exactly_once(
    place: Place, rows: Rows, tmp_path: Path
) -> None:
    file = written(tmp_path / "olist.ndjson", rows)
    wanted = olist.truth_of(rows)

    with running(place) as up:
        told = place.shiplog("replay", str(file), "--clock", "virtual", "--until", olist.AS_OF).value
        alerts = [orjson.loads(r.value or b"") for r in read_topic(place.kafka, place.names.alerts.name)]
        again = place.shiplog("replay", str(file), "--clock", "none").value
        alerts_after = read_topic(place.kafka, place.names.alerts.name)
        log = read_topic(place.kafka, place.names.events.name)
        wrong = differences(
            truth_of(log), kafka=place.kafka, database_url=place.database_url, names=place.names
        )
        assert up.process.poll() is None

    kinds = Counter(a["kind"] for a in alerts)
    deliveries = {a["shipment"]: a["src_offset"] for a in alerts if a["kind"] == "delivered"}
    overdue = [a for a in alerts if a["kind"] == "delay_overdue"]
    late = [a for a in overdue if a["shipment"] in deliveries]
    assert wanted == olist.Truth(orders=4_894, delivered=4_763, late=350, overdue_open=74)
    assert (kinds["delivered"], kinds["delay_overdue"], kinds["correction"]) == (4_763, 424, 0)
    assert (len(late), len(overdue) - len(late)) == (350, 74)
    assert len({a["shipment"] for a in overdue}) == 424
    assert all(a["src_offset"] < deliveries[a["shipment"]] for a in late)
    assert len({a["alert_id"] for a in alerts}) == len(alerts)
    assert told["rejected"] == 0
    assert told["alerts"] == dict(kinds)
    assert told["shipments"] == 4_894
    assert again["duplicates"] == again["events"] == told["events"]
    assert again["checksum"] == told["checksum"]
    assert len(alerts_after) == len(alerts)
    assert wrong == []


def test_any_order_gives_one_checksum_and_a_dropped_line_another(
    places: Callable[[str], Place], rows: Rows, tmp_path: Path
) -> None:
    some = rows if ORDERS > 1 else rows[::3]

    def replayed(
        name: str, *, shuffle: int | None = None, drop: int | None = None
    ) -> tuple[str, dict[str, object]]:
        file = written(tmp_path / f"{name}.ndjson", some, shuffle=shuffle, drop=drop)
        place = places(name)
        with running(place):
            checksum = place.shiplog("replay", str(file), "--clock", "none").value["checksum"]
            assert place.shiplog("checksum", "--recompute").value["checksum"] == checksum
            told = place.shiplog("export", "shipments", timeout=120).lines
        return checksum, {row["shipment"]: (row["milestone"], row["leg_no"]) for row in told}

    in_order = replayed("in-order")
    shuffled = [replayed(f"shuffled-{seed}", shuffle=seed) for seed in range(1, ORDERS + 1)]
    dropped = replayed("dropped", drop=2_000)

    assert len(in_order[1]) == len({row["order_id"] for row in some})
    assert [checksum for checksum, _ in shuffled] == [in_order[0]] * ORDERS
    assert all(states == in_order[1] for _, states in shuffled)
    assert dropped[0] != in_order[0]


def test_replay_waits_for_a_stopped_notifier_and_then_exits_3(
    place: Place, rows: Rows, tmp_path: Path
) -> None:
    file = written(tmp_path / "few.ndjson", rows[:50])

    with running(place) as up:
        notifier = up.pid("notifier")
        os.kill(notifier, signal.SIGSTOP)
        answer = place.shiplog("replay", str(file), "--wait", "5")
        os.kill(notifier, signal.SIGCONT)
        told = place.shiplog("replay", str(file)).value

    assert answer.code == 3
    assert json.loads(answer.err.splitlines()[-1])["stage"] == "notifier"
    assert told["alerts"]["delivered"] == sum(row["truth"]["delivered"] for row in rows[:50])

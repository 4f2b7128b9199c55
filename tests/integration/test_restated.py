"""A running Shiplog switched to other rules and back: who follows a parcel is told, and nobody alerted."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from services.cli.local.stack import Stack
from services.runtime.records import scan
from tests.e2e.running import Up, new_place, running, until
from tests.integration.live_stand import post, reading, registered, scanned
from tests.integration.rebuild_stand import by_other_rules


@pytest.fixture
def up(stack: Stack, tmp_path: Path) -> Iterator[Up]:
    """One running Shiplog."""
    place = new_place(tmp_path / "home", kafka=stack.kafka, database_url=stack.database_url)
    with running(place, clock="wall") as up:
        yield up


def told(up: Up, shipment: str) -> list[dict[str, Any]]:
    """Every value of the shipment in shipment-status."""
    return [
        orjson.loads(record.value or b"")
        for record in scan(up.place.kafka, up.place.names.status.name)
        if record.key == shipment.encode()
    ]


def alerts(up: Up) -> int:
    """How many alerts there are."""
    return sum(1 for _ in scan(up.place.kafka, up.place.names.alerts.name))


def test_a_switch_to_other_rules_and_back_reaches_open_streams_and_raises_no_alert(
    up: Up, tmp_path: Path
) -> None:
    post(up, registered("RULES1"), registered("SAME1"))
    post(up, scanned("RULES1", 1, "in_transit", substatus="arrived"), scanned("SAME1", 1, "delivered"))
    until(lambda: len(told(up, "acme:RULES1")) == 2 and alerts(up) > 0, within=20, what="all is told")
    raised, same = alerts(up), told(up, "acme:SAME1")
    (other := tmp_path / "other").mkdir()

    with reading(f"{up.ready['query']}/v1/shipments/acme:RULES1/live", seconds=60) as events:
        first = events.next()
        there = subprocess.run(
            [sys.executable, "-m", "services.cli", "rebuild", "--json"],
            env=by_other_rules(up.place.env, other), capture_output=True, timeout=120, check=True,
        )  # fmt: skip
        back = up.place.shiplog("rebuild", "rollback").value
        heard = [events.next(), events.next()]

    assert (orjson.loads(there.stdout)["restated"], back["restated"]) == (1, 1)
    assert [each.data["substatus"] for each in (first, *heard)] == ["arrived", None, "arrived"]
    again = told(up, "acme:RULES1")[2:]
    assert [(change["after"]["substatus"], change["restated"]) for change in again] == [
        (None, True),
        ("arrived", True),
    ]
    # a later scan is told behind them, and what is told anew raises nothing
    post(up, scanned("RULES1", 2, "out_for_delivery"))
    until(lambda: len(told(up, "acme:RULES1")) == 5, within=20, what="the scan behind the switch is told")
    until(lambda: alerts(up) > raised, within=20, what="its alert")
    assert alerts(up) == raised + 1
    assert told(up, "acme:SAME1") == same
    url = f"{up.ready['query']}/v1/shipments/acme:RULES1"
    assert httpx.get(url).json()["milestone"] == "out_for_delivery"

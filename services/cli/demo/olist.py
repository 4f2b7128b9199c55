"""The demo's second act: real deliveries against their truth, where a checkout has them beside it."""

import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import orjson

from schemas.topics import topics
from services.cli.demo.stage import Stage, open_stage
from services.cli.output import DependencyAway, Output
from services.cli.readback.store import read_model
from services.cli.readback.topics import json_object, read_topic
from services.runtime.clock import monotonic

Json = dict[str, Any]

PROJECT: Final = Path(__file__).parents[3]
"""The checkout; in an installed package there is neither converter nor data beside it."""
CONVERTER: Final = PROJECT / "tests" / "olist.py"
DELIVERIES: Final = PROJECT.parent / "shared" / "data" / "shared-deliveries-olist.jsonl.gz"


def olist_deliveries(output: Output) -> Json | None:
    """Replay the Olist deliveries on a fresh stack: found and truth; None where they are not on this machine.

    Raises DependencyAway.
    """
    if not (CONVERTER.exists() and DELIVERIES.exists()):
        output.note("the Olist deliveries are not on this machine: left out")
        return None
    output.note("a second stack, for the Olist deliveries (Brazil, 2016 to 2018)")
    with open_stage(keep=False) as stage:
        file = stage.home / "olist.ndjson"
        truth = _converted(file)
        output.note(f"replaying {truth['lines']:,} lines of {truth['orders']:,} orders in virtual time")
        began = monotonic()
        summary = stage.replay(file, until=truth["until"])
        seconds = round(monotonic() - began, 1)
        wanted = {name: truth[name] for name in ("orders", "delivered", "late", "overdue_open")}
        return {"truth": wanted, "found": _found(stage), "summary": summary, "seconds": seconds}


def _converted(file: Path) -> Json:
    command = [sys.executable, "-m", "tests.olist", str(file), "--source", str(DELIVERIES)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, check=False)
    if done.returncode != 0:
        raise DependencyAway(f"the converter failed: {done.stderr.decode('utf-8', 'replace')[-2000:]}")
    told: Json = orjson.loads(done.stdout)
    return told


def _found(stage: Stage) -> Json:
    """Counted from alerts and shipments: an overdue parcel delivered since is late, else still open."""
    names = topics(partitions=stage.settings.partitions)
    told: dict[str, list[str]] = {"delivered": [], "delay_overdue": []}
    for row in read_topic(stage.settings.kafka, names.alerts.name):
        alert = json_object(row.value)
        if alert is not None and alert["kind"] in told:
            told[alert["kind"]].append(alert["shipment"])
    with read_model(stage.settings.database_url) as model:
        milestones = {view["shipment"]: view["milestone"] for view in model.shipment_rows()}
    overdue = told["delay_overdue"]
    late = sum(milestones[key] == "delivered" for key in overdue)
    return {
        "orders": len(milestones),
        "delivered": len(told["delivered"]),
        "late": late,
        "overdue_open": len(overdue) - late,
    }

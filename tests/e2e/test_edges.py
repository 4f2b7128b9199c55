"""Awkward facts through the whole path: the value the rules give, no exception, no second alert."""

from collections import Counter
from pathlib import Path
from typing import Any

import orjson

from tests.e2e.running import Up
from tests.oracle import differences, read_topic, truth_of

Json = dict[str, Any]
_KNOWN = "2026-03-20T12:00:00Z"


def scan(number: str, milestone: str, at: str | None, *, known: str = _KNOWN, **members: Any) -> Json:
    """A line of replay; `at` None: undated."""
    dated = {} if at is None else {"occurred_at": at}
    return {
        "type": "ScanRecorded", "carrier": "edge", "tracking_number": number, "recorded_at": known,
        "data": {"milestone": milestone, **members.pop("data", {})}, **dated, **members,
    }  # fmt: skip


STORIES: dict[str, tuple[list[Json], str, int, int]] = {
    "delivered five minutes before out for delivery": (
        [
            scan("EARLY", "delivered", "2026-03-10T10:00:00Z"),
            scan("EARLY", "out_for_delivery", "2026-03-10T10:05:00Z"),
        ],
        "delivered", 1, 1,
    ),
    "delivered, out for delivery and delivered again: the first was premature": (
        [
            scan("TWICE", "delivered", "2026-03-10T10:00:00Z"),
            scan("TWICE", "out_for_delivery", "2026-03-10T10:05:00Z"),
            scan("TWICE", "delivered", "2026-03-10T15:00:00Z"),
        ],
        "delivered", 1, 2,
    ),
    "undated scans move nothing": (
        [
            scan("UNDATED", "picked_up", "2026-03-10T10:00:00Z"),
            scan("UNDATED", "delivered", None),
        ],
        "picked_up", 1, 0,
    ),
    "a scan from 1970 comes before all others": (
        [
            scan("Y1970", "in_transit", "1970-01-01T00:00:00Z"),
            scan("Y1970", "delivered", "2026-03-10T10:00:00Z"),
        ],
        "delivered", 1, 1,
    ),
    "a scan from 2100 is undated": (
        [
            scan("Y2100", "out_for_delivery", "2026-03-10T10:00:00Z"),
            scan("Y2100", "delivered", "2100-01-01T00:00:00Z"),
        ],
        "out_for_delivery", 1, 0,
    ),
    "instants count, not wall clocks: +14:00 and -12:00": (
        [
            scan("OFFSETS", "delivered", "2026-03-10T20:00:00-12:00"),
            scan("OFFSETS", "in_transit", "2026-03-11T10:00:00+14:00"),
        ],
        "delivered", 1, 1,
    ),
    "a wall time that daylight saving skips": (
        [
            scan("GAP", "in_transit", "2026-03-08T01:30:00", zone="America/New_York"),
            scan("GAP", "delivered", "2026-03-08T02:30:00", zone="America/New_York"),
        ],
        "delivered", 1, 1,
    ),
    "a lone hand-over dated days after delivery is a clock error": (
        [
            scan("HANDOVER", "delivered", "2026-03-02T10:00:00Z"),
            scan("HANDOVER", "picked_up", "2026-03-09T10:00:00Z"),
        ],
        "delivered", 1, 1,
    ),
}  # fmt: skip


def test_awkward_facts_give_the_value_of_the_rules_and_no_second_alert(
    up_virtual: Up, tmp_path: Path
) -> None:
    place = up_virtual.place
    file = tmp_path / "edges.ndjson"
    lines = [line for story, *_ in STORIES.values() for line in story]
    file.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))

    told = place.shiplog("replay", str(file), "--clock", "none").value
    shipments = {row["shipment"]: row for row in place.shiplog("export", "shipments").lines}
    alerts = [orjson.loads(r.value or b"") for r in read_topic(place.kafka, place.names.alerts.name)]
    log = read_topic(place.kafka, place.names.events.name)

    delivered = Counter(a["shipment"] for a in alerts if a["kind"] == "delivered")
    for name, (story, milestone, leg_no, alerted) in STORIES.items():
        key = f"edge:{story[0]['tracking_number']}"
        assert (shipments[key]["milestone"], shipments[key]["leg_no"]) == (milestone, leg_no), name
        assert delivered[key] == alerted, name
    corrections = [a for a in alerts if a["kind"] == "correction"]
    assert [a["shipment"] for a in corrections] == ["edge:TWICE"]
    assert told["rejected"] == 0
    assert differences(
        truth_of(log), kafka=place.kafka, database_url=place.database_url, names=place.names
    ) == []  # fmt: skip

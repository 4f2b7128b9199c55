"""The rows of real payloads: which give events, which an error, and what `shiplog parse` makes of each."""

from services.cli.output import Output
from services.cli.parse import events_of
from tests.carriers.shared import Json, body, rows

ROWS = rows("shared-carrier-payloads.jsonl.gz")


def short(row: Json) -> str:
    return str(row["id"]).split("/", 1)[1]


def independent(row: Json) -> list[Json]:
    """The events of the second reading."""
    return [event for tracker in row["independent"]["trackers"] for event in tracker["events"]]


def hinted(row: Json) -> list[Json]:
    """The events that another project's parser expects."""
    return [
        event for each in row["upstream_expected"].get("trackers", []) for event in each.get("events", [])
    ]


def told(row: Json, payload: bytes | None = None) -> list[Json]:
    """The events `shiplog parse` writes; raises CommandError where it ends with 1."""
    return events_of(
        row["carrier"], None, body(row["raw"]) if payload is None else payload, Output(json=True)
    )


def scans(events: list[Json]) -> list[Json]:
    return [event for event in events if event["type"] == "ScanRecorded"]


def has_events(row: Json) -> bool:
    if row["independent"]:
        return bool(row["independent"]["n_events"])
    hint = row["upstream_expected"]
    return bool(hinted(row) or hint.get("n_events") or "events_spot_check" in hint)


TRACKED = [row for row in ROWS if has_events(row)]
READ_TWICE = [row for row in TRACKED if row["independent"]]
ANSWERED_NO = [row for row in ROWS if not has_events(row)]
# the row of Hermes holds the answer of another call: the token to ask with
READABLE = [row for row in TRACKED if row["carrier"] != "hermes"]

"""A timeline as readers are given it: oldest first, sealed data named, what each event changed."""

from typing import Any

from services.domain.dossier import entries
from tests.builders import Json


def told(event_id: str, *, recorded_at: str = "2026-03-09T00:00:00.000Z", **members: Any) -> Json:
    """A row of the timeline."""
    event = {"event_id": event_id, "type": "ScanRecorded", "data": {}, "source": {}} | members
    return event | {"recorded_at": recorded_at}


def listed(*events: Json) -> list[str]:
    """Ids in the order of the timeline."""
    rows = [(event, None, event["recorded_at"]) for event in events]
    return [entry["event_id"] for entry in entries(rows)]


def test_an_event_stands_where_it_happened_by_what_is_known_of_its_time() -> None:
    assert listed(
        told("never dated", recorded_at="2026-03-03T12:00:00.000Z"),
        told("by the wall", occurred_local="2026-03-02T12:00:00"),
        told("exact, wall elsewhere", occurred_at="2026-03-04T12:00:00.000Z", occurred_local="2026-03-01"),
        told("exact", occurred_at="2026-03-01T12:00:00.000Z"),
    ) == ["exact", "by the wall", "never dated", "exact, wall elsewhere"]


def test_events_of_one_time_stand_by_their_ids() -> None:
    at = "2026-03-01T12:00:00.000Z"

    assert listed(told("b", occurred_at=at), told("a", occurred_at=at)) == ["a", "b"]


def test_what_is_sealed_is_named_and_not_shown_and_what_changed_is_told() -> None:
    data = {"order_id": "O-1", "recipient": {"ciphertext": "x"}, "address": {"ciphertext": "y"}}

    (entry,) = entries([(told("1", data=data), {"changes": ["milestone"]}, "2026-03-02T00:00:00.000Z")])

    assert (entry["data"], entry["sealed"]) == ({"order_id": "O-1"}, ["address", "recipient"])
    assert (entry["changes"], entry["recorded_at"]) == (["milestone"], "2026-03-02T00:00:00.000Z")


def test_an_event_that_changed_nothing_says_so() -> None:
    (entry,) = entries([(told("1"), None, "2026-03-02T00:00:00.000Z")])

    assert (entry["changes"], entry["sealed"], entry["occurred_at"]) == ([], [], None)

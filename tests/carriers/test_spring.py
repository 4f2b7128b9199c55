"""Spring: local times and their twins of epoch seconds, answers in pairs."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError, InvalidPayload
from services.ingest.carriers.spring import Spring
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]


def sprung(code: Any, at: str, epoch: Any, **others: Any) -> Json:
    where = {"City": "Toronto", "State": "ON", "Zip": "L5T1R8", "Country": "CA"}
    told = {"Timestamp": epoch, "DateTime": at, "Code": code, "Description": "Wording"}
    return told | where | others


def spring(*events: Any, **others: Any) -> str:
    return json.dumps(
        {"ErrorLevel": 0, "Error": "", "Shipment": {"TrackingNumber": "LX1", "Events": list(events)} | others}
    )


# date -u -d @1772721525: 2026-03-05T14:38:45Z
SPRING = (
    sprung(9301, "2026-03-05 09:38:45", 1_772_721_525),
    sprung(100, "2026-03-05 14:38:45", 1_772_721_525),
    sprung("12501", "2026-03-06 10:00:00", None, City="", State="", Country=""),
    sprung(77, "2026-03-06 11:00:00", True),
)


def test_the_twin_of_springs_time_proves_an_offset_unless_it_is_the_local_time_itself() -> None:
    found = envelopes(Spring(), spring(*SPRING))

    refused = ("returned", "to_warehouse", "refused", "recipient")
    assert [line(each) for each in found] == [
        ("2026-03-05T14:38:45", "2026-03-05T09:38:45", "exact", "9301", ("out_for_delivery",)),
        ("2026-03-05T19:38:45", "2026-03-05T14:38:45", "location_inferred", "100", ("delivered",)),
        ("", "2026-03-06T10:00:00", "unknown", "12501", refused),
        ("2026-03-06T16:00:00", "2026-03-06T11:00:00", "location_inferred", "77", ("unknown",)),
    ]


def test_springs_answers_may_come_as_pairs() -> None:
    pairs = [["LX1", spring(*SPRING)], ["LX2", json.dumps({"ErrorLevel": 10, "Error": "Not found"})]]

    parsed = Spring().parse(json.dumps(pairs).encode())

    assert len(parsed.events) == len(SPRING)
    assert parsed.errors == (CarrierError("10", "Not found"),)
    assert ids(Spring(), json.dumps(pairs)) == ids(Spring(), spring(*SPRING))


def test_spring_without_a_number_anywhere_is_told() -> None:
    parsed = Spring().parse(spring(*SPRING, TrackingNumber=None).encode())

    assert (parsed.events, parsed.warnings) == ((), ("a Shipment without TrackingNumber is left out",))


def test_a_text_in_a_pair_that_is_no_json_is_invalid() -> None:
    with pytest.raises(InvalidPayload):
        Spring().parse(b'[["LX1", "{"]]')


def test_order_wording_places_and_deliveries_do_not_change_identity() -> None:
    moved = [each | {"Description": "Else", "City": "Else", "Zip": None} for each in reversed(SPRING)]
    apart = [one for each in SPRING for one in ids(Spring(), spring(each))]

    assert ids(Spring(), spring(*moved)) == ids(Spring(), spring(*SPRING, *SPRING)) == sorted(apart)

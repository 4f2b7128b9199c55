"""What is told of a shipment that other rules show differently: the shipment, and no event's effect."""

import orjson
import pytest

from schemas.status import StatusChanged
from services.domain.view import axes, view
from services.projector.publisher import status_record
from services.projector.restated import Queued, Restated, published, with_queued
from tests.builders import case_opened, hour, registered, replay, scan

_EVENT = "0b5d1f62-6e6a-5b51-8f4e-0d5a4a6f2f10"


def restated(before: str | None, after: str) -> Restated:
    """A row as a switch leaves it: the 7th of partition 3, where that stands at offset 41."""
    return Restated(7, "acme:P1", 3, 41, _EVENT, "ScanRecorded", "2026-11-20T09:00:00.000Z", before, after)


def test_it_is_a_status_changed_that_names_the_last_event_and_announces_nothing() -> None:
    shipment = replay([registered("O-1"), case_opened("damaged", at=hour(1))])
    after = orjson.dumps(view(shipment)).decode()
    before = orjson.dumps(view(shipment) | {"substatus": "told otherwise", "scans": 9}).decode()

    told = orjson.loads(status_record(published(restated(before, after))).value)

    assert StatusChanged.model_validate(told, strict=True).restated
    assert told["after"] == view(shipment)
    assert told["before"] == axes(shipment) | {"substatus": "told otherwise"}
    assert told["before"]["conditions"]
    assert told["changes"] == ["substatus", "scans"]
    assert told["announcements"] == []
    assert (told["seq"], told["src_partition"], told["src_offset"]) == (7, 3, 41)
    assert (told["cause_event_id"], told["cause_type"]) == (_EVENT, "ScanRecorded")
    assert told["occurred_at"] == "2026-11-20T09:00:00.000Z"


def test_a_shipment_that_the_other_model_did_not_have_has_no_before() -> None:
    shipment = replay([scan("picked_up", at=hour(1))])

    told = orjson.loads(published(restated(None, orjson.dumps(view(shipment)).decode())).change)

    assert told["before"] is None
    assert {"milestone", "status", "scans"} <= set(told["changes"])
    assert "shipment" not in told["changes"]


@pytest.mark.parametrize(("mine", "theirs"), [({"eta_kind": "p50"}, {}), ({}, {"eta_kind": "p50"})])
def test_a_member_that_only_one_of_the_rules_knows_is_a_difference(
    mine: dict[str, str], theirs: dict[str, str]
) -> None:
    shown = view(replay([scan("picked_up", at=hour(1))]))
    before, after = orjson.dumps(shown | mine).decode(), orjson.dumps(shown | theirs).decode()

    assert orjson.loads(published(restated(before, after)).change)["changes"] == ["eta_kind"]


def test_its_record_has_an_id_and_a_type_of_its_own() -> None:
    after = orjson.dumps(view(replay([scan("picked_up", at=hour(1))]))).decode()

    headers = dict(status_record(published(restated(None, after))).headers)

    assert headers["ce_id"] == b"status-3-41-7"
    assert headers["ce_type"] == b"shiplog.StatusRestated"


@pytest.mark.parametrize(
    ("seq", "queued", "last"),
    [
        (4, None, 4),
        (4, Queued(5, 7), 7),
        (5, Queued(5, 7), 7),
        (7, Queued(5, 7), 7),
        (9, Queued(5, 7), 9),
        (3, Queued(5, 7), 3),
    ],
)
def test_what_is_queued_counts_as_told_where_it_follows_on_what_was_told(
    seq: int, queued: Queued | None, last: int
) -> None:
    assert with_queued(seq, queued) == last

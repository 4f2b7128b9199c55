"""Bring: the callbacks of Event Cast."""

import json
from typing import Any

import pytest

from services.ingest.carrier import InvalidPayload
from services.ingest.carriers.bring import Bring
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]


def callback(status: str, **others: Any) -> str:
    told = {"status": status, "id": "i1", "shipment": "SHIP1", "package": "PACK1"}
    return json.dumps(
        told | {"created": "2026-03-04T14:58:48+0000", "pushed": "2026-03-04T14:58:49+0000"} | others
    )


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("PRE_NOTIFIED", ("info_received", "manifest_received")),
        ("HANDED_IN", ("picked_up", "dropped_off")),
        ("TERMINAL", ("in_transit", "hub_arrived")),
        ("CUSTOMS", ("in_transit", "customs_in")),
        ("DEVIATION", ("in_transit", "delayed_announced", "carrier")),
        ("TRANSPORT_TO_RECIPIENT", ("out_for_delivery", "loaded")),
        ("READY_FOR_PICKUP", ("available_for_pickup", "pickup_point")),
        ("ATTEMPTED_DELIVERY", ("delivery_attempted",)),
        ("DELIVERED", ("delivered",)),
        ("RETURN", ("returning",)),
        ("DELIVERED_SENDER", ("returned", "to_sender")),
        ("NOTIFICATION_SENT", ()),
        ("BEAMED", ("unknown",)),
    ],
)
def test_a_callback_is_one_scan_of_its_package(status: str, meaning: tuple[str, ...]) -> None:
    (found,) = envelopes(Bring(), callback(status))

    assert line(found) == ("2026-03-04T14:58:48", "2026-03-04T14:58:48", "exact", status, meaning)
    assert found["shipment"] == "bring:PACK1"


def test_a_callback_without_a_package_is_of_the_shipment() -> None:
    (found,) = envelopes(Bring(), callback("IN_TRANSIT", package=None))

    assert found["shipment"] == "bring:SHIP1"


def test_a_callback_sent_again_is_the_same_event() -> None:
    first = callback("IN_TRANSIT")
    again = callback("IN_TRANSIT", pushed="2026-03-04T15:28:49+0000", id="i2")

    assert ids(Bring(), first) == ids(Bring(), again)


def test_what_has_neither_number_nor_status_is_refused_or_told() -> None:
    with pytest.raises(InvalidPayload):
        Bring().parse(callback("", package="P").encode())

    parsed = Bring().parse(f"[{callback('DELIVERED')}, {{}}]".encode())

    assert len(parsed.events) == 1
    assert parsed.warnings == ("a callback without package or status is left out",)

"""Bring (Posten Norge): Event Cast pushes one event of one package at a time, as JSON. Times are in UTC.

Bring signs nothing. It sends the headers that a webhook was registered with: ours is `Authorization`.
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.carrier import InvalidPayload, Json, ParsedEvent, ParsedPayload, Verified, WebhookRequest
from services.ingest.reading import scans
from services.ingest.reading.json_tree import objects, read_json, word
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.times import iso
from services.ingest.signatures.bearer import bearer

_CODES: Final[Mapping[str, Meaning]] = {
    "PRE_NOTIFIED": Meaning("info_received", "manifest_received"),
    "COLLECTED": Meaning("picked_up", "collected"),
    "HANDED_IN": Meaning("picked_up", "dropped_off"),
    **dict.fromkeys(("IN_TRANSIT", "INTERNATIONAL"), Meaning("in_transit")),
    "TERMINAL": Meaning("in_transit", "hub_arrived"),
    "CUSTOMS": Meaning("in_transit", "customs_in"),
    # something went wrong, a delay is likely
    "DEVIATION": Meaning("in_transit", None, "delayed_announced", "carrier"),
    "TRANSPORT_TO_RECIPIENT": Meaning("out_for_delivery", "loaded"),
    "READY_FOR_PICKUP": Meaning("available_for_pickup", "pickup_point"),
    "ATTEMPTED_DELIVERY": Meaning("delivery_attempted"),
    "DELIVERED": Meaning("delivered"),
    "RETURN": Meaning("returning"),
    "DELIVERED_SENDER": Meaning("returned", "to_sender"),
    # home delivery ordered, moved or called off by the recipient; messages to him
    **dict.fromkeys(
        ("DELIVERY_ORDERED", "DELIVERY_CHANGED", "DELIVERY_CANCELLED", "NOTIFICATION_SENT"), Meaning(None)
    ),
}


class Bring:
    """Bring's packages."""

    code: Final = "bring"
    title: Final = "Bring"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = ("Bring developer site, Event Cast API: events and callbacks (2025)",)
    signature: Final = "bearer token in Authorization, as registered with the webhook"
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose token the request bears; raises SignatureInvalid."""
        return bearer(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """The one scan of a callback; raises InvalidPayload."""
        warnings: list[str] = []
        listed = objects(read_json(payload), warnings=warnings)
        events = [event for told in listed if (event := _scan(told))]
        if not events:
            raise InvalidPayload("no package or shipment with a status")
        warnings += ["a callback without package or status is left out"] * (len(listed) - len(events))
        return scans.payload(events, warnings=warnings)


def _scan(told: Json) -> ParsedEvent | None:
    # `id` is left alone: whether it is the event's or the webhook's is not documented
    number = word(told, "package") or word(told, "shipment")
    code = word(told, "status")
    if number is None or code is None:
        return None
    return scans.scan(
        Bring.code,
        number,
        code=code,
        meaning=_CODES.get(code),
        when=iso(word(told, "created")),
        source={name: value for name, value in told.items() if name != "pushed"},
        codelist="bring-event-group",
    )

"""Amazon Shipping: the tracking answer of the Selling Partner API, as JSON.

An event of a return has the same codes as one of the way there: `shipmentType` tells them apart, and a
delivery on the way back is the sender's.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from services.ingest.carrier import (
    CarrierError,
    InvalidPayload,
    Json,
    ParsedEvent,
    ParsedPayload,
    Verified,
    WebhookRequest,
)
from services.ingest.reading import scans
from services.ingest.reading.json_tree import member, objects, read_json, word
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.times import iso
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = {
    "ReadyForReceive": Meaning("info_received", "awaiting_handover"),
    "PackageReceivedByCarrier": Meaning("picked_up", "dropped_off"),
    **dict.fromkeys(("PickupDone", "PickedUp"), Meaning("picked_up", "collected")),
    "InTransit": Meaning("in_transit"),
    "Departed": Meaning("in_transit", "hub_departed"),
    "ArrivedAtCarrierFacility": Meaning("in_transit", "hub_arrived"),
    "ArrivedAtDeliveryStation": Meaning("in_transit", "local_facility"),
    "OutForDelivery": Meaning("out_for_delivery"),
    "AvailableForPickup": Meaning("available_for_pickup"),
    "DeliveryAttempted": Meaning("delivery_attempted"),
    "Rejected": Meaning("delivery_attempted", "refused", "refused", "recipient"),
    "Delivered": Meaning("delivered"),
    "Undeliverable": Meaning("in_transit", None, "on_hold", "other"),
    "Lost": Meaning("lost", "carrier_declared", "lost", "carrier"),
    "PickupCancelled": Meaning("cancelled", "pickup_cancelled"),
    "ReturnInitiated": Meaning("returning"),
    # a wish of the recipient
    "RecipientRequestedAlternateDeliveryTiming": Meaning(None),
}

_BACKWARDS: Final = frozenset({"REVERSE", "RETURN", "RETURNS"})
_ON_THE_WAY: Final = frozenset(
    {"picked_up", "in_transit", "out_for_delivery", "available_for_pickup", "delivery_attempted"}
)


class AmazonShipping:
    """Amazon Shipping's parcels."""

    code: Final = "amazon_shipping"
    title: Final = "Amazon Shipping"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = (
        "Amazon Selling Partner API, Amazon Shipping v2, EventCode and ShipmentType",
        "Amazon Shipping changelog of 2025-08-01, PackageReceivedByCarrier",
    )
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event, one revision per promised date; raises InvalidPayload."""
        told = read_json(payload)
        warnings: list[str] = []
        errors = [_error(each) for each in objects(told, "errors", warnings=warnings)]
        answers = [answer for each in objects(told) for answer in objects(each, "payload") or [each]]
        named = [each for each in answers if word(each, "trackingId")]
        if not named and not errors:
            raise InvalidPayload("no trackingId")
        events = [event for answer in named for event in _events(answer, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(told: Json) -> CarrierError:
    words = [text for name in ("message", "details") if (text := word(told, name))]
    return CarrierError(word(told, "code"), ": ".join(words) or "an error without a message")


def _events(answer: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = word(answer, "trackingId") or ""
    history = objects(answer, "eventHistory", warnings=warnings)
    proof = word(answer, "summary", "proofOfDelivery", "receivedBy")
    for event in history:
        yield _scan(number, event, received_by=proof)
    if promised := word(answer, "promisedDeliveryDate"):
        newest = scans.newest(iso(word(event, "eventTime")) for event in history)
        yield scans.revision(
            AmazonShipping.code, number, kind="carrier_promised", to=promised, at=newest, source=promised
        )


def _scan(number: str, event: Json, *, received_by: str | None) -> ParsedEvent:
    code = word(event, "eventCode")
    meaning = _meaning(code, way=word(event, "shipmentType"))
    delivered = meaning is not None and meaning.milestone == "delivered"
    return scans.scan(
        AmazonShipping.code,
        number,
        code=code,
        meaning=meaning,
        when=iso(word(event, "eventTime")),
        source=event,
        location=_place(event),
        codelist="amazon-shipping-event-code",
        codelist_version="v2",
        proof={"signed_by": received_by} if received_by and delivered else None,
    )


def _meaning(code: str | None, *, way: str | None) -> Meaning | None:
    meaning = _CODES.get(code or "")
    if meaning is None or (way or "").upper() not in _BACKWARDS:
        return meaning
    if meaning.milestone == "delivered":
        return Meaning("returned", "to_sender")
    if meaning.milestone in _ON_THE_WAY:
        return Meaning("returning", None, meaning.reason, meaning.party)
    return meaning


def _place(event: Json) -> Json:
    found = member(event, "location")
    return place(
        city=word(found, "city"),
        region=word(found, "stateOrRegion"),
        postal_code=word(found, "postalCode"),
        country=word(found, "countryCode"),
    )

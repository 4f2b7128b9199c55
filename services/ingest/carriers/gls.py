"""GLS: events of parcels, as the Group's Track And Trace API answers."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
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
from services.ingest.codebooks.table import table_of
from services.ingest.reading import scans
from services.ingest.reading.json_tree import member, objects, read_json, word
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.times import iso
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = table_of(
    """
info_received/manifest_received: INTIAL.PREADVICE
info_received/awaiting_handover: INTIAL.E48_DATA
picked_up/accepted: INTIAL.NORMAL
in_transit/hub_arrived: INBOUD.NORMAL
in_transit/hub_departed: OUTBOD.NORMAL
out_for_delivery/loaded: OUTDEL.NORMAL
# laid down in a shop, and handed out there
available_for_pickup/pickup_point: DELIVD.PARCELSHOP
delivered/recipient: DELIVD.DEL_BY_PSAPP
delivered: DELIVD.NORMAL
cancelled/voided_before_handover: CANCEL.NORMAL
"""
)

_GROUPS: Final[Mapping[str, Meaning]] = table_of(
    """
in_transit/hub_arrived: INBOUD
in_transit/hub_departed: OUTBOD
out_for_delivery: OUTDEL
"""
)
"""What a code says whose reason the list does not have; the other groups mean too many things for that."""

_STATUSES: Final[Mapping[str, Meaning]] = table_of(
    """
info_received/manifest_received: PREADVICE
info_received/pickup_scheduled: PLANNEDPICKUP INPICKUP
info_received/pickup_failed: NOTPICKEDUP
in_transit: INTRANSIT
in_transit/local_facility: INWAREHOUSE
out_for_delivery: INDELIVERY
available_for_pickup/pickup_point: DELIVEREDPS
delivery_attempted: NOTDELIVERED
delivered: DELIVERED FINAL
cancelled: CANCELED
"""
)


class Gls:
    """GLS' parcels."""

    code: Final = "gls"
    title: Final = "GLS"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = (
        "GLS Group developer portal, Track And Trace API v1: parcel statuses, GET /tracking/events/codes",
    )
    signature: Final = OWN_SCHEME
    codes: Final = {**_STATUSES, **_CODES}

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event, of a parcel told without events one of its status; raises InvalidPayload."""
        told = read_json(payload)
        warnings: list[str] = []
        parcels = objects(told, "parcels", warnings=warnings)
        errors = [error for each in [*parcels, *objects(told)] if (error := _error(each))]
        if not errors and not isinstance(member(told, "parcels"), list | dict):
            raise InvalidPayload("neither parcels nor an error")
        events = [event for each in parcels for event in _events(each, warnings)]
        if not events and not errors:
            warnings.append("the answer has no event")
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(told: Json) -> CarrierError | None:
    code = word(told, "errorCode")
    return CarrierError(code, word(told, "errorMessage") or "an error without a message") if code else None


def _events(parcel: Json, warnings: list[str]) -> Iterator[ParsedEvent]:
    number = _number(parcel)
    if number is None:
        warnings.append("a parcel without unitno is left out")
        return
    if member(parcel, "events") is None and (status := word(parcel, "status")):
        yield _scan(number, {"code": status, "eventDateTime": word(parcel, "statusDateTime")})
    for event in objects(parcel, "events", warnings=warnings):
        yield _scan(number, event)


def _number(parcel: Json) -> str | None:
    """The printed number: `unitno`, with the check digit where it was asked for with it.

    What was asked for may also be a reference, which several parcels share.
    """
    asked, unit = word(parcel, "requested"), word(parcel, "unitno")
    if asked and unit and asked.isdigit() and asked[:-1] == unit:
        return asked
    return unit or asked


def _scan(number: str, event: Json) -> ParsedEvent:
    code = word(event, "code") or ""
    meaning = _CODES.get(code) or _STATUSES.get(code)
    done = scans.scan(
        Gls.code,
        number,
        code=code,
        meaning=meaning or _GROUPS.get(code.partition(".")[0]),
        when=iso(word(event, "eventDateTime")),
        source=event,
        text=word(event, "description"),
        location=place(
            city=word(event, "city"), postal_code=word(event, "postalCode"), country=word(event, "country")
        ),
        codelist="gls-event-code",
    )
    return done if meaning else replace(done, known=False)

"""SmartKargo: events of parcels that fly, as JSON. Times are local ones of an airport or a place.

A package is a shipment, its pieces are pieces. The zone is stated in the answer to partners only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Final
from zoneinfo import available_timezones

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
from services.ingest.reading.times import is_local, iso
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = {
    "BKD": Meaning("info_received", "manifest_received"),
    "FOH": Meaning("picked_up", "dropped_off"),
    "RCS": Meaning("picked_up", "accepted"),
    **dict.fromkeys(("MAN", "PRE", "TRM"), Meaning("in_transit")),
    "DEP": Meaning("in_transit", "hub_departed"),
    **dict.fromkeys(("ARR", "RCF"), Meaning("in_transit", "hub_arrived")),
    **dict.fromkeys(("TFD", "RCT"), Meaning("in_transit", "handed_to_partner")),
    "TGC": Meaning("in_transit", "customs_in"),
    "CCD": Meaning("in_transit", "customs_released"),
    # a discrepancy: missing, too many, wrongly sent, damaged
    "DIS": Meaning("in_transit", None, "on_hold", "carrier"),
    "NFD": Meaning("available_for_pickup", "carrier_facility"),
    "GDL": Meaning("out_for_delivery"),
    "ADL": Meaning("delivery_attempted"),
    **dict.fromkeys(("DDL", "DLV"), Meaning("delivered")),
    # left at the door
    "DLD": Meaning("delivered", "safe_place"),
    # a reminder, and papers
    **dict.fromkeys(("RCU", "AWR", "AWD"), Meaning(None)),
}


class SmartKargo:
    """SmartKargo's packages."""

    code: Final = "smartkargo"
    title: Final = "SmartKargo"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = (
        "SmartKargo eCommerce tracking API, event types (2024)",
        "IATA Cargo-IMP, FSU status codes (34th edition)",
    )
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event, one revision per package and estimate; raises InvalidPayload."""
        told = read_json(payload)
        warnings: list[str] = []
        listed = objects(told, warnings=warnings)
        errors = [_error(error) for each in listed for error in objects(each, "error")]
        details = [each for each in listed if "eventType" in each]
        if not details and not errors and told != []:
            raise InvalidPayload("neither an eventType nor an error")
        return scans.payload(_events(details, warnings), errors=errors, warnings=warnings)


def _error(told: Json) -> CarrierError:
    return CarrierError(word(told, "code"), word(told, "message") or "an error without a message")


def _events(details: list[Json], warnings: list[str]) -> list[ParsedEvent | None]:
    events: list[ParsedEvent | None] = []
    packages: dict[str, list[Json]] = {}
    for detail in details:
        number = word(detail, "packageReference") or word(detail, "headerReference") or _waybill(detail)
        if number is None:
            warnings.append("an event without packageReference is left out")
            continue
        packages.setdefault(number, []).append(detail)
        events.append(_scan(number, detail))
    for number, of_package in packages.items():
        events += _revisions(number, of_package)
    return events


def _waybill(detail: Json) -> str | None:
    prefix, number = word(detail, "prefix"), word(detail, "airWaybill")
    return f"{prefix or ''}{number}" if number else None


def _scan(number: str, detail: Json) -> ParsedEvent:
    code = word(detail, "eventType")
    when = iso(word(detail, "eventDate"))
    event = scans.scan(
        SmartKargo.code,
        number,
        code=code,
        meaning=_CODES.get(code or ""),
        when=when,
        source=detail,
        text=word(detail, "description"),
        location=_place(detail),
        codelist="smartkargo-event-type",
        piece=word(detail, "pieceReference"),
    )
    zone = word(detail, "location", "timezone")
    if zone not in _zones() or not is_local(when):
        return event
    return replace(event, members=event.members | {"zone": zone}, zone_inferred=False)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _revisions(number: str, details: list[Json]) -> Iterator[ParsedEvent | None]:
    """Estimates, dated by the package's newest event; their hour is the end of the day."""
    newest = scans.newest(iso(word(each, "eventDate")) for each in details)
    told = (word(each, "estimatedDeliveryDate") for each in details)
    for expected in dict.fromkeys(text for text in told if text):
        yield scans.revision(
            SmartKargo.code, number, kind="carrier_estimate", to=expected, at=newest, source=expected
        )


def _place(detail: Json) -> Json:
    found = member(detail, "location")
    return place(
        city=word(found, "city"),
        region=word(found, "state"),
        postal_code=word(found, "zip"),
        country=word(found, "countryId"),
        facility_id=word(detail, "eventLocation"),
        lat=word(found, "latitude"),
        lon=word(found, "longitude"),
    )

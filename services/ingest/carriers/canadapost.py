"""Canada Post: tracking details of a parcel, as XML."""

from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element

from services.ingest.carrier import (
    CarrierError,
    InvalidPayload,
    Json,
    ParsedEvent,
    ParsedPayload,
    Verified,
    WebhookRequest,
)
from services.ingest.codebooks.canadapost import CODES
from services.ingest.reading import scans
from services.ingest.reading.places import place
from services.ingest.reading.times import When, joined
from services.ingest.reading.xml_tree import every, read_xml, text
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_PROVINCES: Final = frozenset({"AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"})


class CanadaPost:
    """Canada Post's parcels."""

    code: Final = "canadapost"
    title: Final = "Canada Post"
    mapping_version: Final = 1
    formats: Final = ("xml",)
    sources: Final = (
        "Canada Post Developer Program, Get Tracking Details, REST, track-v2",
        "Canada Post Developer Program, Messages and Code Tables, Tracking scan events (2025)",
    )
    signature: Final = OWN_SCHEME
    codes: Final = CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per occurrence, one revision per expected date; raises InvalidPayload."""
        root = read_xml(payload)
        errors = [_error(message) for message in root.iter("message")]
        details = list(root.iter("tracking-detail"))
        if not details and not errors:
            raise InvalidPayload("neither tracking-detail nor messages")
        warnings: list[str] = []
        events = [event for detail in details for event in _events(detail, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(message: Element) -> CarrierError:
    return CarrierError(
        text(message, "code"), text(message, "description") or "a message without a description"
    )


def _events(detail: Element, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = text(detail, "pin")
    if number is None:
        warnings.append("a tracking-detail without pin is left out")
        return
    dated = [(each, _when(each)) for each in every(detail, "significant-events/occurrence")]
    signed = _signatories(dated)
    for occurrence, when in dated:
        yield _scan(number, occurrence, when, signed)
    if expected := text(detail, "changed-expected-date") or text(detail, "expected-delivery-date"):
        at = scans.newest(when for _, when in dated)
        yield scans.revision(
            CanadaPost.code, number, kind="carrier_estimate", to=expected, at=at, source=expected
        )


def _when(occurrence: Element) -> When:
    """The abbreviation beside the time is an offset: EST is five hours behind, in summer too."""
    date, time = text(occurrence, "event-date"), text(occurrence, "event-time")
    return joined(date, time, "%Y-%m-%d", "%H:%M:%S", offset=text(occurrence, "event-time-zone"))


def _signatories(dated: list[tuple[Element, When]]) -> Mapping[str, str]:
    """Who signed, by time: the image of a signature is an event of its own beside the delivery."""
    told = [(when.text, text(occurrence, "signatory-name")) for occurrence, when in dated]
    return dict(sorted((time, name) for time, name in told if time and name))


def _scan(number: str, occurrence: Element, when: When, signed: Mapping[str, str]) -> ParsedEvent:
    code = text(occurrence, "event-identifier")
    meaning = CODES.get((code or "").lstrip("0"))
    delivered = meaning is not None and meaning.milestone == "delivered"
    name = text(occurrence, "signatory-name") or signed.get(when.text or "")
    return scans.scan(
        CanadaPost.code,
        number,
        code=code,
        meaning=meaning,
        when=when,
        source=occurrence,
        text=text(occurrence, "event-description"),
        location=_place(occurrence),
        codelist="canadapost-event-identifier",
        proof={"signed_by": name} if name and delivered else None,
    )


def _place(occurrence: Element) -> Json:
    region = text(occurrence, "event-province")
    return place(
        name=text(occurrence, "event-retail-name"),
        city=text(occurrence, "event-site"),
        region=region,
        country="CA" if region in _PROVINCES else None,
        facility_id=text(occurrence, "event-retail-location-id"),
    )

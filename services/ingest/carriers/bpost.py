"""bpost: states of an item, as XML."""

from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element

from services.ingest.carrier import (
    CarrierError,
    InvalidPayload,
    ParsedEvent,
    ParsedPayload,
    Verified,
    WebhookRequest,
)
from services.ingest.reading import scans
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.times import When, iso
from services.ingest.reading.xml_tree import every, read_xml, text
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_ADDRESS: Final = Meaning(None, None, "address_issue", "sender")

_CODES: Final[Mapping[str, Meaning]] = {
    "T00": Meaning("in_transit"),
    **dict.fromkeys(("R00", "R01", "R02", "R03", "R04", "R05"), Meaning("in_transit")),
    "L00": Meaning("out_for_delivery", "loaded"),
    **dict.fromkeys(("N01", "N02"), Meaning("delivery_attempted", "recipient_absent", None, "recipient")),
    "N03": Meaning("delivery_attempted", "business_closed", None, "recipient"),
    **dict.fromkeys(("N74", "R13"), Meaning("available_for_pickup")),
    **dict.fromkeys(("U00", "U01", "U02", "U03", "U04", "U05", "U06", "U07", "U08"), Meaning("delivered")),
    # the list says what is wrong and not where the item goes
    **dict.fromkeys(("B03", "B23"), Meaning(None, None, "refused", "recipient")),
    **dict.fromkeys(("B05", "B08"), Meaning(None, None, "damaged", "carrier")),
    **dict.fromkeys(("B06", "B07", "B09", "B10"), _ADDRESS),
}


class Bpost:
    """bpost's items."""

    code: Final = "bpost"
    title: Final = "bpost"
    mapping_version: Final = 1
    formats: Final = ("xml",)
    sources: Final = (
        "bpost, tracking info schema v1 (tracking_info_v1.xsd)",
        "bpost state codes as listed by the karrio connector (2025); the carrier publishes no list",
    )
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per state, one revision per planned window; raises InvalidPayload."""
        root = read_xml(payload)
        faults = [*root.iter("systemException"), *root.iter("businessException")]
        errors = [_error(fault) for fault in faults]
        items = list(root.iter("itemTracking"))
        if not items and not errors:
            raise InvalidPayload("neither itemTracking nor an exception")
        warnings: list[str] = []
        events = [event for item in items for event in _events(item, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(fault: Element) -> CarrierError:
    message = " ".join((text(fault, "message") or "an exception without a message").split())
    return CarrierError(text(fault, "code"), message)


def _events(item: Element, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = text(item, "itemCode")
    if number is None:
        warnings.append("itemTracking without itemCode is left out")
        return
    dated = [(each, iso(text(each, "time"))) for each in every(item, "stateInfo")]
    for state, when in dated:
        yield _scan(number, state, when)
    planned = "deliveryTimeWindow/plannedDeliveryDateWindow"
    # deliveryTime is when it was delivered: a state says that
    if end := text(item, f"{planned}End"):
        first, last = iso(text(item, f"{planned}Start")).text, iso(end).text
        at = scans.newest(when for _, when in dated)
        yield scans.revision(
            Bpost.code, number, kind="carrier_estimate", from_=first, to=last, at=at, source=[first, end]
        )


def _scan(number: str, state: Element, when: When) -> ParsedEvent:
    code = text(state, "stateCode")
    return scans.scan(
        Bpost.code,
        number,
        code=code,
        meaning=_CODES.get(code or ""),
        when=when,
        source=state,
        text=text(state, "stateDescription"),
        location=place(name=text(state, "location")),
        codelist="bpost-state-code",
    )

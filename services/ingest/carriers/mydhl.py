"""MyDHL API: checkpoints of DHL Express' shipments and of their pieces, as JSON."""

from collections.abc import Iterator
from typing import Final

from services.ingest.apis.dhl_areas import service_area
from services.ingest.carrier import (
    CarrierError,
    InvalidPayload,
    Json,
    ParsedEvent,
    ParsedPayload,
    Verified,
    WebhookRequest,
)
from services.ingest.codebooks.dhl_checkpoints import CHECKPOINTS, CODELIST, CODELIST_VERSION
from services.ingest.reading import scans
from services.ingest.reading.json_tree import member, objects, read_json, word
from services.ingest.reading.times import When, iso, with_offset
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header


class MyDhl:
    """DHL Express' shipments. A fact of one piece carries the piece's own number."""

    code: Final = "mydhl"
    title: Final = "DHL Express (MyDHL API)"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = (
        "DHL Express MyDHL API 2.12, OpenAPI: GET /tracking",
        'DHL, "Shipment Tracking - Unified: statuses by service", service express (June 2024)',
    )
    signature: Final = OWN_SCHEME
    codes: Final = CHECKPOINTS

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per checkpoint, one revision per estimate; raises InvalidPayload."""
        told = read_json(payload)
        if isinstance(member(told, "shipments"), list | dict):
            warnings: list[str] = []
            shipments = objects(told, "shipments", warnings=warnings)
            events = [event for each in shipments for event in _events(each, warnings)]
            if not events:
                warnings.append("the answer has no event")
            return scans.payload(events, warnings=warnings)
        detail = word(told, "detail") or word(told, "message") or word(told, "title")
        if detail is None:
            raise InvalidPayload("neither shipments nor an error")
        return ParsedPayload(errors=(CarrierError(word(told, "status"), detail),))


def _events(shipment: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = word(shipment, "shipmentTrackingNumber")
    facts = list(_facts(shipment, warnings))
    if number is None:
        warnings.append("a shipment without shipmentTrackingNumber is left out")
        return
    for fact, piece, when in facts:
        yield _scan(number, fact, when, piece)
    estimate = word(shipment, "estimatedTimeOfDelivery") or word(shipment, "estimatedDeliveryDate")
    if estimate:
        at = scans.newest(when for _, _, when in facts)
        yield scans.revision(
            MyDhl.code, number, kind="carrier_estimate", to=iso(estimate).text, at=at, source=estimate
        )


def _facts(shipment: Json, warnings: list[str]) -> Iterator[tuple[Json, str | None, When]]:
    """Every checkpoint of the shipment and of its pieces, with the piece's number and its time."""
    for fact in objects(shipment, "events", warnings=warnings):
        yield fact, None, _when(fact)
    for piece in objects(shipment, "pieces", warnings=warnings):
        for fact in objects(piece, "events", warnings=warnings):
            yield fact, word(piece, "trackingNumber") or word(piece, "number"), _when(fact)


def _when(fact: Json) -> When:
    written = " ".join(part for part in (word(fact, "date"), word(fact, "time")) if part)
    return with_offset(iso(written), word(fact, "GMTOffset"))


def _scan(number: str, fact: Json, when: When, piece: str | None) -> ParsedEvent:
    code = word(fact, "typeCode")
    meaning = CHECKPOINTS.get(code or "")
    signed_by = word(fact, "signedBy") if meaning and meaning.milestone == "delivered" else None
    area = next(iter(objects(fact, "serviceArea")), {})
    return scans.scan(
        MyDhl.code,
        number,
        code=code,
        meaning=meaning,
        when=when,
        source=fact,
        text=word(fact, "description"),
        location=service_area(word(area, "code"), word(area, "description")),
        codelist=CODELIST,
        codelist_version=CODELIST_VERSION,
        piece=piece,
        proof={"signed_by": signed_by} if signed_by else None,
    )

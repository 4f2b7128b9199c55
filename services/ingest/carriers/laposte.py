"""La Poste: Colissimo, letters and Chronopost through the tracking API Suivi, as JSON.

Labels are localised, codes are not.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

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
from services.ingest.reading.times import When, iso
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = {
    "DR1": Meaning("info_received", "manifest_received"),
    "DR2": Meaning("info_received", None, "on_hold", "sender"),
    "PC1": Meaning("picked_up", "accepted"),
    "PC2": Meaning("picked_up", "accepted"),
    "ET1": Meaning("in_transit"),
    "ET2": Meaning("in_transit"),
    "ET3": Meaning("in_transit", "destination_country_arrived"),
    "ET4": Meaning("in_transit"),
    "EP1": Meaning("in_transit", "local_facility"),
    "DO1": Meaning("in_transit", "customs_in"),
    "DO2": Meaning("in_transit", "customs_released"),
    "DO3": Meaning("in_transit", "customs_in", "customs_hold", "customs"),
    "ID0": Meaning(None),
    "PB1": Meaning("in_transit", None, "on_hold", "other"),
    "PB2": Meaning("in_transit", "problem_resolved"),
    "MD2": Meaning("out_for_delivery"),
    "ND1": Meaning("delivery_attempted"),
    "AG1": Meaning("available_for_pickup", "carrier_facility"),
    "RE1": Meaning("returning"),
    "DI0": Meaning("delivered"),
    "DI1": Meaning("delivered"),
    "DI2": Meaning("returned", "to_sender"),
    "DI3": Meaning(None, None, "delayed_announced", "carrier"),
}


class LaPoste:
    """La Poste's shipments."""

    code: Final = "laposte"
    title: Final = "La Poste"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = ("La Poste, API Suivi v2: codes of events (Okapi developer portal, 2024)",)
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event, one revision per estimated date; raises InvalidPayload."""
        told = read_json(payload)
        warnings: list[str] = []
        answers = _answers(told, warnings)
        errors = [_error(each) for each in answers if not isinstance(member(each, "shipment"), dict)]
        shipments = [each["shipment"] for each in answers if isinstance(member(each, "shipment"), dict)]
        events = [event for shipment in shipments for event in _events(shipment, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _answers(told: Any, warnings: list[str]) -> list[Json]:
    """The answers, each for one number: alone, listed, or listed in `responses`; raises InvalidPayload."""
    within = objects(told, "responses", warnings=warnings)
    answers = [
        each
        for each in within or objects(told, warnings=warnings)
        if "shipment" in each or "returnCode" in each
    ]
    if not answers:
        raise InvalidPayload("neither a shipment nor a returnCode")
    return answers


def _error(answer: Json) -> CarrierError:
    message = word(answer, "returnMessage") or "an answer without a shipment"
    return CarrierError(word(answer, "returnCode"), message)


def _events(shipment: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = word(shipment, "idShip")
    told = objects(shipment, "event", warnings=warnings)
    if number is None:
        warnings.append("a shipment without idShip is left out")
        return
    dated = [(each, iso(word(each, "date"))) for each in told]
    for each, when in dated:
        yield _scan(number, each, when)
    if expected := word(shipment, "estimDate"):
        at = scans.newest(when for _, when in dated)
        yield scans.revision(
            LaPoste.code, number, kind="carrier_estimate", to=iso(expected).text, at=at, source=expected
        )


def _scan(number: str, told: Json, when: When) -> ParsedEvent:
    code = word(told, "code")
    return scans.scan(
        LaPoste.code,
        number,
        code=code,
        meaning=_CODES.get(code or ""),
        when=when,
        source=told,
        text=word(told, "label"),
        codelist="laposte-event-code",
        codelist_version="v2",
    )

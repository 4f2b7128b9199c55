"""Royal Mail: events, signature and estimate of mail pieces, as JSON."""

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
from services.ingest.reading.times import When, iso
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = {
    "EVAIE": Meaning("info_received", "awaiting_handover"),
    "EVAIP": Meaning("info_received", "awaiting_handover"),
    "EVPPA": Meaning("picked_up", "dropped_off"),
    "EVOAC": Meaning("picked_up", "accepted"),
    "EVOCO": Meaning("picked_up", "accepted"),
    "EVODO": Meaning("in_transit", "hub_departed"),
    "EVORI": Meaning("in_transit", "hub_arrived"),
    "EVIMC": Meaning("in_transit", "hub_arrived"),
    "EVDAC": Meaning("in_transit", "local_facility"),
    "EVDAV": Meaning("in_transit", "local_facility"),
    "EVNSR": Meaning("in_transit", "local_facility"),
    "EVNMI": Meaning("in_transit", "rerouted", "misrouted", "carrier"),
    "EVNRT": Meaning("in_transit", None, "on_hold", "other"),
    "EVGPD": Meaning("out_for_delivery"),
    "EVNDA": Meaning("available_for_pickup", "carrier_facility"),
    "EVKNA": Meaning("delivery_attempted", "recipient_absent", None, "recipient"),
    "EVKNR": Meaning("delivery_attempted"),
    "EVKOP": Meaning("delivered"),
    "EVKSP": Meaning("delivered", "signed"),
    "EVKSF": Meaning("delivered", "safe_place"),
    "RSRXS": Meaning(None),
}


class RoyalMail:
    """Royal Mail's pieces."""

    code: Final = "royalmail"
    title: Final = "Royal Mail"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = (
        "Royal Mail Tracking API v2: events, signature, summary",
        "Royal Mail event codes as public integrations observe them (2024); the carrier publishes no list",
    )
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event, one revision per estimate; raises InvalidPayload."""
        told = read_json(payload)
        warnings: list[str] = []
        pieces = objects(told, "mailPieces", warnings=warnings)
        errors = [_error(each) for each in objects(told, "errors", warnings=warnings)]
        errors += [_error(each) for piece in pieces for each in objects(piece, "error")]
        if not errors and not pieces and (code := word(told, "httpCode")):
            errors = [CarrierError(code, word(told, "httpMessage") or "an error without a message")]
        if not errors and not isinstance(member(told, "mailPieces"), list | dict):
            raise InvalidPayload("neither mailPieces nor errors")
        events = [event for piece in pieces for event in _events(piece, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(told: Json) -> CarrierError:
    return CarrierError(
        word(told, "errorCode"), word(told, "errorDescription") or "an error without a description"
    )


def _events(piece: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = word(piece, "mailPieceId")
    if number is None:
        warnings.append("a mail piece without mailPieceId is left out")
        return
    told = objects(piece, "events", warnings=warnings) or _last_event(piece)
    dated = [(each, iso(word(each, "eventDateTime"))) for each in told]
    for each, when in dated:
        yield _scan(number, each, when, piece)
    if date := word(piece, "estimatedDelivery", "date"):
        at = scans.newest(when for _, when in dated)
        yield _revision(number, date[:10], piece["estimatedDelivery"], at)


def _last_event(piece: Json) -> list[Json]:
    """The newest event out of a summary, the same fact as in the history of events."""
    names = ("eventCode", "eventName", "eventDateTime")
    found = {name: member(piece, "summary", f"last{name[0].upper()}{name[1:]}") for name in names}
    found["locationName"] = member(piece, "summary", "lastEventLocationName")
    return [found] if found["eventCode"] else []


def _scan(number: str, told: Json, when: When, piece: Json) -> ParsedEvent:
    code = word(told, "eventCode")
    meaning = _CODES.get(code or "")
    signed = iso(word(piece, "signature", "signatureDateTime"))
    delivered = meaning is not None and meaning.milestone == "delivered"
    name = (
        word(piece, "signature", "recipientName") if delivered and signed.text in (None, when.text) else None
    )
    return scans.scan(
        RoyalMail.code,
        number,
        code=code,
        meaning=meaning,
        when=when,
        source=told,
        text=word(told, "eventName"),
        location=place(name=word(told, "locationName")),
        codelist="royalmail-event-code",
        proof={"signed_by": name} if name else None,
    )


def _revision(number: str, date: str, told: Json, at: When) -> ParsedEvent | None:
    """The estimated window, the day where there is none: its ends are times of day with their offset."""
    first, last = word(told, "startOfEstimatedWindow"), word(told, "endOfEstimatedWindow")
    start, end = iso(f"{date}T{first}").text, iso(f"{date}T{last}").text
    to = end if last and end else date
    return scans.revision(
        RoyalMail.code,
        number,
        kind="carrier_estimate",
        to=to,
        from_=start if first and to != date else None,
        at=at,
        source=told,
    )

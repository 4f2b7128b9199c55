"""USPS: a tracking event, the same in both APIs."""

from typing import Any, Final

from services.ingest.carrier import Json, ParsedEvent
from services.ingest.codebooks.usps import DELIVERED, EVENTS
from services.ingest.reading import scans
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.times import When

CARRIER: Final = "usps"
_CODELIST: Final = "usps-event"
_DELIVERED: Final = "01"


def meaning_of(code: str | None, *, attribute: str | None) -> Meaning | None:
    """What an event code means; `attribute` says of a delivery to where, back to the sender included."""
    found = EVENTS.get(code or "")
    return DELIVERED.get(attribute or "", found) if code == _DELIVERED else found


def scan_of(
    number: str,
    *,
    code: str | None,
    when: When,
    source: Any,
    text: str | None,
    attribute: str | None,
    location: Json,
    signed_by: str | None,
) -> ParsedEvent:
    """The scan of an event."""
    meaning = meaning_of(code, attribute=attribute)
    delivered = meaning is not None and meaning.milestone in ("delivered", "returned")
    return scans.scan(
        CARRIER,
        number,
        code=code,
        meaning=meaning,
        when=when,
        source=source,
        text=text,
        location=location,
        codelist=_CODELIST,
        proof={"signed_by": signed_by} if signed_by and delivered else None,
    )


def place_of(
    *, firm: str | None, city: str | None, state: str | None, zip_code: str | None, country: str | None
) -> Json:
    """Where an event was; USPS leaves the country empty at home, where it has a state or a ZIP code."""
    home = "US" if state or zip_code else None
    return place(name=firm, city=city, region=state, postal_code=zip_code, country=country or home)

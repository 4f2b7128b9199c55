"""A DCSA event as a publisher wrote it, in version 2 (flat) or 3 (metadata and payload)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.ingest.carrier import Json
from services.ingest.codebooks.dcsa import (
    BETWEEN_TERMINALS,
    BOOKINGS,
    CUSTOMS,
    DOCUMENTS,
    EMPTY,
    EQUIPMENT,
    NOTHING,
    PAPERS,
    TERMINALS,
    TRANSPORT,
)
from services.ingest.reading.json_tree import member, objects, word
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place

SHIPMENT: Final = "SHIPMENT"
_CODES: Final = {
    SHIPMENT: "shipmentEventTypeCode",
    "EQUIPMENT": "equipmentEventTypeCode",
    "TRANSPORT": "transportEventTypeCode",
}
_OLDER_CODES: Final = ("eventTypeCode", "eventSubtype")
_JOURNEYS: Final = ("TRD", "BKG", "CBR", "SHI")
"""Documents that stand for a journey, the best first: the transport document, the booking and its request."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: `body` has what happened, `head` who said it and when."""

    told: Json
    head: Json
    body: Json

    @property
    def version(self) -> str:
        """The major version of the standard it is written in."""
        return "2" if self.head is self.body else "3"

    @property
    def id(self) -> str | None:
        """The publisher's id of the event."""
        return word(self.head, "eventID")

    @property
    def retracts(self) -> str | None:
        """The publisher's id of the event that this one withdraws."""
        return word(self.head, "retractedEventID")

    @property
    def kind(self) -> str | None:
        """SHIPMENT, EQUIPMENT or TRANSPORT; where it is not said, the one whose code is given."""
        said = word(self.head, "eventType") or word(self.body, "eventType")
        return said or next((kind for kind, name in _CODES.items() if word(self.body, name)), None)

    @property
    def code(self) -> str | None:
        """What happened."""
        names = (*([_CODES[self.kind]] if self.kind in _CODES else []), *_OLDER_CODES)
        return next((found for name in names if (found := word(self.body, name))), None)

    @property
    def document(self) -> str | None:
        """The type of the document that a SHIPMENT event is about."""
        names = ("documentTypeCode", "shipmentInformationTypeCode", "shipmentInformationType")
        return next((found for name in names if (found := word(self.body, name))), None)

    @property
    def is_empty(self) -> bool:
        """Whether the container has no goods in it."""
        return word(self.body, "emptyIndicatorCode") == "EMPTY"

    @property
    def is_transshipment(self) -> bool:
        """Whether the container moves between two parts of its journey."""
        return self.body.get("isTransshipmentMove") is True

    def numbers(self) -> list[str]:
        """The tracking numbers, each once: containers, else the document that stands for the journey."""
        own = word(self.body, "equipmentReference")
        containers = [own] if own else [value for name, value in self._references() if name == "EQ"]
        documents = list(self._documents())
        journeys = ([value for name, value in documents if name == wanted] for wanted in _JOURNEYS)
        return list(dict.fromkeys(containers or next((found for found in journeys if found), [])))

    def meaning(self) -> Meaning | None:
        """What its code says; None for one that the standard does not have."""
        code = self.code or ""
        if self.kind == SHIPMENT:
            return _of_document(code, self.document)
        if self.kind == "TRANSPORT":
            return TRANSPORT.get(code)
        if self.is_empty and code in EMPTY:
            return EMPTY[code]
        stays = self.is_transshipment or (code == "DROP" and self._facility_type() in TERMINALS)
        return BETWEEN_TERMINALS[code] if stays and code in BETWEEN_TERMINALS else EQUIPMENT.get(code)

    def location(self) -> Json:
        """Where it happened."""
        holders = (("eventLocation",), ("transportCall", "location"), ("location",), ("transportCall",))
        for holder in holders:
            told = member(self.body, *holder)
            if found := _place(told if isinstance(told, dict) else {}):
                return found
        return {}

    def _facility_type(self) -> str | None:
        holders = (
            ("facilityTypeCode",),
            ("transportCall", "facilityTypeCode"),
            ("eventLocation", "facilityTypeCode"),
        )
        return next((found for holder in holders if (found := word(self.body, *holder))), None)

    def _references(self) -> Iterator[tuple[str | None, str]]:
        for each in objects(self.body, "references"):
            if value := word(each, "value") or word(each, "referenceValue"):
                yield word(each, "type") or word(each, "referenceType"), value

    def _documents(self) -> Iterator[tuple[str | None, str]]:
        for name, member_name in (("TRD", "transportDocumentReference"), ("BKG", "carrierBookingReference")):
            if value := word(self.body, member_name):
                yield name, value
        if value := word(self.body, "documentReference") or word(self.body, "documentID"):
            yield self.document, value
        for each in (
            *objects(self.body, "relatedDocumentReferences"),
            *objects(self.body, "documentReferences"),
        ):
            if value := word(each, "value") or word(each, "documentReferenceValue"):
                yield word(each, "type") or word(each, "documentReferenceType"), value


def event_of(told: Json) -> Event | None:
    """The event in an object; None where it is none."""
    if isinstance(head := told.get("metadata"), dict):
        body = told.get("payload")
        event = Event(told, head, body if isinstance(body, dict) else {})
    else:
        event = Event(told, told, told)
    return event if event.retracts or event.code else None


def _of_document(code: str, document: str | None) -> Meaning | None:
    if code not in DOCUMENTS:
        return None
    if document == "CUC":
        return CUSTOMS.get(code, NOTHING)
    if document in ("BKG", "CBR") and code in BOOKINGS:
        return BOOKINGS[code]
    return DOCUMENTS[code] if document is None or document in PAPERS else NOTHING


def _place(told: Json) -> Json:
    port = word(told, "UNLocationCode")
    facility = word(told, "facilityCode") or word(told, "facilitySMDGCode")
    return place(
        name=word(told, "locationName"),
        city=word(told, "address", "city"),
        region=word(told, "address", "stateRegion"),
        postal_code=word(told, "address", "postCode"),
        country=port[:2] if port else word(told, "address", "country"),
        facility_id="/".join(part for part in (port, facility) if part),
        lat=word(told, "latitude"),
        lon=word(told, "longitude"),
    )

"""Hand-written EPCIS and DCSA documents, the real ones of the shared folder, and what is folded of both."""

import io
import tarfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cramjam
import orjson

from schemas.ids import event_id
from services.domain.facts import Fact, fact_of
from services.domain.fold import fold_all
from services.domain.view import view
from services.ingest.carrier import ParsedEvent, ParsedPayload
from services.ingest.checks import check_event
from services.ingest.edi import dcsa, epcis
from services.ingest.envelope import Origin, envelope_of

Json = dict[str, Any]

SSCC_URN = "urn:epc:id:sscc:0952000.1000000001"
SSCC = "109520000000000016"
BOX = "ACMU1234567"
PORT = {"locationName": "Oslo Port", "UNLocationCode": "NOOSL", "facilityCode": "SJUR"}
NAMESPACES = 'xmlns:epcis="urn:epcglobal:epcis:xsd:2" xmlns:ex="https://example.com/ns/"'


def object_event(**members: Any) -> Json:
    """A pallet shipped, as an object of EPCIS 2.0; a member given as None is left out."""
    told = {
        "type": "ObjectEvent",
        "eventTime": "2026-03-02T10:00:00+01:00",
        "eventTimeZoneOffset": "+01:00",
        "epcList": [SSCC_URN],
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "readPoint": {"id": "urn:epc:id:sgln:0952000.12345.0"},
        **members,
    }
    return {name: value for name, value in told.items() if value is not None}


def json_document(*events: Any, **members: Any) -> bytes:
    """An EPCIS document with the events."""
    told = {"@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"], "type": "EPCISDocument"}
    return orjson.dumps({**told, "schemaVersion": "2.0", "epcisBody": {"eventList": list(events)}, **members})


def xml_document(*events: str, version: str = "2.0") -> bytes:
    """An EPCIS document with the elements of events."""
    body = f"<EPCISBody><EventList>{''.join(events)}</EventList></EPCISBody>"
    return (
        f'<epcis:EPCISDocument {NAMESPACES} schemaVersion="{version}">{body}</epcis:EPCISDocument>'.encode()
    )


def xml_event(inside: str, *, kind: str = "ObjectEvent", when: str = "2026-03-02T10:00:00+01:00") -> str:
    """An element of an event that happened at `when`."""
    time = f"<eventTime>{when}</eventTime><eventTimeZoneOffset>+01:00</eventTimeZoneOffset>"
    return f"<{kind}>{time}{inside}</{kind}>"


def equipment(
    code: str, *, event_id: str = "E-1", at: str = "2026-03-02T10:00:00+01:00", **body: Any
) -> Json:
    """An event of version 3 about a container."""
    told = {
        "eventClassifierCode": "ACT",
        "eventDateTime": at,
        "equipmentEventTypeCode": code,
        "equipmentReference": BOX,
        "emptyIndicatorCode": "LADEN",
        **body,
    }
    return {"metadata": head("EQUIPMENT", event_id), "payload": told}


def transport(code: str, classifier: str = "ACT", *, event_id: str = "T-1", **body: Any) -> Json:
    """An event of version 3 about a vessel that carries a container."""
    told = {
        "eventClassifierCode": classifier,
        "eventDateTime": "2026-03-20T06:00:00+01:00",
        "transportEventTypeCode": code,
        "transportCall": {"transportCallReference": "C-1", "location": PORT},
        "references": [{"type": "EQ", "value": BOX}],
        **body,
    }
    return {"metadata": head("TRANSPORT", event_id), "payload": told}


def document(code: str, kind: str, *, event_id: str = "S-1", **body: Any) -> Json:
    """An event of version 3 about a document."""
    told = {
        "eventClassifierCode": "ACT",
        "eventDateTime": "2026-02-20T08:00:00Z",
        "shipmentEventTypeCode": code,
        "documentTypeCode": kind,
        "documentReference": "DOC-7",
        **body,
    }
    return {"metadata": head("SHIPMENT", event_id), "payload": told}


def withdrawal(target: str, event_id: str = "R-1") -> Json:
    """The retraction of the event `target`."""
    return {"metadata": {**head("EQUIPMENT", event_id), "retractedEventID": target}}


def head(kind: str, event_id: str) -> Json:
    """The metadata of an event of version 3."""
    publisher = {"partyName": "Acme Line", "carrierCode": "ACM", "carrierCodeListProvider": "SMDG"}
    said = {"eventID": event_id, "eventType": kind, "eventCreatedDateTime": "2026-03-03T00:00:00Z"}
    return {**said, "publisher": publisher, "publisherRole": "CA"}


def story() -> list[Json]:
    """Events S-1, E-1, T-1 and E-2 of a container that is still at sea."""
    return [
        document("CONF", "BKG", references=[{"type": "EQ", "value": BOX}]),
        equipment("PICK", event_id="E-1", at="2026-03-01T08:00:00Z"),
        transport("ARRI", "EST", event_id="T-1"),
        equipment("LOAD", event_id="E-2", at="2026-03-02T08:00:00Z"),
    ]


def of_epcis(payload: bytes) -> ParsedPayload:
    """What the EPCIS document says."""
    return epcis.parse(payload, carrier="edi")


def of_dcsa(told: Any) -> ParsedPayload:
    """What the DCSA answer says."""
    return dcsa.parse(orjson.dumps(told), carrier="edi")


def ids(parsed: ParsedPayload) -> list[str]:
    """The ids in the log, in the payload's order."""
    return [envelope(event)["event_id"] for event in parsed.events]


def scan_id(number: str, said_id: str) -> str:
    """The id of a scan that its sender has an id for."""
    return event_id("ScanRecorded", ("edi", number), data={}, time=None, carrier_event_id=said_id)


def envelope(event: ParsedEvent) -> Json:
    """The event as it is logged."""
    origin = Origin(channel="file", trust="manual")
    checked = check_event(event.members, zone_inferred=event.zone_inferred)
    return envelope_of(checked, recorded_at="2026-04-01T00:00:00.000Z", origin=origin, sha256=event.sha256)


def told_by(*payloads: ParsedPayload) -> dict[str, Json]:
    """The shipments that all the payloads together tell of, as readers see them, by key."""
    facts: dict[str, list[Fact]] = {}
    for parsed in payloads:
        for event in parsed.events:
            logged = envelope(event)
            facts.setdefault(logged["shipment"], []).append(fact_of(logged))
    return {key: view(fold_all(key, heap)) for key, heap in facts.items()}


@cache
def shared_documents(shared: Path) -> dict[str, bytes]:
    """The real documents, by name."""
    packed = (shared / "shared-standards-epcis-dcsa-otm.tar.zst").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(bytes(cramjam.zstd.decompress(packed)))) as archive:
        return dict(_files(archive, archive))


def _files(archive: tarfile.TarFile, members: Iterable[tarfile.TarInfo]) -> Iterator[tuple[str, bytes]]:
    for member in members:
        if member.isfile() and (opened := archive.extractfile(member)):
            yield member.name.removeprefix("./"), opened.read()

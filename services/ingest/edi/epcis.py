"""GS1 EPCIS 1.2 and 2.0, XML and JSON: what a document says of shipments.

Sources: GS1 EPCIS 2.0 and CBV 2.0 (June 2022), EPCIS 1.2 (September 2016). An event with an error
declaration withdraws itself as it was without the declaration.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

from services.ingest.carrier import InvalidPayload, Json, ParsedEvent, ParsedPayload
from services.ingest.edi import epcis_json, epcis_xml
from services.ingest.edi.corrections import Accepted, accepted, retraction
from services.ingest.edi.epcis_document import texts
from services.ingest.edi.epcis_identity import bare_word
from services.ingest.edi.epcis_scans import scans_of
from services.ingest.edi.shipments import bounded
from services.ingest.reading.scans import payload as payload_of
from services.ingest.reading.times import iso

_REASONS: Final = frozenset({"did_not_occur", "incorrect_data"})
_MOST_CORRECTIONS: Final = 64
_BLANK: Final = b" \t\r\n\xef\xbb\xbf"


class _Told(NamedTuple):
    """An event of the document, the scans it makes, and its declaration of error."""

    event: Json
    scans: list[Accepted]
    declaration: Any


def parse(payload: bytes, *, carrier: str) -> ParsedPayload:
    """The events of the document, one per shipment each; raises InvalidPayload."""
    start = payload.lstrip(_BLANK)[:1]
    if start not in (b"<", b"{", b"["):
        raise InvalidPayload("neither XML nor a JSON object or list")
    document = (epcis_xml if start == b"<" else epcis_json).read_document(payload)
    warnings = list(document.warnings)
    told = [
        _told(event, carrier=carrier, places=document.places or {}, warnings=warnings)
        for event in document.events
    ]
    corrections = _ids_by_event_id(told)
    events = bounded(event for each in told for event in _events(each, corrections, warnings))
    return payload_of([*events], errors=document.errors, warnings=dict.fromkeys(warnings))


def _told(event: Json, *, carrier: str, places: Mapping[str, Json], warnings: list[str]) -> _Told:
    made = scans_of(event, carrier=carrier, places=places, warnings=warnings)
    return _Told(event, list(accepted(made, warnings)), event.get("errorDeclaration"))


def _ids_by_event_id(told: list[_Told]) -> dict[str, dict[str, str]]:
    """By the document's own event ids: our ids, by tracking number."""
    found: dict[str, dict[str, str]] = {}
    for each in told:
        for identifier in texts(each.event.get("eventID")):
            found.setdefault(identifier, {}).update({known.number: known.id for known in each.scans})
    return found


def _events(
    told: _Told, corrections: Mapping[str, Mapping[str, str]], warnings: list[str]
) -> Iterator[ParsedEvent]:
    if told.declaration is None:
        yield from (known.event for known in told.scans)
        return
    declaration: Json = told.declaration if isinstance(told.declaration, dict) else {}
    when = iso(bare_word(declaration.get("declarationTime")))
    reason = bare_word(declaration.get("reason"))
    named = texts(declaration.get("correctiveEventIDs"))
    strays = [each for each in named if each not in corrections]
    warnings += [f"corrective event {each[:128]!r} is not in this document" for each in strays]
    found = [corrections[each] for each in named if each in corrections][:_MOST_CORRECTIONS]
    withdrawn = (
        retraction(
            known,
            when=when,
            reason=reason if reason in _REASONS else None,
            corrective_ids=_corrective_ids(known.number, found),
        )
        for known in told.scans
    )
    yield from (known.event for known in accepted(withdrawn, warnings))


def _corrective_ids(number: str, corrections: list[Mapping[str, str]]) -> list[str]:
    """Our ids of the events that correct this one: of the same shipment, else of those it is now about."""
    found: list[str] = []
    for mine in corrections:
        found += [mine[number]] if number in mine else islice(mine.values(), _MOST_CORRECTIONS)
        if len(found) > _MOST_CORRECTIONS:
            break
    return list(dict.fromkeys(found))[:_MOST_CORRECTIONS]

"""EPCIS 1.2 and 2.0 XML: documents, query documents and lone events."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final
from xml.etree.ElementTree import Element

from services.ingest.carrier import CarrierError, InvalidPayload, Json
from services.ingest.edi.epcis_document import EVENT_TYPES, LEVELS, Document, places_of, put
from services.ingest.reading.xml_tree import attribute, descendants, every, read_xml, text

_LISTS: Final = frozenset(
    {
        *("epcList", "childEPCs", "inputEPCList", "outputEPCList", "quantityList", "childQuantityList"),
        *("inputQuantityList", "outputQuantityList", "bizTransactionList", "sourceList", "destinationList"),
        *("sensorElementList", "correctiveEventIDs"),
    }
)
_TYPED: Final = frozenset({"bizTransaction", "source", "destination"})
_PROLOG: Final = 1024
_EMPTY_DOCTYPE: Final = re.compile(rb"<!DOCTYPE\s+[\w:.-]+\s*>")
"""Some tools write it: it declares nothing and refers to nothing. Any other document type is refused."""
_REPORTS: Final = frozenset({"sensorMetadata", "sensorReport"})
"""Elements whose attributes are the members."""


def read_document(payload: bytes) -> Document:
    """What the document holds; raises InvalidPayload."""
    root = read_xml(_EMPTY_DOCTYPE.sub(b"", payload[:_PROLOG], count=1) + payload[_PROLOG:])
    warnings: list[str] = []
    if root.tag in EVENT_TYPES:
        events = [_event(root)]
    else:
        events = [event for each in descendants(root, "EventList") for event in _events(each, warnings)]
    errors = [] if events else _errors(root)
    if not events and not errors and not warnings:
        if not root.tag.startswith("EPCIS") and root.tag not in ("Envelope", "QueryResults", "EventList"):
            raise InvalidPayload("no EPCIS document")
        warnings.append("the document holds no events")
    return Document(tuple(events), places_of(_vocabulary(root)), tuple(errors), tuple(warnings))


def _events(holder: Element, warnings: list[str]) -> Iterator[Json]:
    for each in holder:
        if each.tag in EVENT_TYPES:
            yield _event(each)
        elif each.tag in LEVELS:
            yield from _events(each, warnings)
        else:
            warnings.append(f"{each.tag} in EventList is no EPCIS event and is left out")


def _event(element: Element) -> Json:
    # attributes of a lone event are those of its document
    return _members(element) | {"type": element.tag}


def _members(element: Element) -> Json:
    members: Json = {}
    for child in element:
        if child.tag in LEVELS:
            for name, value in _members(child).items():
                put(members, name, value)
        else:
            put(members, child.tag, _value(child))
    return members


def _value(element: Element) -> Any:
    if element.tag in _LISTS:
        return [value for child in element if (value := _value(child)) not in (None, {})]
    if element.tag in _TYPED:
        typed = {"type": attribute(element, "type"), element.tag: text(element)}
        return {name: value for name, value in typed.items() if value is not None}
    if element.tag in _REPORTS:
        own: Json = {}
        for name, value in element.attrib.items():
            put(own, name, value.strip())
    else:
        own = {name: value for name, value in element.attrib.items() if _is_own(name, value)}
    members = own | _members(element)
    if members and (own_text := text(element)):
        put(members, "text", own_text)
    return members or text(element)


def _is_own(name: str, value: str) -> bool:
    """Whether an attribute is of the element: with prefixes gone, declarations of namespaces look alike."""
    return name not in ("type", "nil", "schemaLocation", "xmlns", "space", "lang") and ":" not in value


def _errors(root: Element) -> list[CarrierError]:
    """Errors of a capture job, and the exception that a query was answered with."""
    if root.tag == "EPCISCaptureJob":
        found = [
            (text(each, "type"), text(each, "detail") or text(each, "title"))
            for each in every(root, "errors/error")
        ]
        if not found and root.get("success") == "false":
            found = [(root.tag, text(root, "errorFile"))]
    else:
        found = [(each.tag, text(each, "reason")) for each in root.iter() if each.tag.endswith("Exception")]
    return [CarrierError(code, detail or "an error without a message") for code, detail in found]


def _vocabulary(root: Element) -> Iterator[tuple[str | None, Iterable[tuple[str | None, str | None]]]]:
    for element in descendants(root, "VocabularyElement"):
        yield attribute(element, "id"), [(attribute(a, "id"), text(a)) for a in every(element, "attribute")]

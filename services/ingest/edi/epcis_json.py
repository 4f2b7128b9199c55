"""EPCIS 2.0 JSON and JSON-LD: documents, query documents, lists of events and lone events."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from services.ingest.carrier import CarrierError, InvalidPayload, Json
from services.ingest.edi.epcis_document import EVENT_TYPES, LEVELS, Document, local_name, places_of, put
from services.ingest.reading.json_tree import member, objects, read_json, word

_BODIES: Final[tuple[tuple[str, ...], ...]] = (
    ("epcisBody", "eventList"),
    ("epcisBody", "event"),
    ("epcisBody", "queryResults", "resultsBody", "eventList"),
    ("queryResults", "resultsBody", "eventList"),
    ("resultsBody", "eventList"),
    ("eventList",),
)


def read_document(payload: bytes) -> Document:
    """What the document holds; raises InvalidPayload."""
    told = read_json(payload)
    warnings: list[str] = []
    roots = objects(told, warnings=warnings) if isinstance(told, list | dict) else []
    if not roots:
        raise InvalidPayload("no EPCIS document")
    events = [event for root in roots for event in _events(root, warnings)]
    errors = [error for root in roots if (error := _problem(root))]
    if not events and not errors and not warnings:
        if not any(_is_epcis(root) for root in roots):
            raise InvalidPayload("no EPCIS document")
        warnings.append("the document holds no events")
    vocabulary = (element for root in roots for element in _vocabulary(root))
    return Document(tuple(events), places_of(vocabulary), tuple(errors), tuple(warnings))


def _events(root: Json, warnings: list[str]) -> Iterator[Json]:
    if _type(root) in EVENT_TYPES:
        yield _event(root)
        return
    for path in _BODIES:
        for each in objects(root, *path, warnings=warnings):
            if _type(each) in EVENT_TYPES:
                yield _event(each)
            else:
                name = (_type(each) or "an object")[:64]
                warnings.append(f"{name} in {path[-1]} is no EPCIS event and is left out")


def _event(told: Json) -> Json:
    return _members(told) | {"type": _type(told)}


def _type(told: Json) -> str:
    return local_name(word(told, "type") or word(told, "@type") or word(told, "isA"))


def _members(told: Json) -> Json:
    members: Json = {}
    for name, value in told.items():
        if name == "@context":
            continue
        plain, local = _plain(value), local_name(name) or name
        inside = plain.items() if local in LEVELS and isinstance(plain, dict) else [(local, plain)]
        for inner, found in inside:
            put(members, inner, found)
    return members


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return _members(value)
    if isinstance(value, list):
        return [plain for each in value if (plain := _plain(each)) not in (None, "", [], {})]
    return value.strip() if isinstance(value, str) else value


def _problem(root: Json) -> CarrierError | None:
    """An answer that is a problem (RFC 9457), as EPCIS services give it."""
    if "title" not in root or not ("status" in root or "type" in root):
        return None
    detail = word(root, "detail") or word(root, "title") or "an error without a message"
    return CarrierError(local_name(word(root, "type")) or word(root, "status"), detail)


def _is_epcis(root: Json) -> bool:
    contexts = member(root, "@context")
    named = contexts if isinstance(contexts, list) else [contexts]
    return _type(root).startswith("EPCIS") or any(isinstance(each, str) and "epcis" in each for each in named)


def _vocabulary(root: Json) -> Iterator[tuple[str | None, Iterable[tuple[str | None, str | None]]]]:
    for holder in (("epcisHeader", "epcisMasterData"), ("epcisBody",)):
        for vocabulary in objects(root, *holder, "vocabularyList"):
            for element in objects(vocabulary, "vocabularyElementList"):
                listed = objects(element, "attributes")
                yield word(element, "id"), [(word(each, "id"), word(each, "attribute")) for each in listed]

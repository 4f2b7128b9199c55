"""One id for one EPCIS event, however it is written: the idea of the GS1 event hash (CBV 2.0, section 8.9).

What is hashed is all that the event says of what happened, in one written form: names without
prefixes, members and lists sorted, GS1 keys and vocabulary as bare values, numbers and instants
normalised. When it was recorded, which id a system gave it and that it was declared wrong are not
part of what happened. Why it is not the standard's own hash: docs/adr/0014.
"""

import hashlib
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from schemas.ids import canonical_json
from services.ingest.carrier import Json
from services.ingest.edi.epcis_document import local_name
from services.ingest.edi.epcis_keys import key_of
from services.ingest.moment import moment_of
from services.ingest.reading.times import When, iso, offset_of

_APART: Final = frozenset(
    {
        *("recordTime", "eventID", "errorDeclaration", "captureID"),
        # hashed in their own form
        *("eventTime", "eventTimeZoneOffset"),
        # of a document, which a lone event carries itself; and remarks, which XML has elsewhere
        *("schemaVersion", "creationDate", "id", "comment"),
    }
)
_WORDS: Final = frozenset({"type", "bizStep", "disposition", "set", "unset", "component", "exception"})
"""Members whose values are words of a vocabulary: XML and JSON shorten the same namespace differently."""
_VOCABULARY: Final = re.compile(
    r"(?:urn:epcglobal:cbv:(?:bizstep|disp|btt|sdt|er|comp):"
    r"|https?://(?:ref\.)?gs1\.org/(?:cbv/(?:[A-Za-z]+-)?|voc/)"
    r"|cbv:(?:[A-Za-z]+-)?|gs1:)([A-Za-z0-9_]+)",
    re.ASCII,
)
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d{0,17})(?:\.\d{1,18})?(?:[eE][+-]?\d{1,2})?", re.ASCII)


def event_hash(event: Json, *, when: When) -> str:
    """The id of the event that happened at `when`."""
    told = {name: value for name, value in event.items() if name not in _APART}
    offset = bare_word(event.get("eventTimeZoneOffset"))
    when_and_where = {"eventTime": when.text or when.raw, "eventTimeZoneOffset": offset_of(offset) or offset}
    return hashlib.sha256(_object(told | when_and_where).encode()).hexdigest()


def bare_word(value: Any) -> str | None:
    """The short form of a word of the standard, any other text as it is; None without text."""
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, str) or not value.strip():
        return None
    known = _VOCABULARY.fullmatch(value.strip())
    return known[1] if known else value.strip()


def _object(members: Json) -> str:
    """Every member in one order; a list and a lone value are alike, what has no value is not there."""
    found = [
        f"{_quoted(name)}:{form}" for name, value in members.items() for form in _forms(value, name in _WORDS)
    ]
    return f"{{{','.join(sorted(found))}}}" if found else ""


def _forms(value: Any, is_word: bool) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _forms(each, is_word)
    elif isinstance(value, dict):
        if form := _object(value):
            yield form
    else:
        text = local_name(bare_word(value)) if is_word and isinstance(value, str) else _scalar(value)
        if text:
            yield _quoted(text)


def _quoted(text: str) -> str:
    # text, not bytes: the key of a sort keeps what it was made from
    return canonical_json(text).decode()


def _scalar(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    if _NUMBER.fullmatch(text):
        return format(Decimal(text).normalize(), "f")
    if key := key_of(text):
        return f"gs1:{key.path}"
    when = iso(text) if text[:1].isdigit() else None
    exact = when and when.text and moment_of(when.text).occurred_at
    return exact or bare_word(text)

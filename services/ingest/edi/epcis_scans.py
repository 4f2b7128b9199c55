"""From an EPCIS event to the scans it makes: what happened, when, where, to which shipments."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from services.ingest.carrier import Json, ParsedEvent
from services.ingest.codebooks.epcis import (
    CODELIST,
    CODELIST_VERSION,
    DECIDING,
    DISPOSITIONS,
    NOTHING,
    PAIRS,
    STEPS,
)
from services.ingest.edi.epcis_document import canonical_place, texts
from services.ingest.edi.epcis_identity import bare_word, event_hash
from services.ingest.edi.epcis_keys import key_of
from services.ingest.edi.epcis_units import numbers_of, strays
from services.ingest.edi.shipments import each_of
from services.ingest.moment import moment_of
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.scans import scan
from services.ingest.reading.times import When, iso, offset_of, with_offset

_POINT: Final = re.compile(r"geo:(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)", re.ASCII)
_TEXTS: Final = ("eventTime", "eventTimeZoneOffset", "eventID", "bizStep", "disposition", "action")
Places = Mapping[str, Json]


def scans_of(event: Json, *, carrier: str, places: Places, warnings: list[str]) -> list[ParsedEvent]:
    """One scan per shipment that the event is about; what of it could not be read is told."""
    name = f"{event['type']} of {str(event.get('eventTime'))[:40]}"
    wrong = [each for each in _TEXTS if not isinstance(event.get(each), str | None)]
    warnings += [f"{name}: {each} is not what it should be" for each in (*wrong, *strays(event))]
    when = when_of(event)
    if when.raw is None:
        warnings.append(f"{name}: no eventTime")
    step, disposition = bare_word(event.get("bizStep")), bare_word(event.get("disposition"))
    meaning, known = meaning_of(step, disposition)
    numbers = numbers_of(event)
    if not numbers:
        warnings.append(f"{name}: no event, it names no shipment, logistic unit or single object")
    made = scan(
        carrier,
        "",
        code=_code(event, step, disposition),
        meaning=_with_lasting(meaning, event),
        when=when,
        source=event,
        location=_location(event, places) or None,
        codelist=CODELIST,
        codelist_version=CODELIST_VERSION,
        carrier_event_id=event_hash(event, when=_utc(when)),
    )
    return each_of(made if known else replace(made, known=False), numbers)


def meaning_of(step: str | None, disposition: str | None) -> tuple[Meaning | None, bool]:
    """What the two say together, and whether the tables know both."""
    stated = NOTHING if disposition is None else DISPOSITIONS.get(disposition)
    base = stated if step is None else STEPS.get(step)
    known = stated is not None and base is not None
    if stated is not None and disposition in DECIDING:
        return stated, known
    if base is None:
        return None, False
    said = PAIRS.get((step or "", disposition or ""), base)
    if stated is None:
        return said, False
    if disposition == "unknown" and said.milestone is None:
        # nobody knows where it is, and no step says that somebody has seen it
        return stated, known
    return said if said.reason else said._replace(reason=stated.reason), known


def when_of(event: Json) -> When:
    """The time of the event on the wall clock of its place, as far as the event states it."""
    offset = bare_word(event.get("eventTimeZoneOffset"))
    when = with_offset(iso(bare_word(event.get("eventTime"))), offset)
    moment = moment_of(when.text)
    read = offset_of(offset)
    if moment.occurred_at is None or read is None:
        return when
    span = timedelta(hours=int(read[1:3]), minutes=int(read[4:]))
    here = timezone(-span if read[0] == "-" else span)
    placed = iso(
        datetime.fromisoformat(moment.occurred_at).astimezone(here).isoformat(timespec="milliseconds")
    )
    return When(placed.text, when.raw) if placed.text else when


def _utc(when: When) -> When:
    moment = moment_of(when.text)
    return When(moment.occurred_at or moment.occurred_local, when.raw)


def _code(event: Json, step: str | None, disposition: str | None) -> str:
    """Step and disposition; an event with neither is known by its action: it says nothing of a status."""
    if step is None and disposition is None:
        return bare_word(event.get("action")) or str(event["type"])
    return f"{step or ''}/{disposition}" if disposition else str(step)


def _with_lasting(meaning: Meaning | None, event: Json) -> Meaning | None:
    """Damage that was stated to last counts beside the event's own disposition."""
    lasting: Any = event.get("persistentDisposition")
    stated = texts(lasting.get("set")) if isinstance(lasting, dict) else []
    damaged = any(bare_word(each) in ("damaged", "non_sellable_damaged") for each in stated)
    return meaning._replace(reason="damaged") if meaning and damaged and not meaning.reason else meaning


def _location(event: Json, places: Places) -> Json:
    """Where it was read, else where it has been since."""
    for name in ("readPoint", "bizLocation"):
        told: Any = event.get(name)
        identifier = bare_word(told.get("id") if isinstance(told, dict) else told)
        if identifier is None:
            continue
        if point := _POINT.match(identifier):
            return place(lat=point[1], lon=point[2])
        key = key_of(identifier)
        gln = key.value if key and key.ai == "414" else None
        described = places.get(canonical_place(identifier)) or places.get(f"414/{gln}") or {}
        return {**described, **place(facility_id=_facility(identifier))}
    return {}


def _facility(identifier: str) -> str:
    key = key_of(identifier)
    return ".".join((key.value, *key.qualifiers[1::2])) if key else identifier

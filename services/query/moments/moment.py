"""The moment a reader asks about: what was true then, what was known then."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Query

from schemas.instants import instant_ms, instant_text
from services.runtime.http_problems import Problem

_RFC_3339: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+ -])(\d\d:\d\d))", re.ASCII
)


class NoInstant(ValueError):
    """The text is no RFC 3339 instant of a day that the calendar has."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Both in milliseconds UTC; None is now."""

    as_of: int | None = None
    known_at: int | None = None

    @property
    def is_now(self) -> bool:
        """Whether nothing is asked about the past."""
        return self.as_of is None and self.known_at is None


def moment_of(as_of: str | None, known_at: str | None) -> Moment:
    """The moment that two texts name; raises NoInstant."""
    return Moment(_ms("as_of", as_of), _ms("known_at", known_at))


def _ms(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    found = _RFC_3339.fullmatch(text)
    if found is None:
        raise NoInstant(f"{name} is no RFC 3339 instant such as 2026-03-02T09:00:00Z")
    day, time, fraction, utc, sign, zone = found.groups()
    # in a query a plus that was not escaped arrives as a space
    offset = "+00:00" if utc else f"{'-' if sign == '-' else '+'}{zone}"
    try:
        ms = instant_ms(f"{day}T{time}.{(fraction or '0')[:6]:0<6}{offset}")
        instant_text(ms)
    except (ValueError, OverflowError) as error:
        raise NoInstant(f"{name}: there is no such day or time") from error
    return ms


_TEXT = "an RFC 3339 instant, with its offset"


# not a thread's: FastAPI calls a plain function in its pool
async def _asked(
    as_of: Annotated[str | None, Query(description=f"What was true then: {_TEXT}.")] = None,
    known_at: Annotated[str | None, Query(description=f"What was known then: {_TEXT}.")] = None,
) -> Moment:
    try:
        return moment_of(as_of, known_at)
    except NoInstant as error:
        raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from error


Asked = Annotated[Moment, Depends(_asked)]
"""For routes: `moment: Asked` takes the parameters `as_of` and `known_at`."""

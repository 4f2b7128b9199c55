"""What to say of a number that somebody entered: the shipments it may be, or honest help."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from services.domain.numbers.formats import Courier
from services.domain.numbers.near import NearMiss, near_misses
from services.domain.numbers.normal import NoNumber, normal_number
from services.domain.numbers.recognise import recognise
from services.query.pages.carriers import Carrier, carrier_named

Verdict = Literal["no_number", "wrong_check", "untracked", "unknown_form", "not_known"]
"""no_number: nothing that could be one. wrong_check: a form fits but for its check digit. untracked: only
carriers fit that let nobody follow the number. unknown_form: no form fits. not_known: one fits, no shipment.
"""
_POSTS: Final = "s10"
_LETTER: Final = "U"


@dataclass(frozen=True, slots=True)
class Likely:
    """A carrier that could have issued the number; `checked`: its check digit is right."""

    carrier: Carrier
    page: str | None
    checked: bool
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """`keys`: the shipments of the number that the reader may see; `verdict` is None when there are any."""

    written: str
    number: str | None
    keys: tuple[str, ...]
    verdict: Verdict | None
    likely: tuple[Likely, ...] = ()
    misses: tuple[tuple[Carrier, NearMiss], ...] = ()


def number_of(written: str) -> tuple[str | None, str | None]:
    """Carrier and number of what was written: `carrier:NUMBER` or a bare number; None for no number."""
    carrier, colon, rest = written.strip().partition(":")
    if colon and carrier.isascii() and carrier.replace("_", "a").isalnum():
        return carrier.lower(), _number(rest)
    return None, _number(written.strip())


def entry_of(written: str, keys: Sequence[str], couriers: Mapping[str, Courier]) -> Entry:
    """What the page says; `keys` are the shipments of that number that the reader may see."""
    _, number = number_of(written)
    if keys or number is None:
        return Entry(written, number, tuple(keys), None if keys else "no_number")
    likely = _likely(number, couriers)
    if not likely:
        misses = near_misses(number, couriers)
        named = tuple((carrier_named(miss.carrier), miss) for miss in misses)
        return Entry(written, number, (), "wrong_check" if misses else "unknown_form", (), named)
    followed = [each for each in likely if each.carrier.tracks and not _is_untracked_letter(each, number)]
    return Entry(written, number, (), "not_known" if followed else "untracked", tuple(likely))


def _likely(number: str, couriers: Mapping[str, Courier]) -> list[Likely]:
    likely: dict[str, Likely] = {}
    for found in recognise(number, couriers).candidates:
        carrier = carrier_named(found.carrier)
        country = number[-2:] if found.carrier == _POSTS else None
        likely.setdefault(
            found.carrier,
            Likely(carrier, carrier.page_of(number), found.checksum == "ok", country),
        )
    return list(likely.values())


def _is_untracked_letter(likely: Likely, number: str) -> bool:
    """UPU S10: service indicators UA to UZ are letters that nobody scans on the way."""
    return likely.country is not None and number.startswith(_LETTER)


def _number(written: str) -> str | None:
    try:
        return normal_number(written)
    except NoNumber:
        return None

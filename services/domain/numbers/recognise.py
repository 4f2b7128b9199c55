"""Which carriers could have issued a number: every format that fits, the most telling first; no guess.

A right check digit tells more than a mere shape, then parts with values we know, then characters
that every number of the format has. What is equal in all of these stands in alphabetical order.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from services.domain.numbers.formats import Courier, Format
from services.domain.numbers.normal import NoNumber, normal_number

Rank = tuple[bool, int, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A carrier that could have issued the number, and why."""

    carrier: str
    format: str
    checksum: Literal["ok", "none"]
    why: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a number could be; `normalized` is None for what is no number at all."""

    number: str
    normalized: str | None
    candidates: tuple[Candidate, ...]

    @property
    def valid(self) -> bool:
        """Whether at least one carrier could have issued it."""
        return bool(self.candidates)


def recognise(number: str, couriers: Mapping[str, Courier]) -> Recognised:
    """The carriers that could have issued `number`, however it is spaced and cased."""
    try:
        normalized = normal_number(number)
    except NoNumber:
        return Recognised(number, None, ())
    found = [
        ranked
        for courier in couriers.values()
        for form in courier.formats
        if (groups := form.groups_of(normalized)) is not None
        for ranked in _candidates(courier.code, form, groups)
    ]
    found.sort(key=lambda each: (each[0], each[1].carrier, each[1].format))
    return Recognised(number, normalized, tuple(candidate for _, candidate in found))


def _candidates(courier: str, form: Format, groups: Mapping[str, str]) -> Iterator[tuple[Rank, Candidate]]:
    known = [part for part, values in form.known.items() if values.fullmatch(groups[part])]
    reasons = [
        form.shape,
        _check_reason(form, groups),
        *(_part_reason(part, groups[part], known=part in known) for part in form.known),
    ]
    issuer = form.issuers.get(groups.get("country", ""))
    rank = (form.check is None, -len(known), -form.fixed)
    for carrier in (issuer, courier):
        if carrier is not None:
            told = [f"the post of {groups['country']}"] if "country" in groups else []
            checksum: Literal["ok", "none"] = "none" if form.check is None else "ok"
            yield rank, Candidate(carrier, form.name, checksum, "; ".join(reasons + told))


def _check_reason(form: Format, groups: Mapping[str, str]) -> str:
    if form.check is None:
        return "no check digit to go by"
    return f"check digit {groups['check']} is right ({form.check.rule})"


def _part_reason(part: str, value: str, *, known: bool) -> str:
    return f"{part} {value} is {'known' if known else 'not one we know'}"

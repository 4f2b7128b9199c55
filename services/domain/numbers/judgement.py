"""Whether the number of a registration can be one of its carrier's."""

from collections.abc import Mapping
from typing import Final

from services.domain.numbers.aliases import ALIASES
from services.domain.numbers.formats import Courier, couriers

VERSION: Final = 2
"""Raised with every change of the formats: of a registration's readings the latest counts (rule R15)."""
UNDETERMINED: Final = "unknown"
"""The carrier code of a registration that knows of no carrier."""


def judged(carrier: str, number: str) -> dict[str, bool]:
    """What `data` of a registration says of its number; nothing where the carrier's formats are not known.

    `number` is normalised. A number is suspect only if none of the forms fits that the carrier
    issues or takes over: a form that we do not know of is worse than a typing error let through.
    """
    if carrier == UNDETERMINED:
        return {"carrier_determined": False}
    valid = is_valid(carrier, number, couriers())
    return {} if valid is None else {"number_valid": valid}


def is_valid(carrier: str, number: str, known: Mapping[str, Courier]) -> bool | None:
    """Whether a form of the carrier fits the normalised number; None where its forms are not known."""
    courier = known.get(ALIASES.get(carrier, carrier))
    if courier is None:
        return None
    sources = (courier, *(known[code] for code in courier.takes))
    return any(form.groups_of(number) is not None for source in sources for form in source.formats)

"""Numbers of a known form whose check digit is wrong: most likely a typing error."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.domain.numbers.formats import Courier


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A form that the number has, but for its check digit."""

    carrier: str
    format: str
    shape: str


def near_misses(normalized: str, couriers: Mapping[str, Courier]) -> list[NearMiss]:
    """The forms that only the check digit keeps from fitting; forms without one never miss."""
    return [
        NearMiss(courier.code, form.name, form.shape)
        for courier in couriers.values()
        for form in courier.formats
        if form.fits_but_for_check(normalized) and form.groups_of(normalized) is None
    ]

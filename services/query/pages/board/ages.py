"""Ages of the board: for how long a parcel has been silent, as columns and as filters of a list."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_DAYS: Final = (1, 3, 7, 14)


@dataclass(frozen=True, slots=True)
class Age:
    """From `least` days to less than `most` of them; None: without end."""

    least: int
    most: int | None

    @property
    def code(self) -> str:
        """As it stands in an address: `3-7`, `14-`."""
        return f"{self.least}-{self.most or ''}"

    def since(self, now: datetime) -> datetime | None:
        """The newest news is no older than this."""
        return None if self.most is None else now - timedelta(days=self.most)

    def until(self, now: datetime) -> datetime | None:
        """The newest news is older than this."""
        return None if self.least == 0 else now - timedelta(days=self.least)


AGES: Final = tuple(Age(least, most) for least, most in zip((0, *_DAYS), (*_DAYS, None), strict=True))
"""The youngest first."""


def age_named(code: str | None) -> Age | None:
    """The age of this code, None for what is none."""
    return next((age for age in AGES if age.code == code), None)


def edges(now: datetime) -> list[datetime]:
    """What divides the ages, the oldest first."""
    return [now - timedelta(days=days) for days in reversed(_DAYS)]


def age_of(bucket: int | None) -> Age | None:
    """The age of a bucket between the edges; None for a parcel that there is no news of."""
    return None if bucket is None else AGES[len(_DAYS) - bucket]

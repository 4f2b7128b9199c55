"""What a carrier's code means in our words."""

from typing import Any, Final, NamedTuple


class Meaning(NamedTuple):
    """What a code does to a shipment; no `milestone`: the code is known and moves nothing.

    The words are those of `schemas.vocabulary`: a milestone, one of its sub-statuses, a condition
    as the reason, the party it lies with.
    """

    milestone: str | None
    substatus: str | None = None
    reason: str | None = None
    party: str | None = None

    def members(self) -> dict[str, Any]:
        """The members of a scan's `data` that say it."""
        return {name: value for name, value in self._asdict().items() if value is not None}


UNKNOWN: Final = Meaning("unknown")
"""A code that no table of ours has."""

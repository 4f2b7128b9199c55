"""Reason codes that stand beside a status code, and what they add to it. What EDI's standards share."""

from typing import Final, NamedTuple

from services.ingest.reading.meaning import Meaning


class Reason(NamedTuple):
    """Why: a condition, whose doing it is, and the sub-status of an attempt that fails for it."""

    reason: str | None = None
    party: str | None = None
    attempt: str | None = None


NO_REASON: Final = Reason()
"""A known code that tells of nothing out of the way."""

_OVER: Final = frozenset({"delivered", "returned", "cancelled", "lost"})
_LASTING: Final = frozenset({"damaged", "missing_pieces"})


def with_reason(meaning: Meaning, why: Reason) -> Meaning:
    """The status with its reason.

    An announced delay gives way to what delays; any other reason of the status itself is the more
    precise one. What has ended keeps only what lasts: a delay's cause troubles no delivered parcel.
    """
    if meaning.milestone in _OVER:
        lasts = why.reason in _LASTING and meaning.reason is None
        return meaning._replace(reason=why.reason, party=why.party) if lasts else meaning
    if meaning.reason not in (None, "delayed_announced"):
        return meaning
    attempt = why.attempt if meaning.milestone == "delivery_attempted" else None
    return meaning._replace(
        substatus=meaning.substatus or attempt,
        reason=why.reason or meaning.reason,
        party=why.party or meaning.party,
    )

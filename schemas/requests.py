"""What is asked for through our own API and has no event type of its own: words that `reason` begins with.

Source: ADR 0020. The word stands alone, or a colon, a space and the asker's own reason follow.
"""

from typing import Final

RETURN: Final = "return_to_sender"
"""In AddressChangeRequested without an address: the parcel is asked back."""
CONTACT: Final = "contact"
"""In CaseOpened without a kind: somebody asks to be answered; nothing is wrong with the parcel."""
_BETWEEN: Final = ": "


def with_why(word: str, why: str | None) -> str:
    """The `reason` that says `word`, and why."""
    return f"{word}{_BETWEEN}{why}" if why else word


def why_of(word: str, reason: str | None) -> str | None:
    """What follows `word` in a reason, empty where nothing does; None where the reason says another."""
    if reason == word:
        return ""
    begin = word + _BETWEEN
    return reason[len(begin) :] if reason is not None and reason.startswith(begin) else None

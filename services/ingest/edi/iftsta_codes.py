"""Which code list a status of IFTSTA is from, and what it means there."""

from typing import Final, NamedTuple

from services.ingest.codebooks import iftsta as codes
from services.ingest.codebooks.reasons import NO_REASON, Reason, with_reason
from services.ingest.edi.edifact_envelope import Message, component
from services.ingest.edi.edifact_stream import Segment
from services.ingest.reading.meaning import Meaning

_UN: Final = ("", "6")
_GS1: Final = "9"
_RENAMED: Final = "D.00B"
"""From this directory on the status is element 4405, before it 9011."""
_OWN_NUMBERS: Final = ("D.93A", "D.94A", "D.94B", "D.95A", "D.95B", "D.96A", "D.96B")
"""Directories on which GS1's subset numbered its codes otherwise."""


class Coded(NamedTuple):
    """A status as written, its list, what it means (None: nothing we know), and what is unread."""

    code: str
    codelist: str
    version: str
    meaning: Meaning | None
    fault: str | None = None


def coded(sts: Segment, message: Message, document: Segment) -> Coded:
    """The status of an STS segment; `document` is the message's BGM, which may name a carrier's own list."""
    version = " ".join(part for part in (message.directory, message.association) if part)
    if not component(sts, 2):
        return _category(sts, document, version)
    name, qualifier, agency = (component(sts, 2, position) for position in range(3))
    if agency in _UN:
        codelist = f"UN {'4405' if _is_renamed(message.directory) else '9011'}"
    else:
        codelist = " ".join(part for part in ("GS1" if agency == _GS1 else agency, qualifier) if part)
    table = _statuses(message, agency)
    meaning = table.get(name)
    fault = None
    if meaning is not None:
        why, fault = _reason(sts, message)
        meaning = with_reason(meaning, why)
    return Coded(as_written(sts, 2), codelist, version, meaning, fault)


def as_written(segment: Segment, element: int) -> str:
    """An element with its components, without empty ones at its end."""
    return ":".join(segment[element]).rstrip(":") if element < len(segment) else ""


def _category(sts: Segment, document: Segment, version: str) -> Coded:
    """A status that stands in the category alone: UPS writes its record type where the code list is named."""
    owner = component(document, 1, 1)
    codelist = " ".join(part for part in (owner, component(document, 1, 3)) if part)
    meaning = codes.UPS_STATUSES.get(component(sts, 1, 1)) if owner == "UPS" else None
    return Coded(as_written(sts, 1), codelist or "UN 9015", version, meaning)


def _is_own(message: Message) -> bool:
    return message.association.startswith("EAN") and message.directory in _OWN_NUMBERS


def _statuses(message: Message, agency: str) -> dict[str, Meaning]:
    if agency not in (*_UN, _GS1):
        return {}
    return dict(codes.EANCOM_STATUSES if _is_own(message) else codes.STATUSES)


def _reason(sts: Segment, message: Message) -> tuple[Reason, str | None]:
    """The first of up to five reasons that we know."""
    written = [element for element in range(3, 8) if component(sts, element)]
    for element in written:
        name, agency = component(sts, element), component(sts, element, 2)
        table = codes.EANCOM_REASONS if _is_own(message) else codes.REASONS
        if agency in (*_UN, _GS1) and name in table:
            return table[name], None
    unread = f"{as_written(sts, written[0])!r} is no reason code we know" if written else None
    return NO_REASON, unread


def _is_renamed(directory: str) -> bool:
    # two digits of a year: D.93A to D.99B came before D.00A
    return directory[2:3] != "9" and directory >= _RENAMED

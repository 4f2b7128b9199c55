"""Instants on the wire: UTC text with milliseconds, and the same as integer milliseconds since 1970."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - local wall time has no zone by design
_MILLISECOND: Final = timedelta(milliseconds=1)


def instant_ms(text: str) -> int:
    """Milliseconds since 1970 of an ISO text with an offset; raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no offset in {text!r}")
    return (moment - EPOCH) // _MILLISECOND


def instant_text(ms: int) -> str:
    """`YYYY-MM-DDTHH:MM:SS.mmmZ` of milliseconds since 1970; raises OverflowError out of range."""
    moment = EPOCH + timedelta(milliseconds=ms)
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"


def local_ms(text: str) -> int:
    """Milliseconds of a local wall time (or of a date's midnight) as if it were UTC; raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        raise ValueError(f"an offset in {text!r}")
    return (moment - _NAIVE_EPOCH) // _MILLISECOND


def local_text(ms: int) -> str:
    """`YYYY-MM-DDTHH:MM:SS.mmm`, the local wall time that `local_ms` reads."""
    return instant_text(ms)[:-1]


def datetime_of(ms: int) -> datetime:
    """The aware UTC datetime of milliseconds since 1970."""
    return EPOCH + timedelta(milliseconds=ms)


def ms_of(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware datetime."""
    return (moment - EPOCH) // _MILLISECOND

"""Times on a page: in the reader's zone with UTC on hover; a local time of an unknown zone says so."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from babel.dates import format_date, format_datetime, format_timedelta
from markupsafe import Markup

from services.query.pages.reader import Reader
from services.query.pages.texts import Texts

_NONE: Final = Markup("")
_DAY: Final = 10


def instant(text: str) -> datetime | None:
    """The instant in `YYYY-MM-DDTHH:MM:SS.mmmZ`; None for what is none, such as a local time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.astimezone(UTC)


def moment(text: str | None, *, reader: Reader, texts: Texts) -> Markup:
    """A time element for an instant, a local time or a date as the read model gives them; empty for None."""
    if not text:
        return _NONE
    if len(text) == _DAY:
        return day(text, reader=reader)
    at = instant(text)
    if at is None:
        return _unzoned(text, reader=reader, texts=texts)
    shown = format_datetime(_there(at, reader), "d MMM y, HH:mm", locale=reader.language)
    utc = f"{at:%Y-%m-%d %H:%M} UTC"
    return Markup('<time datetime="{}" title="{}" data-moment>{}</time>').format(_iso(at), utc, shown)


def day(text: str | None, *, reader: Reader) -> Markup:
    """A time element for a date, or for the date of an instant in the reader's zone."""
    if not text:
        return _NONE
    at = instant(text) if len(text) > _DAY else None
    if at is not None:
        shown = format_date(_there(at, reader), "EEE, d MMM y", locale=reader.language)
        return Markup('<time datetime="{}" title="{}" data-day>{}</time>').format(
            _iso(at), f"{at:%Y-%m-%d %H:%M} UTC", shown
        )
    calendar = _date(text[:_DAY])
    if calendar is None:
        return Markup("{}").format(text)
    shown = format_date(calendar, "EEE, d MMM y", locale=reader.language)
    return Markup('<time datetime="{}">{}</time>').format(text[:_DAY], shown)


def local(text: str | None, offset: str | None, *, reader: Reader) -> str:
    """The wall time at the place of the scan, with its offset where it is known."""
    if not text:
        return ""
    calendar = _date(text[:_DAY])
    if calendar is None:
        return text
    if len(text) == _DAY:
        return format_date(calendar, "d MMM y", locale=reader.language)
    try:
        wall = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return text
    shown = format_datetime(wall, "d MMM y, HH:mm", locale=reader.language)
    return f"{shown} (UTC{offset})" if offset else shown


def span(length: timedelta | None, *, reader: Reader) -> str:
    """A length of time in words (`2 days`); empty for None."""
    return "" if length is None else format_timedelta(length, locale=reader.language, threshold=1.5)


def since(text: str | None, *, now: datetime, reader: Reader) -> str:
    """How long ago, in words (`3 days`); empty where that is not known."""
    at = instant(text) if text else None
    return "" if at is None else format_timedelta(now - at, locale=reader.language, threshold=1.5)


def _unzoned(text: str, *, reader: Reader, texts: Texts) -> Markup:
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        text, texts("base.zone_unknown"), local(text, None, reader=reader)
    )


def _there(at: datetime, reader: Reader) -> datetime:
    """The wall time in the reader's zone; at the calendar's ends, where there is none, that of UTC."""
    try:
        return at.astimezone(reader.place).replace(tzinfo=None)
    except OverflowError:
        return at.replace(tzinfo=None)


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

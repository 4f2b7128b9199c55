"""What the index keeps of a shipment: one entry per caller who sees it differently, its orders, its words."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

import orjson

from schemas.instants import instant_ms, instant_text, ms_of
from services.query.index.terms import CUSTOMER, NUMBER, ORDER, keyed, week_of, whole, words_of

Json = dict[str, Any]

UNKNOWN_CODES: Final = "unknown_codes"
HOUSE: Final = ""
"""The merchant of an entry that is no merchant's."""
_DAY_MS: Final = 86_400_000
_DATE_LENGTH: Final = 10
_FIRST_MS: Final = -62_135_596_800_000
_LAST_MS: Final = 253_402_300_799_999
_OVER: Final = frozenset({"delivered", "returned", "cancelled"})
_SPAN: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?").fullmatch


class Entry(NamedTuple):
    """A row of the index. `view` is set only where it differs from the model's; times are its texts."""

    shipment: str
    merchant: str
    is_house: bool
    carrier: str
    milestone: str | None
    status: str
    tags: list[str]
    order_id: str | None
    customer_id: str | None
    origin: str | None
    destination: str | None
    last_at: str | None
    expected: str | None
    registered_at: str | None
    delivered_at: str | None
    deadline: str | None
    is_open: bool
    slip: int | None
    kept: str | None
    first_kept: str | None
    is_past: bool
    view: str | None


class Words(NamedTuple):
    """By which words an entry is found, and what a search is sorted by."""

    shipment: str
    merchant: str
    is_house: bool
    last_at: str | None
    terms: list[str]


class OrderUse(NamedTuple):
    """A use of a number for an order."""

    merchant: str
    order_id: str
    shipment: str
    use_no: int


def entry_of(
    view: Json, registrations: Sequence[Json], *, merchant: str, is_house: bool, text: str | None
) -> Entry:
    """The entry for who sees `view`; `registrations` of its newest use, `text` if not the model's."""
    promise = view["promise"]
    origin, destination = _lane(registrations)
    return Entry(
        view["shipment"],
        merchant,
        is_house,
        view["carrier"],
        view["milestone"],
        view["status"],
        tags_of(view["conditions"], unknown_codes=view["unknown_codes"]),
        view["order_id"] and keyed(view["order_id"]),
        view["customer_id"] and keyed(view["customer_id"]),
        origin,
        destination,
        view["last_at"],
        _moment(view["expected"]),
        min((_told_at(each) for each in registrations), default=None),
        view["delivered_at"],
        promise and promise["deadline"],
        bool(promise) and promise["kept"] == "open",
        slip_of(view),
        promise and promise["kept"],
        promise and promise["first_kept"],
        is_past(view),
        text,
    )


def words_entry(view: Json, registrations: Sequence[Json], *, merchant: str, is_house: bool) -> Words:
    """The words of the items, and number, order and customer as wholes."""
    terms = words_of(_item_texts(registrations))
    terms.append(whole(NUMBER, view["tracking_number"]))
    for kind, text in ((ORDER, view["order_id"]), (CUSTOMER, view["customer_id"])):
        if text is not None:
            terms.append(whole(kind, text))
    last_ms = None if view["last_at"] is None else _ms(view["last_at"])
    if last_ms is not None:
        terms.append(week_of(last_ms))
    return Words(view["shipment"], merchant, is_house, view["last_at"], terms)


def tags_of(conditions: Iterable[Json], *, unknown_codes: int = 0) -> list[str]:
    """What the open conditions are found by: `c:` name, `r:` reason, `p:` party; sorted, each once.

    Codes that we have not mapped are found like a condition.
    """
    found = {f"c:{UNKNOWN_CODES}"} if unknown_codes else set()
    for condition in conditions:
        name = condition["name"]
        found.add(f"c:{name}")
        if name.startswith("delayed_"):
            found.add("c:delayed")
        for kind in ("reason", "party"):
            if condition[kind] is not None:
                found.add(keyed(f"{kind[0]}:{condition[kind]}"))
    return sorted(found)


def is_past(view: Json) -> bool:
    """Whether nothing more is to be expected: ended and not in dispute, or given up."""
    ended = view["milestone"] in _OVER and view["status"] != "exception"
    return bool(ended or view["tracking_state"].startswith("closed"))


def slip_of(view: Json) -> int | None:
    """By how many milliseconds the promise is missed: it was, or is going to be by what is expected."""
    if view["late_by"] is not None:
        return span_ms(view["late_by"])
    promise, expected = view["promise"], view["expected"]
    if promise is None or expected is None or promise["kept"] != "open":
        return None
    day, promised_day = _day(expected), _day(promise["to"])
    if day is not None and promised_day is not None:
        slip = (day - promised_day).days * _DAY_MS
    else:
        slip = (_ms(expected) or 0) + (_DAY_MS - 1 if day else 0) - instant_ms(promise["deadline"])
    return slip if slip > 0 else None


def span_ms(text: str) -> int:
    """Milliseconds of an ISO 8601 span of days and less; raises ValueError."""
    found = _SPAN(text)
    if found is None or text[-1] in "PT":
        raise ValueError(f"{text[:40]!r} is not a span such as P2D or PT36H")
    days, hours, minutes, seconds = found.groups(default="0")
    return ((int(days) * 24 + int(hours)) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)


def event_of(text: str | bytes) -> Json:
    """An envelope as the timeline holds it."""
    envelope: Json = orjson.loads(text)
    return envelope


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if len(text) == _DATE_LENGTH else None


def _ms(text: str) -> int | None:
    """Milliseconds of a date's midnight or of a time; where no zone is known it is read as UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return ms_of(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))


def _moment(text: str | None) -> str | None:
    ms = None if text is None else _ms(text)
    return None if ms is None else instant_text(min(max(ms, _FIRST_MS), _LAST_MS))


def _told_at(registration: Json) -> str:
    return str(registration.get("occurred_at") or registration["recorded_at"])


def _lane(registrations: Sequence[Json]) -> tuple[str | None, str | None]:
    return _country(registrations, "origin"), _country(registrations, "destination")


def _country(registrations: Sequence[Json], end: str) -> str | None:
    for registration in registrations:
        country = (registration["data"].get(end) or {}).get("country")
        if country is not None:
            return str(country).upper()[:64]
    return None


def _item_texts(registrations: Sequence[Json]) -> Iterable[str]:
    for registration in registrations:
        for item in registration["data"].get("items") or ():
            for name in ("name", "sku"):
                if item.get(name):
                    yield item[name]

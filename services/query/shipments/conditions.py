"""What a list must satisfy: the names of the statement's parts, and the values bound in them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from services.query.index.terms import CUSTOMER, NUMBER, ORDER, keyed, number_as_keyed, whole, words_of
from services.query.shipments.wanted import Wanted

_MS: Final = timedelta(milliseconds=1)
_COLUMNS: Final = {"promised": "deadline", "registered": "registered_at", "delivered": "delivered_at"}


def column_of(name: str) -> str:
    """The index's column for what a list is sorted by, or for the date that is filtered by."""
    return _COLUMNS.get(name, name)


@dataclass(frozen=True, slots=True)
class Asked:
    """Parts of `listing.sql`: whose, which, with which words; what is bound in them; the date they name."""

    whose: str
    filters: tuple[str, ...] = ()
    words: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    moment: str = "last_at"

    @property
    def walked(self) -> tuple[str, ...]:
        """Where shipments are gone through in their order, each with its words."""
        if self.words is None:
            return (self.whose, *self.filters)
        return ("words", self.whose, *self.filters, self.words)

    @property
    def has_names_alone(self) -> bool:
        """Whether nothing but words without a digit is asked for: many may have them, unlike a number."""
        words = "".join(self.values.get("words", ()))
        return self.has_words_alone and bool(words) and not any(map(str.isdigit, words))

    @property
    def has_words_alone(self) -> bool:
        """Whether nothing but words is asked for, which the index of words answers by itself."""
        return self.words is not None and not self.filters


def asked(wanted: Wanted, *, merchant: str | None, now: datetime | None) -> Asked:
    """The conditions of a list; `merchant`: whose entries alone; `now` is needed for `late` and `stale`."""
    whose = "of_house" if merchant is None else "of_merchant"
    filters: list[str] = []
    words, values = _words(wanted.q)
    if merchant is not None:
        values["merchant"] = keyed(merchant)
    for more, bound in (_fields(wanted), _tags(wanted), _times(wanted, now)):
        filters += more
        values |= bound
    return Asked(whose, tuple(filters), words, values, column_of(wanted.date_field.value))


_Some = tuple[list[str], dict[str, Any]]


def _fields(wanted: Wanted) -> _Some:
    parts, values = list[str](), dict[str, Any]()
    for name in ("milestone", "status", "carrier"):
        any_of: tuple[str, ...] = getattr(wanted, name)
        if any_of:
            # one value alone can be read in the order of the list
            parts.append(f"is_{name}" if len(any_of) == 1 else f"in_{name}")
            values[name] = any_of[0] if len(any_of) == 1 else list(any_of)
    for name in ("order_id", "customer_id"):
        value: str | None = getattr(wanted, name)
        if value is not None:
            parts.append(f"is_{name}")
            values[name] = keyed(value)
    origin, _, destination = (wanted.lane or "").upper().partition("-")
    for name, country in (("origin", origin), ("destination", destination)):
        if country:
            parts.append(f"is_{name}")
            values[name] = country
    if wanted.past is not None:
        parts.append("is_past" if wanted.past else "is_current")
    return parts, values


def _tags(wanted: Wanted) -> _Some:
    told = {"condition": wanted.condition, "reason": wanted.reason, "party": wanted.party}
    values = {
        name: [keyed(f"{name[0]}:{each}") for each in any_of] for name, any_of in told.items() if any_of
    }
    return [f"has_{name}" for name in values], values


def _times(wanted: Wanted, now: datetime | None) -> _Some:
    parts, values = list[str](), dict[str, Any]()
    if wanted.since is not None:
        parts.append("from")
        values["since"] = wanted.since
    if wanted.until is not None:
        parts.append("to")
        values["until"] = wanted.until
    if wanted.late is not None:
        assert now is not None
        parts.append("is_late")
        values |= {"late_ms": wanted.late // _MS, "late_before": now - wanted.late}
    if wanted.stale is not None:
        assert now is not None
        parts.append("is_stale")
        values["stale_before"] = now - wanted.stale
    return parts, values


def _words(q: str | None) -> tuple[str | None, dict[str, Any]]:
    if not q:
        return None, {}
    values = {"whole": [whole(NUMBER, number_as_keyed(q)), whole(ORDER, q), whole(CUSTOMER, q)]}
    if words := words_of([q]):
        return "has_words", values | {"words": words}
    return "has_whole", values

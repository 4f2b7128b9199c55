"""The ways to find a page of a list: which parts of `listing.sql` make it, and which is tried first."""

from typing import Any, Final

from services.query.shipments.conditions import Asked, column_of
from services.query.shipments.cursors import Place
from services.query.shipments.wanted import Sort

Way = tuple[str, ...]

_OF_HITS: Final = ("page", "is_all_of_hits", "rows")
_BEFORE_TIME: Final = frozenset({"of_merchant", "is_milestone", "is_status", "is_carrier"})


def ways(asked: Asked, sort: Sort, behind: Place | None = None) -> list[Way]:
    """The ways to find a page, in the order in which they are tried.

    Too many hits to sort them all are walked through.
    """
    if asked.words is None:
        return [_walking(asked)]
    is_newest_first = sort is Sort.LAST_AT_DOWN and not (behind is not None and behind.key is None)
    if is_newest_first and asked.has_names_alone:
        return [_by_late_words(asked, behind), _walking(asked)]
    return [_by_words(asked, sort), _walking(asked)]


def has_one_plan(way: Way, asked: Asked, sort: Sort) -> bool:
    """Whether the best plan is the same whatever is asked for: it need not be made for each page anew.

    The words of a search are always read from their index; and where at most one value is asked for that
    an index has in front of the time, that index has the list as it is wanted.
    """
    if way[-1] == "of_hits":
        return True
    if asked.words is not None or column_of(sort.column) != "last_at":
        return False
    whose = () if asked.whose == "of_house" else (asked.whose,)
    filters = (*whose, *asked.filters)
    return not filters or (len(filters) == 1 and filters[0] in _BEFORE_TIME)


def _by_words(asked: Asked, sort: Sort) -> Way:
    """First all that have the words, then a page of them."""
    assert asked.words is not None
    head = ("hits", asked.whose, asked.words, "hits_end", *_OF_HITS)
    if asked.has_words_alone and column_of(sort.column) == "last_at":
        return (*head, "of_hits")
    return (*head, "of_shipments", "in_hits", asked.whose, *asked.filters)


def _by_late_words(asked: Asked, behind: Place | None) -> Way:
    """The page is out of what came lately, where that fills it; else out of all that have the words."""
    past = () if behind is None else ("behind_hits_down",)
    late = ("late_hits", asked.whose, "has_words", "lately", *past)
    every = ("or_all_hits", asked.whose, "has_words", "or_all_hits_end")
    return (*late, *every, *_OF_HITS, "of_hits")


def _walking(asked: Asked) -> Way:
    """Through an index that has the order or the filters, until the page is full."""
    return ("page", "is_all", "rows", "of_shipments", *asked.walked)


def page_of(kind: str, sort: Sort, behind: Place | None) -> tuple[Way, dict[str, Any]]:
    """The parts that cut a page out of what is found, and what is bound in them."""
    order = f"{kind}_{'down' if sort.is_down else 'up'}" if kind != "unknown" else kind
    if behind is None:
        return (order,), {}
    if behind.key is None:
        return ("behind_unknown", "unknown"), {"after": behind.shipment}
    before = order.replace("known", "behind") if kind == "known" else f"behind_{order}"
    return (before, order), {"key": behind.key, "after": behind.shipment}

"""The ways to find a page of a list: which parts of `listing.sql` make it, and which is tried first."""

from typing import Any, Final

from services.query.shipments.conditions import Asked
from services.query.shipments.cursors import Place
from services.query.shipments.wanted import Sort

Way = tuple[str, ...]

_COLUMNS: Final = {"registered": "registered_at", "delivered": "delivered_at", "promised": "deadline"}
_BEFORE_TIME: Final = frozenset({"of_merchant", "is_milestone", "is_status", "is_carrier"})


def column_of(sort: Sort) -> str:
    """The column that is sorted by."""
    return _COLUMNS.get(sort.column, sort.column)


def ways(asked: Asked, sort: Sort, behind: Place | None = None) -> list[Way]:
    """The ways to find a page, in the order in which they are tried.

    A page that is full of what came lately is the page; too many hits to sort them all are walked through.
    """
    if asked.words is None:
        return [_walking(asked)]
    found = [_by_words(asked, sort), _walking(asked)]
    if (
        sort is Sort.LAST_AT_DOWN
        and asked.has_names_alone
        and not (behind is not None and behind.key is None)
    ):
        found.insert(0, _by_words(asked, sort, "lately"))
    return found


def is_of_few(way: Way) -> bool:
    """Whether that way finds only a part: what it finds is the page only where the page is full."""
    return "lately" in way


def has_one_plan(way: Way, asked: Asked, sort: Sort) -> bool:
    """Whether the best plan is the same whatever is asked for: it need not be made for each page anew.

    The words of a search are always read from their index; and where at most one value is asked for that
    an index has in front of the time, that index has the list as it is wanted.
    """
    if way[-1] == "of_hits":
        return True
    if asked.words is not None or column_of(sort) != "last_at":
        return False
    whose = () if asked.whose == "of_house" else (asked.whose,)
    filters = (*whose, *asked.filters)
    return not filters or (len(filters) == 1 and filters[0] in _BEFORE_TIME)


def _by_words(asked: Asked, sort: Sort, *more: str) -> Way:
    """First all that have the words, then a page of them."""
    assert asked.words is not None
    head = ("hits", asked.whose, asked.words, *more, "hits_end", "page", "is_all_of_hits", "rows")
    if asked.has_words_alone and column_of(sort) == "last_at":
        return (*head, "of_hits")
    return (*head, "of_shipments", "in_hits", asked.whose, *asked.filters)


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

"""How a row of a rule table is written, and checked: in every order of arrival, and repeated.

An expected value is a member of the shipment's view, or one of the shorter names in `seen`; a
callable is asked whether the value found is right. Times are wire text: `utc(hour(5))`.
"""

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from _pytest.mark.structures import ParameterSet

from schemas.instants import instant_text
from services.domain.deadlines import pending
from services.domain.shipment import Shipment
from services.domain.view import view
from tests.builders import Json, replay, story

ALL_ORDERS_UP_TO: Final = 5
SHUFFLES: Final = 24

utc = instant_text


def example(sentence: str, events: list[Json], **expected: Any) -> ParameterSet:
    """One row: the events in any order, and what the shipment shows."""
    assert expected, sentence
    return pytest.param(events, expected, id=sentence)


def table(*rows: ParameterSet) -> pytest.MarkDecorator:
    """The rows as parameters `events` and `expected` of a test."""
    return pytest.mark.parametrize(("events", "expected"), rows)


def orders(events: list[Json]) -> Iterator[list[Json]]:
    """All permutations of a few events, else 24 random ones, always the same."""
    if len(events) <= ALL_ORDERS_UP_TO:
        yield from (list(order) for order in itertools.permutations(events))
        return
    yield events
    chance = random.Random(len(events))
    for _ in range(SHUFFLES - 1):
        yield chance.sample(events, len(events))


def assert_shown(events: list[Json], expected: dict[str, Any]) -> None:
    """The expected values show after every order of the events, once each and repeated."""
    for order in orders(events):
        for arrived in (order, [*order, *reversed(order)]):
            _assert_seen(replay(arrived), expected, arrived)


def seen(shipment: Shipment) -> dict[str, Any]:
    """The view's members, and by shorter names: conditions' names, their details, promise and deadlines."""
    shown = view(shipment)
    conditions = shown["conditions"]
    promise = shown.get("promise") or {}
    due = {str(deadline.kind): utc(deadline.at_ms) for deadline in pending(shipment)}
    state = shown["tracking_state"]
    return {
        **shown,
        "conditions": sorted(condition["name"] for condition in conditions),
        "opened": {condition["name"]: condition.get("since") for condition in conditions},
        "reasons": {condition["name"]: condition.get("reason") for condition in conditions},
        "parties": {condition["name"]: condition.get("party") for condition in conditions},
        "promised": promise.get("to"),
        "promise_kind": promise.get("kind"),
        "promise_due": promise.get("deadline"),
        "kept": promise.get("kept"),
        "first_promised": promise.get("first_to"),
        "first_kept": promise.get("first_kept"),
        "due": due,
        "closed": state.startswith("closed"),
    }


def without(*names: str) -> Callable[[Any], bool]:
    """Whether none of the names is in what was found."""
    return lambda found: not set(names) & set(found)


def including(*names: str) -> Callable[[Any], bool]:
    """Whether all the names are in what was found."""
    return lambda found: set(names) <= set(found)


def due(**kinds: str | None) -> Callable[[Any], bool]:
    """Whether the named deadlines are pending at the given time, or not pending at all (None)."""
    return lambda found: all(found.get(kind) == at for kind, at in kinds.items())


def told(events: list[Json], *kinds: str) -> list[Json]:
    """What was announced while the events arrived in the given order; of these kinds only, if any."""
    _, announcements = story(events)
    return [announced for announced in announcements if not kinds or announced["kind"] in kinds]


def _assert_seen(shipment: Shipment, expected: dict[str, Any], arrived: list[Json]) -> None:
    found = seen(shipment)
    wrong = {
        name: {"expected": value, "found": found.get(name)}
        for name, value in expected.items()
        if not (value(found.get(name)) if callable(value) else found.get(name) == value)
    }
    order = [f"{event['type']} {event['data']} {event.get('occurred_local')}" for event in arrived]
    assert not wrong, f"{wrong}\nall: {found}\nafter: {order}"

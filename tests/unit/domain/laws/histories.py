"""Histories of one shipment for property tests: nasty by design, small enough to shrink."""

import os
import random
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from schemas.instants import instant_ms, instant_text, local_text
from schemas.vocabulary import SUBSTATUSES
from services.domain.deadlines import pending
from services.domain.facts import fact_of
from services.domain.fold import fold_all
from tests import builders
from tests.builders import ORIGIN, Json, day, deadline_passed, hour

T = TypeVar("T")
KEY: Final = "acme:P1"
DEEP: Final = bool(os.environ.get("SHIPLOG_FUZZ"))

HOURS: Final = (0, 0, 1, 1, 2, 3, 5, 10, 23.5, 24, 30, 48, 71, 72, 72.001, 80, 100, 150, 200)
DAYS: Final = (12, 14, 16, 30, 60, 74, 119, 120, 121, 125, 130, 260)
OFFSETS: Final = ("+00:00", "+00:00", "-03:00", "+05:00", "+14:00", "-12:00")
MILESTONES: Final = (*SUBSTATUSES, "unknown", None)
COMMON: Final = (
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "delivery_attempted",
    "delivered",
    "delivered",
)
REASONS: Final = (
    "customs_hold",
    "on_hold",
    "damaged",
    "address_not_found",
    "refused",
    "delayed_announced",
    "lost",
    "delivery_disputed",
    "misrouted",
    "action_required",
    "weather",
)
PROMISED: Final = (
    "2026-03-03",
    "2026-03-05",
    "2026-03-05",
    "2026-03-20",
    "2026-03-05T10:00:00Z",
    "2026-03-05T10:00:00",
    "9999-12-31",
)
PROMISE_KINDS: Final = ("order_promised", "custom", "carrier_promised", "carrier_estimate", "predicted")
PLACES: Final = (None, "America/Sao_Paulo", "Asia/Almaty", "Pacific/Kiritimati")
CASES: Final = ("lost", "damaged", "missing_pieces", "delivery_disputed")


def checked(examples: int) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """So many examples usually, forty times as many when SHIPLOG_FUZZ is set."""
    return settings(
        max_examples=examples * (40 if DEEP else 1),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@st.composite
def histories(draw: st.DrawFn, *, most: int = 9) -> list[Json]:
    """Envelopes of one shipment in some order of arrival, copies and passed deadlines among them."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    plain = draw(st.booleans())
    history = _history(chance, draw(st.integers(1, most)), plain=plain)
    if draw(st.booleans()):
        chance.shuffle(history)
    return history


def seeded_history(seed: int, *, most: int = 9) -> list[Json]:
    """A history that the seed alone decides, in the order of its making."""
    chance = random.Random(seed)
    return _history(chance, chance.randint(1, most), plain=chance.random() < 0.5)


def reordered(history: Sequence[Json], seed: int) -> list[Json]:
    """The same envelopes in another order."""
    return random.Random(seed).sample(list(history), len(history))


def _history(chance: random.Random, length: int, *, plain: bool) -> list[Json]:
    history: list[Json] = []
    for _ in range(length):
        history.append(_ordinary(chance) if plain and chance.random() < 0.7 else _event(chance, history))
    return history


def _event(chance: random.Random, history: list[Json]) -> Json:
    roll = chance.random()
    if roll < 0.55 or not history:
        return _scan(chance)
    if roll < 0.63:
        return _retraction(chance, history)
    if roll < 0.72:
        return _passed(chance, history)
    if roll < 0.79:
        return _copy(chance, chance.choice(history))
    return chance.choice((_registered, _revised, _cancelled, _case))(chance)


def _ordinary(chance: random.Random) -> Json:
    return builders.scan(chance.choice(COMMON), at=hour(chance.choice(HOURS)))


def _scan(chance: random.Random) -> Json:
    milestone = chance.choice(COMMON if chance.random() < 0.6 else MILESTONES)
    words = SUBSTATUSES.get(milestone or "", ("customs_hold",))
    return builders.scan(
        milestone,
        substatus=chance.choice(words) if chance.random() < 0.3 else None,
        reason=chance.choice(REASONS) if chance.random() < 0.25 else None,
        piece=chance.choice((None, None, None, None, "A", "B")),
        code=f"C{chance.randrange(3)}",
        **_time(chance),
    )


def _registered(chance: random.Random) -> Json:
    promise = None
    if chance.random() < 0.7:
        promise = builders.promise(
            chance.choice(PROMISED), kind=chance.choice(PROMISE_KINDS), zone=chance.choice(PLACES)
        )
    valid = chance.choice((None, True, False))
    return builders.registered(
        f"O-{chance.randrange(3)}", promise=promise, number_valid=valid, **_time(chance)
    )


def _revised(chance: random.Random) -> Json:
    kind, zone = chance.choice(PROMISE_KINDS), chance.choice(PLACES)
    return builders.revised(chance.choice(PROMISED), kind=kind, zone=zone, **_time(chance))


def _cancelled(chance: random.Random) -> Json:
    return builders.cancelled(**_time(chance))


def _case(chance: random.Random) -> Json:
    make = chance.choice((builders.case_opened, builders.case_resolved))
    return make(chance.choice(CASES), case_id=f"K-{chance.randrange(2)}", **_time(chance))


def _retraction(chance: random.Random, history: list[Json]) -> Json:
    target = chance.choice(history)["event_id"] if chance.random() < 0.9 else _scan(chance)["event_id"]
    return builders.retracted(target, at=hour(chance.choice(HOURS)))


def _passed(chance: random.Random, history: list[Json]) -> Json:
    """A deadline that the history so far gives, or one that nothing gives."""
    due = pending(fold_all(KEY, map(fact_of, history)))
    if due and chance.random() < 0.85:
        deadline = chance.choice(due)
        return deadline_passed(deadline.kind, deadline.at_ms)
    kind = chance.choice(("promise_overdue", "stale", "settled", "expired"))
    return deadline_passed(kind, hour(chance.choice(HOURS)))


def _copy(chance: random.Random, original: Json) -> Json:
    """The same id again: later, earlier, or with another content of another mapping."""
    copy = dict(original)
    moved = instant_ms(original["recorded_at"]) + chance.choice((-5, 0, 7)) * 1000
    copy["recorded_at"] = instant_text(min(moved, instant_ms("9999-12-31T23:59:59Z")))
    if original["type"] == "ScanRecorded" and chance.random() < 0.7:
        copy["mapping_version"] = chance.choice((1, 2, 2))
        copy["data"] = original["data"] | {"milestone": chance.choice(COMMON)}
    return copy


def _time(chance: random.Random) -> dict[str, Any]:
    at = hour(chance.choice(HOURS)) if chance.random() < 0.8 else day(chance.choice(DAYS))
    hint = {"hint": chance.randrange(3)} if chance.random() < 0.15 else {}
    return hint | _form(chance, at)


def _form(chance: random.Random, at: int) -> dict[str, Any]:
    roll = chance.random()
    if roll < 0.5:
        return {"at": at}
    if roll < 0.65:
        return {"local": local_text(at), "offset": chance.choice(OFFSETS)}
    if roll < 0.8:
        return {"local": local_text(at), "recorded_at": at}
    if roll < 0.88:
        return {"date": local_text(at)[:10], "recorded_at": at}
    if roll < 0.93:
        return {"at": None, "recorded_at": at}
    strange = chance.choice(("1970-01-01T00:00:00Z", "2100-06-01T00:00:00Z", "9999-12-31T23:59:59Z"))
    return {"at": instant_ms(strange), "recorded_at": chance.choice((ORIGIN, instant_ms(strange)))}

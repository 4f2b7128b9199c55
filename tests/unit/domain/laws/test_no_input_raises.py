"""Whatever stands in an envelope, it is a fact or InvalidFact; a fact folds, shows and is told."""

import random
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.status import ShipmentView
from services.domain.announce import NOTHING_SAID, announce, said_json
from services.domain.checksum import shipment_hash
from services.domain.deadlines import pending, wake_ms
from services.domain.facts import InvalidFact, fact_of
from services.domain.fold import fold
from services.domain.proposal import deadline_passed
from services.domain.shipment import unseen
from services.domain.view import view
from tests import builders
from tests.builders import Json
from tests.unit.domain.laws.histories import KEY, checked, histories

JUNK: list[Any] = [
    None, True, False, 0, -1, 1.5, 2**63, "", "x", "a" * 5000, "\ud800", "\x00", [], {}, [[]], {"a": {}},
    "9999-12-31", "0001-01-01", "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "2026-13-01",
    "2026-02-30T00:00:00.000", "+14:00", "-12:00", "+99:99", "Europe/Nowhere", "../etc/passwd", "America",
    "date", "instant", "exact", "assumed", "location_inferred", "delivered", "order_promised", "lost",
    "00000000-0000-0000-0000-000000000000", "ScanRecorded", "ShipmentRegistered", "DeadlinePassed", "stale",
]  # fmt: skip


def spoiled(envelope: Json, chance: random.Random) -> Json:
    """The envelope with a few members replaced by, or grown by, junk."""
    copy: Json = orjson.loads(orjson.dumps(envelope))
    for _ in range(chance.randint(1, 3)):
        target = copy["data"] if chance.random() < 0.5 and isinstance(copy.get("data"), dict) else copy
        names = [*target, "promise", "location", "action", "attempt", "time_precision", "tz_confidence"]
        target[chance.choice(names)] = chance.choice(JUNK)
    return copy


@checked(600)
@given(histories(most=4), st.integers(0, 2**32))
def test_a_spoiled_envelope_is_a_fact_or_invalid(history: list[Json], seed: int) -> None:
    chance = random.Random(seed)
    shipment, said = unseen(KEY), NOTHING_SAID
    for envelope in history:
        try:
            fact = fact_of(spoiled(envelope, chance))
        except InvalidFact:
            continue
        after = fold(shipment, fact)
        said, announcements = announce(said, shipment, after, fact)
        shown = orjson.dumps(view(after))
        ShipmentView.model_validate(orjson.loads(shown))
        assert 0 <= shipment_hash(after, shown) < 2**64
        orjson.dumps([said_json(said), announcements, wake_ms(after)])
        for deadline in pending(after):
            fact_of(deadline_passed(KEY, deadline, recorded_at="2026-03-02T00:00:00.000Z"))
        shipment = after


@checked(100)
@given(st.recursive(st.sampled_from(JUNK), lambda inner: st.dictionaries(st.text(max_size=9), inner)))
def test_no_json_at_all_raises_anything_else(value: Any) -> None:
    with pytest.raises(InvalidFact):
        fact_of(value)


@pytest.mark.parametrize("zone", ["America", "", "../America/Sao_Paulo", "Mars/Base", "a\x00b", "é" * 300])
def test_a_promise_in_a_zone_nobody_knows_is_invalid(zone: str) -> None:
    envelope = builders.registered(promise={"kind": "order_promised", "to": "2026-03-05", "zone": zone})

    with pytest.raises(InvalidFact):
        fact_of(envelope)


def test_a_second_cancellation_does_not_hide_a_contradiction() -> None:
    history = [
        builders.cancelled(at=builders.hour(1)),
        builders.scan("in_transit", at=builders.hour(2)),
        builders.cancelled(reason="again", at=builders.hour(3)),
    ]

    shown = view(builders.replay(history))

    assert shown["milestone"] == "cancelled"
    assert [c["name"] for c in shown["conditions"]] == ["conflicting_scans"]

"""The hash of a shipment: what is shown and every fact behind it, and no trace of how they arrived."""

import orjson
import pytest

from services.domain.checksum import checksum_text, shipment_hash
from services.domain.view import view
from tests import builders
from tests.builders import Json, day, hour, promise, registered, replay, scan

STORY = [
    registered(promise=promise("2026-03-03", zone="UTC")),
    scan("picked_up", at=hour(1)),
    scan("in_transit", at=hour(9), reason="customs_hold"),
    scan("delivered", at=hour(30)),
]


def hash_of(envelopes: list[Json]) -> int:
    """The hash after these envelopes, in this order."""
    shipment = replay(envelopes)
    return shipment_hash(shipment, orjson.dumps(view(shipment)))


def test_order_and_repeats_leave_no_trace() -> None:
    assert hash_of([*reversed(STORY), STORY[2], STORY[0]]) == hash_of(STORY)


def test_when_and_by_what_channel_a_fact_was_received_leaves_no_trace() -> None:
    later = [
        envelope
        | {"recorded_at": builders.instant_text(day(40)), "source": {"channel": "file", "trust": "manual"}}
        for envelope in STORY
    ]

    assert hash_of(later) == hash_of(STORY)
    assert hash_of([*later, *STORY]) == hash_of(STORY)


def test_the_hash_is_the_one_that_models_in_service_were_summed_up_with() -> None:
    """Another one makes every model folded before differ from its log: the rules' number goes up with it."""
    assert checksum_text(shipment_hash(replay(STORY), b"{}")) == "595bf9c44b04a0fc"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(STORY[:3], id="a fact less"),
        pytest.param([*STORY, scan("in_transit", at=hour(2), code="X")], id="a late fact that moves nothing"),
        pytest.param([*STORY[:3], scan("delivered", at=hour(31))], id="another time"),
        pytest.param([*STORY, scan(None, at=hour(3), code="PAPER")], id="a fact that is not shown"),
        pytest.param([*STORY[:3], scan("delivered", at=hour(30), code="D")], id="another code"),
    ],
)
def test_another_set_of_facts_has_another_hash(other: list[Json]) -> None:
    assert hash_of(other) != hash_of(STORY)


def test_a_sum_is_shown_as_sixteen_digits() -> None:
    assert checksum_text(255) == "00000000000000ff"
    assert checksum_text((1 << 64) + 1) == "0000000000000001"

"""Real payloads as shipments: told in any order, twice or in pieces, they are the same shipment."""

import orjson
import pytest

from services.domain.facts import fact_of
from services.domain.fold import fold_all
from services.domain.view import view
from services.ingest.carrier import InvalidPayload
from services.ingest.envelope import Origin
from services.ingest.native import read_payload
from services.ingest.registry import carriers
from tests.carriers.shared import Json, Tree, body, needs_shared_data
from tests.carriers.shared_rows import READABLE, short

NAMELESS = ("dpd", "sendle")
"""Whose answers go with the number that was asked for, and do not name it."""
NOW = "2026-01-01T00:00:00.000Z"
ORIGIN = Origin(channel="webhook", trust="signed_body")

pytestmark = needs_shared_data


def envelopes(carrier: str, payload: bytes) -> list[Json]:
    """What is logged of a payload; nothing of an answer without events."""
    try:
        read = read_payload(carriers()[carrier], payload, origin=ORIGIN, now=NOW)
    except InvalidPayload:
        return []
    return read.envelopes


def shipments(*payloads: list[Json]) -> dict[str, Json]:
    """The views of all shipments after the payloads, one behind the other."""
    found: dict[str, list[Json]] = {}
    for envelope in (each for payload in payloads for each in payload):
        found.setdefault(envelope["shipment"], []).append(envelope)
    return {key: view(fold_all(key, map(fact_of, told))) for key, told in found.items()}


NAMED = [row for row in READABLE if row["carrier"] not in NAMELESS]


@pytest.mark.parametrize("row", NAMED, ids=short)
def test_a_payload_in_any_order_twice_or_in_pieces_is_the_same_shipments(row: Json) -> None:
    carrier, payload = row["carrier"], body(row["raw"])
    tree = Tree(payload)
    once = envelopes(carrier, payload)
    backwards = envelopes(carrier, tree.reordered(lambda listed: listed[::-1]))

    whole = shipments(once)

    assert whole
    assert shipments(backwards) == shipments(once[::-1]) == shipments(once, backwards) == whole
    for first, rest in tree.split():
        assert shipments(envelopes(carrier, first), envelopes(carrier, rest)) == whole


@pytest.mark.parametrize("row", [row for row in READABLE if row["carrier"] in NAMELESS], ids=short)
def test_an_answer_that_names_no_parcel_is_refused_and_taken_beside_its_number(row: Json) -> None:
    alone = body(row["raw"])
    beside = orjson.dumps([["N1", alone.decode()]])

    refused = read_payload(carriers()[row["carrier"]], alone, origin=ORIGIN, now=NOW)
    taken = read_payload(carriers()[row["carrier"]], beside, origin=ORIGIN, now=NOW)

    # taken alone, all such answers would become one shipment
    assert refused.envelopes == []
    assert {each.pointer for each in refused.rejections} == {"/tracking_number"}
    assert {each["shipment"] for each in taken.envelopes} == {f"{row['carrier']}:N1"}
    assert len(taken.envelopes) == len(refused.rejections)

"""R15: copies with one event id are one fact; which one counts is read off the copies themselves."""

import hashlib
import json
from typing import Any

import pytest

from services.domain.facts import fact_of
from services.domain.fold import fold
from tests.builders import Json, day, hour, replay, scan
from tests.unit.domain.rules.examples import assert_shown, example, table, utc

UNMAPPED = scan("unknown", code="77", at=hour(10))
MAPPED = scan("in_transit", code="77", at=hour(10), mapping_version=2)
MAPPED_AGAIN = scan("out_for_delivery", code="77", at=hour(10), mapping_version=3)
REASONS = ("on_hold", "customs_hold", "misrouted", "address_issue", "refused", "action_required")


@table(
    example(
        "the higher mapping version counts",
        [UNMAPPED, MAPPED],
        milestone="in_transit",
        unknown_codes=0,
        scans=1,
    ),
    example("the highest of three", [UNMAPPED, MAPPED, MAPPED_AGAIN], milestone="out_for_delivery", scans=1),
    example(
        "the higher version counts though it is the poorer one",
        [UNMAPPED | {"mapping_version": 9}, MAPPED],
        milestone=None,
        unknown_codes=1,
        scans=1,
    ),
    example(
        "a mended mapping withdraws a delivery",
        [
            scan("in_transit", at=hour(1)),
            scan("delivered", code="D", at=hour(10)),
            scan("out_for_delivery", code="D", at=hour(10), mapping_version=2),
        ],
        milestone="out_for_delivery",
        delivered_at=None,
        scans=2,
    ),
    example(
        "the smallest recorded_at counts: dated 50 hours ahead of it, the scan is undated (R17)",
        [
            scan("in_transit", at=hour(100), recorded_at=hour(50)),
            scan("in_transit", at=hour(100), mapping_version=2),
        ],
        milestone=None,
        undated_scans=1,
        scans=1,
    ),
    example(
        "another way in makes no other fact",
        [
            scan("in_transit", at=hour(10)),
            scan("in_transit", at=hour(10)) | {"source": {"channel": "webhook", "trust": "signed_body"}},
        ],
        milestone="in_transit",
        scans=1,
        late_scans=0,
    ),
)
def test_r15_the_version_that_counts(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


@pytest.mark.parametrize("other", REASONS[1:])
def test_r15_among_equals_the_smallest_digest_counts(other: str) -> None:
    copies = [scan("in_transit", reason=reason, at=hour(10)) for reason in (REASONS[0], other)]

    winner = min(copies, key=_digest)

    assert copies[0]["event_id"] == copies[1]["event_id"]
    assert_shown(copies, {"conditions": [winner["data"]["reason"]], "scans": 1})


def test_r15_recorded_at_plays_no_part_in_the_digest() -> None:
    early = [scan("in_transit", reason=reason, at=hour(10)) for reason in REASONS[:3]]
    late = [copy | {"recorded_at": utc(day(2 + n))} for n, copy in enumerate(early)]

    winner = min(early, key=_digest)

    assert_shown(late, {"conditions": [winner["data"]["reason"]], "scans": 1})


@pytest.mark.parametrize(
    "again",
    [
        UNMAPPED,
        UNMAPPED | {"recorded_at": utc(day(9))},
        UNMAPPED | {"source": {"channel": "file", "trust": "manual", "batch": "b-1"}},
    ],
    ids=["the same bytes", "recorded later", "by another way"],
)
def test_r15_a_plain_duplicate_gives_the_same_object(again: Json) -> None:
    shipment = replay(
        [MAPPED_AGAIN, UNMAPPED | {"event_id": "00000000-0000-5000-8000-000000000001"}, UNMAPPED]
    )
    alone = replay([UNMAPPED])

    assert fold(alone, fact_of(again)) is alone
    assert fold(shipment, fact_of(MAPPED_AGAIN)) is shipment


def _digest(envelope: Json) -> str:
    """The sha256 of the canonical JSON (sorted keys, no spaces) without recorded_at and source."""
    members = {name: value for name, value in envelope.items() if name not in ("recorded_at", "source")}
    text = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()

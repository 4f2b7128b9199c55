"""What a run of status records asks for."""

from dataclasses import replace

import orjson
import pytest

from schemas.codec import UndecodableRecord
from services.notifier.plan import (
    MAX_ALERT_BYTES,
    NOTHING_SEEN,
    Plan,
    Position,
    StatusRecord,
    plan,
    told_up_to,
)
from tests.unit.notifier.statuses import record, status

VERSIONLESS = orjson.dumps(status(1, partition=0, announcements=1)).replace(b'"schema_version":1,', b"")


def told(step: Plan) -> list[int]:
    return [orjson.loads(alert.record.value)["src_offset"] for alert in step.alerts]


def test_announcements_become_alerts_in_log_order() -> None:
    records = [record(status(n, partition=1, announcements=n % 3), offset=n) for n in range(5)]

    step = plan(Position(), records)

    assert told(step) == [3, 6, 6, 12]
    assert step.position == Position(12, 5)
    assert (step.rejected, step.repeated, step.missing) == ((), 0, 0)


def test_what_is_not_above_the_highest_seen_is_dropped() -> None:
    records = [record(status(n, partition=0, announcements=1), offset=n) for n in range(4)]

    step = plan(Position(seen=6), records)

    assert told(step) == [9]
    assert step.repeated == 3


def test_a_record_read_twice_in_one_run_is_told_once() -> None:
    twice = record(status(2, partition=0, announcements=1))

    step = plan(Position(), [twice, replace(twice, offset=9)])

    assert told(step) == [6]
    assert step.repeated == 1


def test_skipped_running_numbers_are_counted() -> None:
    records = [record(status(n, partition=0, announcements=0)) for n in (0, 1, 5, 6)]

    step = plan(Position(), records)

    assert step.missing == 3


def test_the_first_running_number_is_taken_as_it_is() -> None:
    step = plan(Position(), [record(status(70, partition=0, announcements=0))])

    assert step.missing == 0


def test_numbers_of_records_told_before_are_no_gap() -> None:
    records = [record(status(n, partition=0, announcements=1), offset=n) for n in range(4, 9)]

    step = plan(Position(seen=18, seq=4), records)

    assert step.repeated == 3
    assert step.missing == 0


@pytest.mark.parametrize("src_offset", [5, 6, 7])
def test_what_other_rules_restate_is_no_repetition_and_leaves_the_highest_seen_where_it_is(
    src_offset: int,
) -> None:
    restated = status(8, partition=0, announcements=0, src_offset=src_offset) | {"restated": True}
    behind = [record(status(9, partition=0, announcements=1, src_offset=8))]

    found = plan(Position(6, 8), [record(restated), *behind])

    assert (found.repeated, found.missing, len(found.alerts)) == (0, 0, 1)
    assert plan(Position(6, 8), [record(restated)]).position == Position(max(6, src_offset), 9)


def test_a_number_that_is_missing_before_what_is_restated_is_counted() -> None:
    restated = status(9, partition=0, announcements=0, src_offset=6) | {"restated": True}

    assert plan(Position(6, 8), [record(restated)]).missing == 1


def test_a_repeated_record_does_not_hide_a_gap() -> None:
    first, last = (record(status(n, partition=0, announcements=0)) for n in (0, 2))

    step = plan(Position(), [first, first, last])

    assert (step.repeated, step.missing) == (1, 1)


@pytest.mark.parametrize(
    ("value", "error_class"),
    [
        (None, "null_value"),
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b"\xff\xfe", "invalid_json"),
        (b"[" * 100_000, "invalid_json"),
        (b"[]", "invalid_json"),
        (b"{}", "schema_version"),
        (orjson.dumps(status(1, partition=0, announcements=1) | {"schema_version": None}), "schema_version"),
        (VERSIONLESS, "schema_version"),
        (orjson.dumps(status(1, partition=0, announcements=1) | {"schema_version": 9}), "schema_version"),
        (orjson.dumps(status(1, partition=0, announcements=1) | {"after": None}), "invalid_status"),
        (orjson.dumps(status(1, partition=0, announcements=1) | {"src_offset": "3"}), "invalid_status"),
        (orjson.dumps(status(1, partition=0, announcements=1) | {"seq": 1.0}), "invalid_status"),
        (orjson.dumps(status(1, partition=0, announcements=1) | {"announcements": [{}]}), "invalid_status"),
        (
            orjson.dumps(status(1, partition=1, announcements=1) | {"shipment": "acme:P0N1"}),
            "wrong_partition",
        ),
        (orjson.dumps(status(2, partition=0, announcements=1)), "wrong_key"),
    ],
)
def test_a_record_that_cannot_be_used_is_rejected_and_the_rest_goes_on(
    value: bytes | None, error_class: str
) -> None:
    bad = StatusRecord(0, 1, b"acme:P0N1", value)
    good = record(status(3, partition=0, announcements=1), offset=2)

    step = plan(Position(), [bad, good])

    assert [(one.record, one.error_class) for one in step.rejected] == [(bad, error_class)]
    assert told(step) == [9]


def test_an_alert_that_the_broker_would_refuse_rejects_its_status() -> None:
    changed = status(1, partition=0, announcements=1)
    changed["announcements"][0]["reason"] = "x" * MAX_ALERT_BYTES

    step = plan(Position(), [record(changed)])

    assert [one.error_class for one in step.rejected] == ["alert_too_large"]
    assert step.alerts == ()
    assert step.position == Position(NOTHING_SEEN, None)


def test_an_alert_carries_the_promise_as_it_was_written() -> None:
    changed = status(1, partition=0, announcements=1)
    deadline = "2026-11-22T03:00:00.000Z"
    promise = {
        "kind": "order_promised",
        "to": "2026-11-21",
        "deadline": deadline,
        "kept": "open",
        "first_to": "2026-11-21",
        "first_kept": "open",
        "a_member_of_a_later_version": 1,
    }
    changed["after"]["promise"] = promise

    step = plan(Position(), [record(changed)])

    assert orjson.loads(step.alerts[0].record.value)["promise"] == promise


def test_an_alert_tells_how_far_its_partition_had_come() -> None:
    assert told_up_to(b'{"src_offset":41}') == 41
    with pytest.raises(UndecodableRecord):
        told_up_to(b'{"src_offset":"41"}')

"""Alerts: every member, the same bytes from the same log."""

import orjson

from schemas.alert import Alert
from services.notifier.alerts import alert_of, alert_record
from tests.unit.notifier.statuses import status

PROMISE = {
    "kind": "order_promised",
    "to": "2026-11-24",
    "zone": "Asia/Almaty",
    "deadline": "2026-11-24T18:59:59.999Z",
    "kept": "late",
    "first_to": "2026-11-24",
    "first_kept": "late",
}


def test_an_alert_carries_every_member_of_the_contract_and_no_other() -> None:
    changed = status(7, partition=2, announcements=1)

    alert = alert_of(changed, changed["announcements"][0])

    assert set(alert) == set(Alert.model_fields)
    assert Alert.model_validate_json(alert_record(alert).value).model_dump(mode="json") == alert


def test_an_alert_says_what_the_announcement_and_the_shipment_say() -> None:
    changed = status(7, partition=2, announcements=1)
    changed["before"] = {
        "milestone": "out_for_delivery",
        "status": "out_for_delivery",
        "leg_no": 1,
        "use_no": 1,
        "tracking_state": "active",
        "conditions": [],
    }
    changed["after"] |= {"customer_id": "C-1", "promise": PROMISE}
    told = changed["announcements"][0] | {
        "late_by": "P1DT2H",
        "reason": "weather",
        "party": "carrier",
        "leg_no": 3,
        "use_no": 2,
        "corrects": "00000000-0000-5000-8000-000000000001",
    }

    alert = alert_of(changed, told)

    assert alert == {
        "schema_version": 1,
        "alert_id": told["alert_id"],
        "kind": "delivered",
        "shipment": "acme:P2N7",
        "use_no": 2,
        "leg_no": 3,
        "cause_event_id": told["cause"],
        "src_partition": 2,
        "src_offset": 21,
        "occurred_at": "2026-11-20T09:00:00.000Z",
        "status_before": "out_for_delivery",
        "status_after": "delivered",
        "order_id": "O-7",
        "customer_id": "C-1",
        "promise": PROMISE,
        "late_by": "P1DT2H",
        "reason": "weather",
        "party": "carrier",
        "corrects": "00000000-0000-5000-8000-000000000001",
    }


def test_the_bytes_do_not_depend_on_the_order_of_members() -> None:
    changed = status(1, partition=0, announcements=1)
    shuffled = orjson.loads(orjson.dumps(dict(reversed(changed.items()))))
    shuffled["announcements"] = [dict(reversed(changed["announcements"][0].items()))]

    first = alert_record(alert_of(changed, changed["announcements"][0]))
    second = alert_record(alert_of(shuffled, shuffled["announcements"][0]))

    assert first == second


def test_the_headers_are_cloud_events_and_name_the_alert() -> None:
    changed = status(1, partition=0, announcements=1)
    told = changed["announcements"][0]

    headers = dict(alert_record(alert_of(changed, told)).headers)

    assert headers == {
        "ce_specversion": b"1.0",
        "ce_id": told["alert_id"].encode(),
        "ce_type": b"shiplog.alert.delivered",
        "ce_source": b"/shiplog/notifier",
        "ce_partitionkey": b"acme:P0N1",
        "ce_time": b"2026-11-20T09:00:00.000Z",
        "content-type": b"application/json",
    }


def test_an_undated_fact_gives_no_time_rather_than_ours() -> None:
    changed = status(1, partition=0, announcements=1)
    told = changed["announcements"][0] | {"occurred_at": None}

    record = alert_record(alert_of(changed, told))

    assert "ce_time" not in dict(record.headers)
    assert orjson.loads(record.value)["occurred_at"] is None

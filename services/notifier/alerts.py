"""Alerts out of a status record: pure, the same bytes from the same log (contracts, section 4)."""

from collections.abc import Mapping
from typing import Any, Final

from schemas.codec import Record, cloud_headers
from schemas.ids import canonical_json

ALERT_VERSION: Final = 1


def alert_of(changed: Mapping[str, Any], announcement: Mapping[str, Any]) -> dict[str, Any]:
    """The members of `schemas.alert.Alert`, every one present, null where there is nothing."""
    before, after = changed.get("before"), changed["after"]
    return {
        "schema_version": ALERT_VERSION,
        "alert_id": announcement["alert_id"],
        "kind": announcement["kind"],
        "shipment": changed["shipment"],
        "use_no": announcement["use_no"],
        "leg_no": announcement["leg_no"],
        "cause_event_id": announcement["cause"],
        "src_partition": changed["src_partition"],
        "src_offset": changed["src_offset"],
        "occurred_at": announcement.get("occurred_at"),
        "status_before": before["status"] if before else None,
        "status_after": after["status"],
        "order_id": after.get("order_id"),
        "customer_id": after.get("customer_id"),
        "promise": after.get("promise"),
        "late_by": announcement.get("late_by"),
        "reason": announcement.get("reason"),
        "party": announcement.get("party"),
        "corrects": announcement.get("corrects"),
    }


def alert_record(alert: Mapping[str, Any]) -> Record:
    """The alert as canonical JSON under CloudEvents headers; `ce_time` is the fact's time or absent."""
    headers = cloud_headers(
        event_id=alert["alert_id"],
        kind=f"alert.{alert['kind']}",
        source="notifier",
        time=alert["occurred_at"],
        key=alert["shipment"],
    )
    return Record(alert["shipment"].encode(), canonical_json(alert), headers)

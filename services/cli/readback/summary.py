"""What the stores hold, counted from them alone: shipments in PostgreSQL, alerts and rejects in topics."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from schemas.topics import Topics
from services.cli.readback.store import Checkpoint, ReadModel
from services.cli.readback.topics import json_object, read_topic

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Alerts:
    """Alerts by kind, each id counted once; `duplicates`: records that repeat an id."""

    by_kind: dict[str, int]
    duplicates: int


def checksum_of(checkpoints: list[Checkpoint]) -> str:
    """The read model's checksum, 16 hex digits: the sum of the partitions' sums."""
    return hex_sum(sum(c.state_sum for c in checkpoints))


def hex_sum(total: int) -> str:
    """A sum modulo 2**64 as 16 hex digits."""
    return f"{total % 2**64:016x}"


def count_alerts(kafka: str, topic: str) -> Alerts:
    """Read `topic` whole with a consumer of its own; raises DependencyAway."""
    kinds: dict[str, str] = {}
    records = 0
    for row in read_topic(kafka, topic):
        alert = json_object(row.value)
        if alert is not None:
            records += 1
            kinds[alert["alert_id"]] = alert["kind"]
    by_kind = Counter(kinds.values())
    return Alerts(dict(sorted(by_kind.items())), duplicates=records - len(kinds))


def count_records(kafka: str, topic: str) -> int:
    """The committed records of `topic`; raises DependencyAway."""
    return sum(1 for _ in read_topic(kafka, topic))


def summary(model: ReadModel, *, kafka: str, topics: Topics) -> Json:
    """Shipments, milestones, statuses, alerts, rejected, checksum; `duplicate_alerts` when there are any."""
    checkpoints = model.checkpoints()
    milestones = model.counts("milestones")
    alerts = count_alerts(kafka, topics.alerts.name)
    told: Json = {
        "shipments": sum(milestones.values()),
        "milestones": milestones,
        "statuses": model.counts("statuses"),
        "alerts": alerts.by_kind,
        "rejected": count_records(kafka, topics.rejected.name),
        "checksum": checksum_of(checkpoints),
    }
    return told | ({"duplicate_alerts": alerts.duplicates} if alerts.duplicates else {})

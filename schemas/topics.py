"""The topics: names, partitions, settings, who writes and who reads. Defined here and nowhere else."""

from dataclasses import dataclass, field
from typing import Final

MAX_EVENT_BYTES: Final = 2 * 1024 * 1024
MAX_REJECTED_BYTES: Final = MAX_EVENT_BYTES + 64 * 1024

_DAY_MS: Final = 24 * 60 * 60 * 1000
_LOG_APPEND: Final = {"message.timestamp.type": "LogAppendTime"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic: `settings` are Kafka's own names and values."""

    name: str
    key: str
    value: str
    partitions: int
    settings: dict[str, str] = field(default_factory=dict)
    writers: tuple[str, ...]
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topics:
    """All topics of one Shiplog; `prefix` keeps several apart on one broker."""

    events: Topic
    rejected: Topic
    status: Topic
    alerts: Topic
    receipts: Topic
    positions: Topic

    def all(self) -> tuple[Topic, ...]:
        """Every topic, the log first."""
        return (self.events, self.rejected, self.status, self.alerts, self.receipts, self.positions)


def topics(*, prefix: str = "", partitions: int = 24) -> Topics:
    """The catalogue. `partitions` is that of the log and of the topics that follow it.

    Production replication (3, `min.insync.replicas=2`) is given where the topics are created.
    """
    side = min(partitions, 6)
    return Topics(
        events=Topic(
            name=f"{prefix}shipment-events",
            key="shipment key carrier:NUMBER, raw UTF-8",
            value="Envelope",
            partitions=partitions,
            settings=_LOG_APPEND
            | {
                "cleanup.policy": "delete",
                "retention.ms": "-1",
                "retention.bytes": "-1",
                "max.message.bytes": str(MAX_EVENT_BYTES),
            },
            writers=("ingest", "watchdog"),
            readers=("projector", "anyone"),
        ),
        rejected=_dated(
            f"{prefix}shipment-events.rejected",
            partitions=side,
            days=90,
            key="shipment key or null",
            value="the untouched bytes",
            writers=("ingest", "projector"),
            readers=("shiplog rejected",),
            extra={"max.message.bytes": str(MAX_REJECTED_BYTES)},
        ),
        status=Topic(
            name=f"{prefix}shipment-status",
            key="shipment key",
            value="StatusChanged",
            partitions=partitions,
            settings=_LOG_APPEND
            | {
                "cleanup.policy": "compact",
                "min.compaction.lag.ms": str(7 * _DAY_MS),
                "max.message.bytes": str(MAX_EVENT_BYTES),
            },
            writers=("projector",),
            readers=("notifier", "anyone"),
        ),
        alerts=_dated(
            f"{prefix}shipment-alerts",
            partitions=partitions,
            days=90,
            key="shipment key",
            value="Alert",
            writers=("notifier",),
            readers=("messenger", "anyone"),
        ),
        receipts=_dated(
            f"{prefix}shipment-receipts",
            partitions=side,
            days=90,
            key="alert id",
            value="what a channel did with an alert",
            writers=("messenger",),
            readers=("anyone",),
        ),
        positions=_dated(
            f"{prefix}shipment-positions",
            partitions=side,
            days=7,
            key="shipment key",
            value="vehicle position, never status",
            writers=("ingest",),
            readers=("query",),
        ),
    )


def _dated(
    name: str,
    *,
    partitions: int,
    days: int,
    key: str,
    value: str,
    writers: tuple[str, ...],
    readers: tuple[str, ...],
    extra: dict[str, str] | None = None,
) -> Topic:
    settings = _LOG_APPEND | {"cleanup.policy": "delete", "retention.ms": str(days * _DAY_MS)}
    return Topic(
        name=name,
        key=key,
        value=value,
        partitions=partitions,
        settings=settings | (extra or {}),
        writers=writers,
        readers=readers,
    )

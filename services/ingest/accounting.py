"""What ingest counts of the events it takes and logs."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from schemas.instants import instant_ms
from services.ingest.registry import carrier_label
from services.runtime import metrics


def count_received(envelopes: Sequence[Mapping[str, Any]], *, channel: str, now_ms: int) -> None:
    """The events were taken in at `now_ms` (milliseconds since 1970)."""
    for label, count in _by_carrier(envelope["shipment"] for envelope in envelopes).items():
        metrics.RECEIVED.labels(label, channel).inc(count)
        metrics.CARRIER_LAST_EVENT_TIMESTAMP.labels(label).set(now_ms / 1000)


def count_logged(envelopes: Sequence[Mapping[str, Any]], *, now_ms: int) -> None:
    """Kafka had the events at `now_ms` (milliseconds since 1970)."""
    count_logged_shipments(envelope["shipment"] for envelope in envelopes)
    observers: dict[str, Callable[[float], None]] = {}
    for envelope in envelopes:
        if at := envelope.get("occurred_at"):
            carrier = envelope["shipment"].partition(":")[0]
            if carrier not in observers:
                observers[carrier] = metrics.LOGGED_LATENCY.labels(carrier_label(carrier)).observe
            observers[carrier](max(0, now_ms - instant_ms(at)) / 1000)


def count_logged_shipments(shipments: Iterable[str]) -> None:
    """Kafka has an event of each of these shipments."""
    for label, count in _by_carrier(shipments).items():
        metrics.LOGGED.labels(label).inc(count)


def _by_carrier(shipments: Iterable[str]) -> Counter[str]:
    carriers = Counter(shipment.partition(":")[0] for shipment in shipments)
    labels: Counter[str] = Counter()
    for carrier, count in carriers.items():
        labels[carrier_label(carrier)] += count
    return labels

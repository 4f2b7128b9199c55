"""The catalogue of metrics: everything Shiplog counts and measures, one sentence each.

Declared only here. Each section belongs to a service, which updates its own; a label is never
anything a stranger may choose freely (no shipment keys, no unknown carrier's name).
"""

from dataclasses import dataclass
from functools import partial
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

# a second series per counter, of no use to anybody here
disable_created_metrics()  # type: ignore[no-untyped-call]  # no types there
REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

_counter: Final = partial(Counter, registry=REGISTRY)
_gauge: Final = partial(Gauge, registry=REGISTRY)
_histogram: Final = partial(Histogram, registry=REGISTRY)

# from one loop's turn to the slow half of a minute: what we do ourselves
_OWN_SECONDS: Final = (
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
    5.0,
    10.0,
    30.0,
    60.0,
)
# carriers report in seconds or days later
_SCAN_SECONDS: Final = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 86_400.0, 604_800.0)
_BATCH_RECORDS: Final = (1, 10, 100, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000)

# --- every service ---

HEARTBEAT_TIMESTAMP: Final = _gauge(
    "shiplog_heartbeat_timestamp_seconds",
    "When the service's loop last came round, as Unix time; it moves even when nothing gets done.",
)
PROGRESS_TIMESTAMP: Final = _gauge(
    "shiplog_progress_timestamp_seconds",
    "When the service last finished a piece of work or had none waiting, as Unix time.",
)
LAG_RECORDS: Final = _gauge(
    "shiplog_lag_records", "Records of a partition behind the next one to be taken.", ["topic", "partition"]
)
LAG_SECONDS: Final = _gauge(
    "shiplog_lag_seconds",
    "Age of the newest record taken from a partition while others wait behind it, 0 when none does.",
    ["topic", "partition"],
)
REJECTED: Final = _counter(
    "shiplog_rejected_total",
    "Records put into the topic .rejected, by carrier and error class.",
    ["carrier", "error_class"],
)
RETRIES: Final = _counter(
    "shiplog_retries_total", "Repetitions after passing trouble, by what was away.", ["dependency"]
)
SINK_LOST: Final = _counter(
    "shiplog_sink_lost_total",
    "Fenced sinks that closed themselves after a failed append and were opened again.",
    ["topic"],
)

# --- ingest ---

RECEIVED: Final = _counter(
    "shiplog_received_total",
    "Events taken in from outside, before it is known whether they are new.",
    ["carrier", "channel"],
)
LOGGED: Final = _counter(
    "shiplog_logged_total", "Events that Kafka acknowledged into shipment-events.", ["carrier"]
)
INGEST_LATENCY: Final = _histogram(
    "shiplog_ingest_latency_seconds",
    "From the arrival of a request to its answer.",
    ["route"],
    buckets=_OWN_SECONDS,
)
LOGGED_LATENCY: Final = _histogram(
    "shiplog_logged_latency_seconds",
    "From the carrier's scan, where its instant is known, to its event standing in the log.",
    ["carrier"],
    buckets=_SCAN_SECONDS,
)
UNKNOWN_CODES: Final = _counter(
    "shiplog_unknown_codes_total", "Scans whose code no mapping of their carrier knows.", ["carrier"]
)
UNKNOWN_CARRIERS: Final = _counter(
    "shiplog_unknown_carriers_total", "Requests for a carrier that is not in the registry."
)
SIGNATURE_FAILURES: Final = _counter(
    "shiplog_signature_failures_total",
    "Webhooks answered 401: the signature was missing or wrong.",
    ["carrier"],
)
SPOOL_DEPTH: Final = _gauge(
    "shiplog_spool_depth_records", "Events acknowledged to their sender that wait on disk for Kafka."
)
SPOOL_BYTES: Final = _gauge("shiplog_spool_bytes", "Bytes of the events that wait on disk for Kafka.")
SPOOL_OLDEST_TIMESTAMP: Final = _gauge(
    "shiplog_spool_oldest_timestamp_seconds",
    "When the oldest event in the spool arrived, as Unix time, 0 when the spool is empty.",
)
RECORDS_REFUSED: Final = _counter(
    "shiplog_records_refused_total",
    "Records the broker refused for good (size, timestamp, authorisation).",
    ["error_class"],
)
CARRIER_LAST_EVENT_TIMESTAMP: Final = _gauge(
    "shiplog_carrier_last_event_timestamp_seconds",
    "When a carrier's last event arrived, as Unix time.",
    ["carrier"],
)

# --- projector ---

VISIBLE: Final = _counter(
    "shiplog_visible_total",
    "Records of the log whose effect is committed in the read model, by what they did.",
    ["effect"],
)
VISIBLE_LATENCY: Final = _histogram(
    "shiplog_visible_latency_seconds",
    "From an event standing in the log to its effect being committed in the read model.",
    buckets=_OWN_SECONDS,
)
BATCH_RECORDS: Final = _histogram(
    "shiplog_batch_records", "Records in one committed batch.", buckets=_BATCH_RECORDS
)
COMMIT_SECONDS: Final = _histogram(
    "shiplog_commit_seconds", "Time of one batch's PostgreSQL transaction.", buckets=_OWN_SECONDS
)
REFUSED_STALE_WRITES: Final = _counter(
    "shiplog_refused_stale_writes_total",
    "Batches of a claim that is over: refused by the fence, ended with their backend, or dropped unwritten.",
    ["how"],
)
CLAIMS: Final = _counter("shiplog_claims_total", "Claims of a partition, by how they ended.", ["outcome"])
PARTITIONS_OWNED: Final = _gauge("shiplog_partitions_owned", "Partitions this process has claimed.")
PAUSED_PARTITIONS: Final = _gauge(
    "shiplog_paused_partitions",
    "Partitions that stand still because too many of their last records were bad.",
)
PUBLISHER_LAG: Final = _gauge(
    "shiplog_publisher_position_lag_records",
    "Changes committed in the read model that shipment-status does not hold yet.",
    ["partition"],
)
PUBLISHED: Final = _counter("shiplog_published_total", "Changes written to shipment-status.")

# --- notifier and watchdog ---

ALERTED: Final = _counter(
    "shiplog_alerted_total", "Alerts that Kafka acknowledged into shipment-alerts.", ["kind"]
)
ALERTED_LATENCY: Final = _histogram(
    "shiplog_alerted_latency_seconds",
    "From a change standing in shipment-status to its alert standing in shipment-alerts.",
    buckets=_OWN_SECONDS,
)
STATUS_SKIPPED: Final = _counter(
    "shiplog_status_skipped_total",
    "Status records left out because their offset was not above the last one seen.",
)
SEQUENCE_GAPS: Final = _counter(
    "shiplog_sequence_gaps_total",
    "Missing running numbers seen in a partition of shipment-status.",
    ["partition"],
)
WATCHDOG_BACKLOG: Final = _gauge(
    "shiplog_watchdog_backlog", "Shipments whose deadline has passed and has not been proposed yet."
)
WATCHDOG_HELD: Final = _gauge(
    "shiplog_watchdog_held", "Passed deadlines held back because older events may still be on their way."
)
DEADLINES_PROPOSED: Final = _counter(
    "shiplog_deadlines_proposed_total", "DeadlinePassed events the watchdog appended to the log.", ["kind"]
)
CARRIER_SILENT: Final = _gauge(
    "shiplog_carrier_silent",
    "1 while a carrier's whole feed is silent for longer than it ever should be, else 0.",
    ["carrier"],
)

# --- query ---

REQUEST_SECONDS: Final = _histogram(
    "shiplog_request_seconds",
    "From a read request's arrival to the head of its answer, by route and status class.",
    ["route", "status"],
    buckets=_OWN_SECONDS,
)

INDEX_LAG: Final = _gauge(
    "shiplog_index_lag_records",
    "Records that the read model has and the index of lists and searches has not yet.",
)
INDEX_LEFT_OUT: Final = _counter(
    "shiplog_index_left_out_total",
    "Times that a shipment could not be indexed, by a bug of ours: lists and searches lack it.",
)
LIVE_STREAMS: Final = _gauge(
    "shiplog_live_streams", "Open streams of live updates that hear of changes as they come."
)

# --- the catalogue itself ---


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One line of the catalogue; `kind` is counter, gauge or histogram."""

    name: str
    kind: str
    labels: tuple[str, ...]
    sentence: str


def catalogue() -> tuple[MetricRow, ...]:
    """Every metric declared here, in the order of this file, by the name Prometheus shows."""
    return tuple(_row(metric) for metric in globals().values() if isinstance(metric, MetricWrapperBase))


def exposition(accept: str | None = None) -> tuple[str, bytes]:
    """Content type and text of /metrics, in the format the `Accept` header prefers."""
    encode, content_type = choose_encoder(accept or "")
    return content_type, encode(REGISTRY)


def _row(metric: MetricWrapperBase) -> MetricRow:
    family = next(iter(metric.describe()))
    suffix = "_total" if family.type == "counter" else ""
    return MetricRow(family.name + suffix, family.type, tuple(metric._labelnames), family.documentation)

"""The judge: folds the raw log by itself and compares with it whatever Shiplog has made of the log.

That is: read model, timeline, the status topic's last values, alerts, rejected records.

Shares with the product only the pure domain; reads everything else back from PostgreSQL and from
the topics with consumers of its own.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
import psycopg
from kafka import KafkaConsumer, TopicPartition

from schemas.codec import UndecodableRecord, decode_event
from schemas.topics import Topics
from services.domain.announce import NOTHING_SAID, announce
from services.domain.facts import InvalidFact, fact_of
from services.domain.fold import fold, fold_all
from services.domain.shipment import Shipment, unseen
from services.domain.view import view

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """A record as a stock consumer saw it."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: dict[str, bytes]
    timestamp: int = 0
    """milliseconds since 1970, by the broker's clock"""


class Finding(NamedTuple):
    """One way in which something is not as the log says."""

    kind: str
    count: int
    examples: list[Any]

    def __str__(self) -> str:
        return f"{self.kind}: {self.count}, such as {self.examples}"


@dataclass(slots=True)
class Truth:
    """What must be, by the log alone."""

    views: dict[str, Json] = field(default_factory=dict)
    facts: dict[str, set[str]] = field(default_factory=dict)
    recorded: dict[str, str] = field(default_factory=dict)
    alert_ids: Counter[str] = field(default_factory=Counter)
    alerts: dict[str, Json] = field(default_factory=dict)
    bad: set[tuple[int, int]] = field(default_factory=set)
    bad_values: dict[tuple[int, int], bytes | None] = field(default_factory=dict)
    events: set[str] = field(default_factory=set)


def read_topic(kafka: str, topic: str, *, idle_polls: int = 3) -> list[Read]:
    """Every committed record of `topic`, by partition and offset."""
    consumer = KafkaConsumer(
        bootstrap_servers=kafka, isolation_level="read_committed", auto_offset_reset="earliest",
        enable_auto_commit=False, group_id=None, max_partition_fetch_bytes=8 << 20, metrics_enabled=False,
    )  # fmt: skip
    try:
        partitions = [TopicPartition(topic, p) for p in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(partitions)
        consumer.seek_to_beginning()
        ends = consumer.end_offsets(partitions)
        found: list[Read] = []
        while any(consumer.position(tp) < end for tp, end in ends.items()):
            for records in consumer.poll(timeout_ms=500, max_records=10_000).values():
                found += [
                    Read(r.partition, r.offset, r.key, r.value, dict(r.headers), r.timestamp) for r in records
                ]
    finally:
        consumer.close()
    return sorted(found, key=lambda r: (r.partition, r.offset))


def truth_of(records: list[Read]) -> Truth:
    """Fold the log: plain decoding, each shipment by itself, announcements in log order."""
    truth, shipments, said = Truth(), {}, {}
    # as bytes: a million of them parsed would be more than fits
    envelopes: dict[str, list[bytes]] = {}
    for record in records:
        try:
            decode_event(record.value)
            envelope = orjson.loads(record.value or b"")
            fact = fact_of(envelope)
        except (UndecodableRecord, InvalidFact):
            _put_aside(truth, record)
            continue
        key = envelope["shipment"]
        if record.key != key.encode():
            _put_aside(truth, record)
            continue
        truth.events.add(fact.event_id)
        known = truth.recorded.get(fact.event_id)
        truth.recorded[fact.event_id] = min(known or envelope["recorded_at"], envelope["recorded_at"])
        before: Shipment | None = shipments.get(key)
        after = fold(before or unseen(key), fact)
        envelopes.setdefault(key, []).append(record.value or b"")
        if before is not None and after is before:
            continue
        told, announcements = announce(said.get(key, NOTHING_SAID), before, after, fact)
        shipments[key], said[key] = after, told
        for announcement in announcements:
            truth.alert_ids[announcement["alert_id"]] += 1
            truth.alerts[announcement["alert_id"]] = announcement | {
                "shipment": key, "src_partition": record.partition, "src_offset": record.offset,
            }  # fmt: skip
    for key, texts in envelopes.items():
        members = [orjson.loads(text) for text in texts]
        from_scratch = fold_all(key, [fact_of(e) for e in members])
        truth.views[key] = orjson.loads(orjson.dumps(view(from_scratch)))
        truth.facts[key] = {e["event_id"] for e in members}
    return truth


def _put_aside(truth: Truth, record: Read) -> None:
    place = record.partition, record.offset
    truth.bad.add(place)
    truth.bad_values[place] = record.value


def differences(
    truth: Truth, *, kafka: str, database_url: str, names: Topics, model: str = "model_1"
) -> list[str]:
    """Everything that is not as the log says, one sentence each (the first few of a kind)."""
    return [
        str(each)
        for each in findings(truth, kafka=kafka, database_url=database_url, names=names, model=model)
    ]


def findings(
    truth: Truth, *, kafka: str, database_url: str, names: Topics, model: str = "model_1"
) -> list[Finding]:
    """Everything in read model, timeline, status topic and alerts that is not as the log says."""
    with psycopg.connect(database_url) as conn:
        found = _shipments(truth, conn, model) + _timeline(truth, conn, model)
    return found + _status(truth, kafka, names) + _alerts(truth, kafka, names)


def rejections(truth: Truth, *, kafka: str, names: Topics) -> list[Finding]:
    """What of the log's bad records is not in the rejected topic, byte for byte, and what is there besides.

    One that stands there twice is none: a burial is repeated when it is not known to have happened.
    """
    got: dict[tuple[int, int], bytes | None] = {}
    for record in read_topic(kafka, names.rejected.name):
        if record.headers["x-original-topic"].decode() == names.events.name:
            place = int(record.headers["x-original-partition"]), int(record.headers["x-original-offset"])
            got[place] = record.value
    altered = [p for p in got.keys() & truth.bad if (got[p] or b"") != (truth.bad_values[p] or b"")]
    return (
        some("rejected records missing", sorted(truth.bad - got.keys()))
        + some("rejected records too many", sorted(got.keys() - truth.bad))
        + some("rejected records altered", altered)
    )


def some(kind: str, items: list[Any]) -> list[Finding]:
    """A finding, if there are items."""
    return [Finding(kind, len(items), items[:3])] if items else []


def _shipments(truth: Truth, conn: psycopg.Connection, model: str) -> list[Finding]:
    stored = dict(conn.execute(f"SELECT shipment, view FROM {model}.read_shipments").fetchall())
    both = truth.views.keys() & stored.keys()
    wrong = [(k, _differing(truth.views[k], stored[k])) for k in both if truth.views[k] != stored[k]]
    return (
        some("shipments missing", sorted(truth.views.keys() - stored.keys()))
        + some("shipments too many", sorted(stored.keys() - truth.views.keys()))
        + some("views differ", wrong)
    )  # fmt: skip


def _differing(wanted: Json, got: Json) -> Json:
    return {m: (wanted.get(m), got.get(m)) for m in wanted.keys() | got.keys() if wanted.get(m) != got.get(m)}


def _timeline(truth: Truth, conn: psycopg.Connection, model: str) -> list[Finding]:
    rows = conn.execute(
        f"SELECT shipment, event_id::text, to_char(recorded_at AT TIME ZONE 'UTC', "
        f'\'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\'), event FROM {model}.read_timeline'
    ).fetchall()
    wanted = {(key, event) for key, events in truth.facts.items() for event in events}
    got = Counter((key, event) for key, event, _, _ in rows)
    late = [(e, at, truth.recorded.get(e)) for _, e, at, _ in rows if truth.recorded.get(e) != at]
    return (
        some("timeline rows missing", sorted(wanted - got.keys()))
        + some("timeline rows too many", sorted(got.keys() - wanted))
        + some("timeline rows doubled", [k for k, n in got.items() if n > 1])
        + some("recorded_at differs", late)
        + some("event in the wrong row", [e for _, e, _, event in rows if event["event_id"] != e])
    )  # fmt: skip


def _status(truth: Truth, kafka: str, names: Topics) -> list[Finding]:
    last: dict[str, Json] = {}
    seqs: dict[int, list[int]] = {}
    for record in read_topic(kafka, names.status.name):
        change = orjson.loads(record.value or b"null")
        last[change["shipment"]] = change["after"]
        seqs.setdefault(record.partition, []).append(change["seq"])
    gaps = [p for p, found in seqs.items() if found != list(range(1, len(found) + 1))]
    wrong = [(k, _differing(v, last.get(k, {}))) for k, v in truth.views.items() if last.get(k) != v]
    return some("status topic's last value differs", wrong) + some(
        "running numbers not 1..n in partitions", gaps
    )


def _alerts(truth: Truth, kafka: str, names: Topics) -> list[Finding]:
    got: Counter[str] = Counter()
    wrong = []
    for record in read_topic(kafka, names.alerts.name):
        alert = orjson.loads(record.value or b"null")
        got[alert["alert_id"]] += 1
        wanted = truth.alerts.get(alert["alert_id"])
        if wanted and any(wanted[m] != alert[m] for m in ("kind", "shipment", "src_partition", "src_offset")):
            wrong.append(alert)
    return (
        some("alerts missing", sorted(truth.alert_ids.keys() - got.keys()))
        + some("alerts too many", sorted(got.keys() - truth.alert_ids.keys()))
        + some("alerts doubled", [k for k, n in got.items() if n > 1])
        + some("alerts expected twice", [k for k, n in truth.alert_ids.items() if n > 1])
        + some("alerts that differ", wrong)
    )

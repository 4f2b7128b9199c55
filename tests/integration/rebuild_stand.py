"""A log with shipments of every kind and a live model folded from it by the projector's own parts."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

import orjson
import psycopg

from schemas.topics import topics
from services.projector.batch import begin, finish
from services.projector.claim import claim
from services.projector.folding import missing, restored, take
from services.projector.lane import lane_of
from services.projector.log_facts import ReaderFacts
from services.projector.migrate import migrate
from services.projector.publisher import status_record
from services.projector.rebuild.source import Source
from services.projector.rows import unsigned
from services.projector.store import Outbox, Reads, Store
from services.runtime.producer import LogProducer
from services.runtime.records import LogReader, scan
from services.runtime.topics import end_offsets, ensure_topics, topic_facts
from tests.bench.seeds import records

PARTITIONS = 4
# found by every Python process that is started with its folder in PYTHONPATH
_OTHER_RULES = """
import services.domain.fold as fold, services.domain.tell_rules as tell_rules, services.domain.view as shown

plain = shown.view

def view(shipment):
    return plain(shipment) | {"substatus": None}

fold.RULES_VERSION = 2
shown.view = view
tell_rules.RULES = tuple(rule for rule in tell_rules.RULES if rule is not tell_rules.delivered)
"""


class Watched:
    """Progress that keeps what it heard."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int | None]] = []
        self.records = 0

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins."""
        self.stages.append((name, total))

    def moved(self, records: int) -> None:
        """So many more."""
        self.records += records


def seeded(kafka: str, database: str, *, count: int, shipments: int) -> Source:
    """A migrated database, and topics of their own with so many records in the log."""
    migrate(database, partitions=PARTITIONS)
    names = topics(prefix=f"t{uuid4().hex[:10]}-", partitions=PARTITIONS)
    ensure_topics(kafka, names)
    topic_id, partitions = topic_facts(kafka, names.events.name)
    source = Source(kafka, names.events.name, names.status.name, topic_id, partitions, database)
    append(source, records(count, shipments=shipments))
    return source


def append(source: Source, more: Iterable[object]) -> None:
    """Write records to the log."""
    producer = LogProducer(source.kafka)
    producer.send(source.topic, [(None, record) for record in more]).result(60)
    producer.close()


def fold_live(source: Source, *, batch: int = 700) -> dict[int, int]:
    """Fold the model in force on to the log's end, as a projector does; where it stands then."""
    ends = end_offsets(source.kafka, source.topic)
    store, reads, reader = (
        Store(source.database_url),
        Reads(source.database_url),
        LogReader(source.kafka, source.topic),
    )
    try:
        for partition, end in ends.items():
            claimed = claim(
                reads.connection, partition, writer_pid=store.backend_pid, topic_id=source.topic_id,
                log=ReaderFacts(reader),
            )  # fmt: skip
            lane = lane_of(claimed, limit=300)
            reader.assign({partition: claimed.next_offset})
            while lane.next_offset < end:
                for found in reader.poll(200, batch).values():
                    keys = missing(lane, found, partitions=PARTITIONS)
                    for key, (events, said, hash_) in reads.states(claimed.model, keys).items():
                        lane.states.put(key, restored(key, events, said, stored_hash=unsigned(hash_)))
                    making = begin(lane)
                    take(making, found, partitions=PARTITIONS)
                    store.write(finish(making))
                    lane.states.trim(committed=making.number)
    finally:
        for each in (store, reads, reader):
            each.close()
    return ends


def rows(url: str, model: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the model's tables in the order of their keys, checkpoints without their owners."""
    statements = {
        "shipments": f"SELECT s::text FROM {model}.shipments s ORDER BY shipment",
        "timeline": f"SELECT t::text FROM {model}.timeline t ORDER BY partition, src_offset",
        "checkpoints": "SELECT partition, next_offset, last_event_id, next_seq, shipments, state_sum,"
        f" history_sum FROM {model}.checkpoints ORDER BY partition",
    }
    with psycopg.connect(url) as conn:
        return {name: conn.execute(statement).fetchall() for name, statement in statements.items()}


def started(source: Source, home: Path) -> "subprocess.Popen[bytes]":
    """`shiplog rebuild` in a process of its own."""
    command = [sys.executable, "-m", "services.cli", "rebuild", "--json"]
    return subprocess.Popen(
        command, env=environment(source, home), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def environment(source: Source, home: Path) -> dict[str, str]:
    """What commands for this log and database run with."""
    return {k: v for k, v in os.environ.items() if not k.startswith("SHIPLOG_")} | {
        "SHIPLOG_HOME": str(home),
        "SHIPLOG_KAFKA": source.kafka,
        "SHIPLOG_DATABASE_URL": source.database_url,
        "SHIPLOG_TOPIC_PREFIX": source.topic.removesuffix("shipment-events"),
        "SHIPLOG_PARTITIONS": str(PARTITIONS),
    }


def by_other_rules(environment: dict[str, str], folder: Path) -> dict[str, str]:
    """The same for processes that fold by other rules, which an empty folder is given."""
    (folder / "sitecustomize.py").write_text(_OTHER_RULES)
    return environment | {"PYTHONPATH": f"{folder}:{Path.cwd()}"}


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    """Rows of a statement, committed."""
    with psycopg.connect(url, autocommit=True) as conn:
        cursor = conn.execute(statement)
        return cursor.fetchall() if cursor.description else []


def publish(source: Source) -> None:
    """Tell the status topic of every change it has not heard of, as the publishers would."""
    reader = LogReader(source.kafka, source.status_topic)
    producer, outbox = LogProducer(source.kafka), Outbox(source.database_url)
    ((number,),) = query(source.database_url, "SELECT current FROM core.pointer")
    try:
        for partition in range(PARTITIONS):
            last = reader.last_record(partition)
            told = {"src_offset": -1, "seq": 0} if last is None else orjson.loads(last[3] or b"")
            position, seq = told["src_offset"], told["seq"]
            while changes := outbox.unpublished(
                f"model_{number}", partition, position=position, seq=seq, limit=1_000_000
            ):
                told_now = [(partition, status_record(change)) for change in changes]
                producer.send(source.status_topic, told_now).result(60)
                position, seq = changes[-1].src_offset, changes[-1].seq
    finally:
        for each in (reader, producer, outbox):
            each.close()


def told_numbers(source: Source) -> dict[int, list[int]]:
    """By partition the running numbers that stand in the status topic, in its order."""
    found: dict[int, list[int]] = {}
    for record in scan(source.kafka, source.status_topic):
        found.setdefault(record.partition, []).append(orjson.loads(record.value or b"")["seq"])
    return found

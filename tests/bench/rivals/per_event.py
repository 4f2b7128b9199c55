"""Rival: a projector as written first. Each event: SELECT, fold, INSERT, UPSERT, offset, commit."""

from collections.abc import Callable, Sequence
from pathlib import Path

import orjson
import psycopg
from kafka import KafkaConsumer, TopicPartition

from services.domain.announce import said_of
from services.domain.facts import fact_of
from services.domain.fold import fold_all
from services.domain.view import view
from services.runtime.postgres import load_queries
from tests.bench.child import contest, offsets
from tests.bench.rivals.plain_fold import Known, effect

QUERIES = load_queries((Path(__file__).parent / "plain.sql").read_text())


def prepare(kafka: str, topic: str, database_url: str, ends: dict[str, int]) -> Callable[[], None]:
    """A stock consumer at the log's beginning, and a connection."""
    consumer = KafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest", enable_auto_commit=False)
    places = [TopicPartition(topic, partition) for partition in offsets(ends)]
    consumer.assign(places)
    consumer.seek_to_beginning()
    conn = psycopg.connect(database_url)

    def run() -> None:
        for record in consumer:
            _take(conn.cursor(), record.partition, record.offset, record.key.decode(), record.value)
            conn.commit()

    return run


def _take(cursor: psycopg.Cursor, partition: int, offset: int, key: str, value: bytes) -> None:
    row = cursor.execute(QUERIES.get("stored"), (key,)).fetchone()
    found = effect(_known(key, row), value, partition=partition, offset=offset)
    if found is not None:
        cursor.execute(QUERIES.get("insert"), found.timeline)
        cursor.execute(QUERIES.get("upsert"), found.shipment)
    cursor.execute(QUERIES.get("advance"), (offset + 1, partition))


def _known(key: str, row: tuple[str | None, Sequence[str]] | None) -> Known | None:
    if row is None:
        return None
    said, events = row
    shipment = fold_all(key, [fact_of(orjson.loads(event)) for event in events])
    return Known(shipment, said_of(orjson.loads(said) if said else None), tuple(view(shipment).values()))


if __name__ == "__main__":
    contest(prepare)

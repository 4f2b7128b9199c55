"""Rival: the usual good projector. poll(n), pydantic, states in a dict, COPY, an upsert, offsets, one commit.

`most` 500 is kafka-python's default; 10,000 and no wait for the disk (`relaxed`) is the best of its kind.
"""

from collections.abc import Callable
from pathlib import Path

import psycopg
from kafka import KafkaConsumer, TopicPartition

from services.runtime.postgres import load_queries
from tests.bench.child import contest, offsets
from tests.bench.rivals.plain_fold import Effect, Known, effect

QUERIES = load_queries((Path(__file__).parent / "plain.sql").read_text())


def prepare(
    kafka: str, topic: str, database_url: str, ends: dict[str, int], most: int = 500, relaxed: bool = False
) -> Callable[[], None]:
    """A stock consumer at the log's beginning, and a connection."""
    consumer = KafkaConsumer(
        bootstrap_servers=kafka, auto_offset_reset="earliest", enable_auto_commit=False, max_poll_records=most
    )
    places = [TopicPartition(topic, partition) for partition in offsets(ends)]
    consumer.assign(places)
    consumer.seek_to_beginning()
    conn = psycopg.connect(database_url)
    conn.execute(QUERIES.get("stage"))
    if relaxed:
        conn.execute("SET synchronous_commit = off")
    conn.commit()
    states: dict[bytes, Known] = {}

    def run() -> None:
        done: dict[int, int] = {}
        while any(done.get(int(partition), 0) < end for partition, end in ends.items()):
            polled = consumer.poll(timeout_ms=500)
            effects = []
            for place, records in polled.items():
                for record in records:
                    found = effect(
                        states.get(record.key), record.value, partition=place.partition, offset=record.offset
                    )
                    if found is not None:
                        states[record.key] = found.after
                        effects.append(found)
                done[place.partition] = records[-1].offset + 1
            if polled:
                _write(conn, effects, {place.partition: done[place.partition] for place in polled})

    return run


def _write(conn: psycopg.Connection, effects: list[Effect], ends: dict[int, int]) -> None:
    newest = {each.shipment[0]: each.shipment for each in effects}
    with conn.cursor() as cursor:
        with cursor.copy(QUERIES.get("copy_timeline")) as copy:
            for each in effects:
                copy.write_row(each.timeline)
        with cursor.copy(QUERIES.get("copy_staged")) as copy:
            for key in sorted(newest):
                copy.write_row(newest[key])
        cursor.execute(QUERIES.get("upsert_staged"))
        for partition, end in ends.items():
            cursor.execute(QUERIES.get("advance"), (end, partition))
    conn.commit()


if __name__ == "__main__":
    contest(prepare)

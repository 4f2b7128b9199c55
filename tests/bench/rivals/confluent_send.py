"""Rival, the best known: librdkafka's producer, idempotent, lz4, batches of 256 KiB."""

import gc
import pickle
from collections.abc import Callable
from pathlib import Path

from confluent_kafka import Producer

from tests.bench.child import contest


def prepare(kafka: str, topic: str, records: str) -> Callable[[], None]:
    """A connected producer, and the records in memory."""
    with Path(records).open("rb") as file:
        waiting = pickle.load(file)
    gc.freeze()  # somebody would bring them, and nobody hold them
    producer = Producer(
        {
            "bootstrap.servers": kafka,
            "partitioner": "murmur2_random",
            "compression.type": "lz4",
            "linger.ms": 10,
            "batch.size": 262_144,
            "enable.idempotence": True,
            "queue.buffering.max.messages": 100_000,
        }
    )
    producer.list_topics(topic, timeout=30)

    def run() -> None:
        for key, value, headers in waiting:
            while True:
                try:
                    producer.produce(topic, value, key, headers=headers)
                    break
                except BufferError:
                    producer.poll(0.1)
        producer.flush()

    return run


if __name__ == "__main__":
    contest(prepare)

"""Rival: kafka-python's `KafkaProducer.send` with its defaults, record by record, a flush at the end."""

import gc
import pickle
from collections.abc import Callable
from pathlib import Path

from kafka import KafkaProducer

from tests.bench.child import contest


def prepare(kafka: str, topic: str, records: str) -> Callable[[], None]:
    """A connected producer, and the records in memory."""
    with Path(records).open("rb") as file:
        waiting = pickle.load(file)
    gc.freeze()  # somebody would bring them, and nobody hold them
    producer = KafkaProducer(bootstrap_servers=kafka)
    producer.partitions_for(topic)

    def run() -> None:
        for key, value, headers in waiting:
            producer.send(topic, value, key, headers=headers)
        producer.flush()

    return run


if __name__ == "__main__":
    contest(prepare)

"""Rival: kafka-python's own `KafkaConsumer.poll`."""

from collections.abc import Callable

from kafka import KafkaConsumer, TopicPartition

from tests.bench.child import contest, offsets, say


def prepare(kafka: str, topic: str, ends: dict[str, int]) -> Callable[[], None]:
    """A consumer that stands at the beginning of every partition."""
    left = offsets(ends)
    consumer = KafkaConsumer(
        bootstrap_servers=kafka,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_poll_records=10_000,
    )
    consumer.assign([TopicPartition(topic, partition) for partition in left])
    consumer.seek_to_beginning()

    def run() -> None:
        count = size = 0
        while count < sum(left.values()):
            for records in consumer.poll(timeout_ms=200).values():
                count += len(records)
                size += sum([len(record.value or b"") for record in records])
        say(read=count, bytes=size)

    return run


if __name__ == "__main__":
    contest(prepare)

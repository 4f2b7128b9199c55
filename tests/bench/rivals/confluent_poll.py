"""Rival, the best known: librdkafka's consumer in chunks of 10,000."""

from collections.abc import Callable

from confluent_kafka import Consumer, TopicPartition

from tests.bench.child import contest, offsets, say


def prepare(kafka: str, topic: str, ends: dict[str, int]) -> Callable[[], None]:
    """A consumer that fetches nothing before the word is given: it would work ahead in its own threads."""
    left = offsets(ends)
    consumer = Consumer(
        {
            "bootstrap.servers": kafka,
            "group.id": "bench-confluent",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "queued.min.messages": 200_000,
            "fetch.wait.max.ms": 100,
        }
    )
    consumer.list_topics(topic, timeout=30)

    def run() -> None:
        consumer.assign([TopicPartition(topic, partition, 0) for partition in left])
        count = size = 0
        while count < sum(left.values()):
            records = consumer.consume(10_000, 0.2)
            count += len(records)
            size += sum([len(record.value() or b"") for record in records])
        say(read=count, bytes=size)

    return run


if __name__ == "__main__":
    contest(prepare)

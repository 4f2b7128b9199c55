"""Whether a notifier may start: it must know from where, or the topic must never have lost a record."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from services.notifier.tail import last_record


class StatusTopicMissing(Exception):
    """The status topic does not exist, or has another partition count than the alerts topic."""


class UnknownStart(Exception):
    """Neither a committed offset nor a last alert says where to start, and records are gone already."""


@dataclass(frozen=True, slots=True)
class Start:
    """What is known of one partition before the first record is read."""

    committed: int | None
    log_start: int
    has_alert: bool


def refused(starts: Mapping[int, Start]) -> tuple[int, ...]:
    """The partitions on which alerts may have been missed without a trace."""
    return tuple(
        sorted(
            partition
            for partition, start in starts.items()
            if start.committed is None and not start.has_alert and start.log_start > 0
        )
    )


async def read_starts(
    bootstrap: str, *, group: str, status_topic: str, alerts_topic: str
) -> dict[int, Start]:
    """The facts `refused` needs, by partition; raises StatusTopicMissing and aiokafka's KafkaError."""
    count = await _partitions(bootstrap, status_topic, alerts_topic=alerts_topic)
    places = [TopicPartition(status_topic, partition) for partition in range(count)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    try:
        await consumer.start()
        consumer.assign(places)
        log_starts = await consumer.beginning_offsets(places)
        starts = {}
        for place in places:
            committed = await consumer.committed(place)
            has_alert = False
            if committed is None and log_starts[place] > 0:
                has_alert = await last_record(bootstrap, alerts_topic, place.partition) is not None
            starts[place.partition] = Start(committed, log_starts[place], has_alert)
        return starts
    finally:
        await consumer.stop()


async def _partitions(bootstrap: str, status_topic: str, *, alerts_topic: str) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        described = await admin.describe_topics([status_topic, alerts_topic])
    finally:
        await admin.close()
    counts = {topic["topic"]: len(topic["partitions"]) for topic in described}
    if missing := [topic for topic, count in counts.items() if count == 0]:
        raise StatusTopicMissing(f"no topic {', '.join(missing)}: run `shiplog topics apply`")
    if counts[status_topic] != counts[alerts_topic]:
        raise StatusTopicMissing(
            f"{status_topic} has {counts[status_topic]} partitions, {alerts_topic} has {counts[alerts_topic]}"
        )
    return counts[status_topic]

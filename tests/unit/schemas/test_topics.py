"""The topics, against the written-out table of the architecture."""

import pytest

from schemas.topics import topics

DAY_MS = 86_400_000

TABLE = {
    "shipment-events": (24, {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}),
    "shipment-events.rejected": (6, {"cleanup.policy": "delete", "retention.ms": str(90 * DAY_MS)}),
    "shipment-status": (24, {"cleanup.policy": "compact", "min.compaction.lag.ms": str(7 * DAY_MS)}),
    "shipment-alerts": (24, {"cleanup.policy": "delete", "retention.ms": str(90 * DAY_MS)}),
    "shipment-receipts": (6, {"cleanup.policy": "delete", "retention.ms": str(90 * DAY_MS)}),
    "shipment-positions": (6, {"cleanup.policy": "delete", "retention.ms": str(7 * DAY_MS)}),
}


def test_the_catalogue_has_the_six_topics_the_log_first() -> None:
    assert [topic.name for topic in topics().all()] == list(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_a_topic_has_the_partitions_and_settings_of_the_table(name: str) -> None:
    topic = next(topic for topic in topics().all() if topic.name == name)
    partitions, settings = TABLE[name]

    assert topic.partitions == partitions
    assert settings.items() <= topic.settings.items()
    assert topic.settings["message.timestamp.type"] == "LogAppendTime"


def test_the_rejected_topic_takes_records_64_kib_larger_than_the_log() -> None:
    named = topics()

    assert named.events.settings["max.message.bytes"] == str(2 * 1024 * 1024)
    assert named.rejected.settings["max.message.bytes"] == str(2 * 1024 * 1024 + 64 * 1024)


def test_status_and_alerts_follow_the_partitions_of_the_log_and_the_side_topics_never_exceed_them() -> None:
    small = topics(partitions=4)

    assert {topic.partitions for topic in small.all()} == {4}
    assert topics(partitions=48).alerts.partitions == 48
    assert topics(partitions=48).rejected.partitions == 6


def test_a_prefix_keeps_two_shiplogs_on_one_broker_apart() -> None:
    one, other = topics(prefix="a."), topics(prefix="b.")

    assert not {topic.name for topic in one.all()} & {topic.name for topic in other.all()}
    assert one.events.name == "a.shipment-events"

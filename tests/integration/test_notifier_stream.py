"""The notifier as a process on a real broker: dead letters, repeats, zombies, its end and its start."""

import asyncio
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen
from uuid import uuid4

import orjson
import pytest
from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import PolicyViolationError

from schemas.topics import Topics
from services.notifier.sink import FencedSink
from tests.integration.notifier_stand import (
    NotifierProcess,
    Reader,
    StatusWriter,
    alert_ids,
    make_topics,
    read_back,
    wait_until,
)
from tests.unit.notifier.statuses import status


@dataclass
class Stand:
    """One test's topics, a writer into them, a notifier, and a reader of its alerts."""

    kafka: str
    prefix: str
    names: Topics
    writer: StatusWriter
    notifier: NotifierProcess
    alerts: Reader

    def told(self, count: int, *, seconds: float = 90) -> bool:
        """Whether that many alerts were there in time."""
        return wait_until(seconds, lambda: len(self.alerts.read()) >= count)

    def metric(self, name: str) -> float:
        """The sum of a metric's values as the notifier serves them."""
        address = orjson.loads(self.notifier.ready_file.read_bytes())["metrics"]
        with urlopen(address) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


@pytest.fixture
def stand(kafka: str, tmp_path: Path) -> Iterator[Stand]:
    prefix = f"stream-{uuid4().hex[:8]}-"
    names = make_topics(kafka, prefix)
    writer = StatusWriter(kafka, names.status.name, name=f"{prefix}writer")
    notifier = NotifierProcess(kafka, prefix, tmp_path)
    alerts = Reader(kafka, names.alerts.name)
    yield Stand(kafka, prefix, names, writer, notifier, alerts)
    notifier.stop()
    writer.close()
    alerts.close()


def test_alerts_stand_on_the_partition_of_their_status_and_carry_its_key(stand: Stand) -> None:
    stand.writer.write(12, partition=3)
    stand.writer.write(12, partition=1)
    stand.notifier.start()

    assert stand.told(len(stand.writer.expected))

    told = stand.alerts.read()
    assert alert_ids(told) == dict.fromkeys(stand.writer.expected, 1)
    for read in told:
        alert = orjson.loads(read.value)
        assert read.partition == alert["src_partition"]
        assert read.key == alert["shipment"].encode()
        assert dict(read.headers)["ce_id"] == alert["alert_id"].encode()


def test_what_cannot_be_read_goes_to_rejected_and_the_rest_goes_on(stand: Stand) -> None:
    stand.writer.write(6, partition=0)
    bad = [(b"acme:P0N1", b"{broken"), (b"acme:P0N2", None), (b"acme:P0N3", b'{"schema_version":7}')]
    for key, value in bad:
        stand.writer.raw(key, value, partition=0)
    stand.writer.write(6, partition=0)
    stand.notifier.start()

    assert stand.told(len(stand.writer.expected))

    letters = read_back(stand.kafka, stand.names.rejected.name)
    assert alert_ids(stand.alerts.read()) == dict.fromkeys(stand.writer.expected, 1)
    assert {(read.key, read.value) for read in letters} == {(key, value or b"") for key, value in bad}
    headers = {read.key: dict(read.headers) for read in letters}
    assert headers[b"acme:P0N1"]["x-original-topic"] == stand.names.status.name.encode()
    assert headers[b"acme:P0N1"]["x-original-partition"] == b"0"
    assert headers[b"acme:P0N1"]["x-error-class"] == b"invalid_json"
    assert headers[b"acme:P0N2"]["x-error-class"] == b"null_value"
    assert headers[b"acme:P0N3"]["x-error-class"] == b"schema_version"


def test_a_status_that_is_published_again_is_not_told_again(stand: Stand) -> None:
    stand.writer.write(6, partition=2)
    again = status(3, partition=2, announcements=2)
    stand.writer.raw(again["shipment"].encode(), orjson.dumps(again), partition=2)
    stand.writer.write(6, partition=2)
    stand.notifier.start()

    assert stand.told(len(stand.writer.expected))

    assert alert_ids(stand.alerts.read()) == dict.fromkeys(stand.writer.expected, 1)
    assert stand.metric("shiplog_status_skipped_total") == 1


def test_what_a_publisher_took_back_is_never_told(stand: Stand) -> None:
    stand.writer.write(6, partition=1)
    stand.writer.write(6, partition=1, aborted=True)
    stand.writer.write(6, partition=1)
    stand.notifier.start()

    assert stand.told(len(stand.writer.expected))

    assert alert_ids(stand.alerts.read()) == dict.fromkeys(stand.writer.expected, 1)
    assert stand.metric("shiplog_status_skipped_total") == 0


def test_a_gap_in_the_running_numbers_is_counted(stand: Stand) -> None:
    stand.writer.write(6, partition=2)
    later = status(40, partition=2, announcements=1)
    stand.writer.raw(later["shipment"].encode(), orjson.dumps(later), partition=2)
    stand.notifier.start()

    assert stand.told(len(stand.writer.expected) + 1)

    assert stand.metric('shiplog_sequence_gaps_total{partition="2"}') == 34


def test_a_sink_taken_by_another_is_taken_back_without_losing_or_doubling(stand: Stand) -> None:
    stand.writer.write(30, partition=0)
    stand.notifier.start()
    assert stand.told(len(stand.writer.expected))

    asyncio.run(_steal(stand))
    stand.writer.write(30, partition=0)
    assert stand.told(len(stand.writer.expected))

    assert alert_ids(stand.alerts.read()) == dict.fromkeys(stand.writer.expected, 1)
    assert stand.metric("shiplog_sink_lost_total") == 1


async def _steal(stand: Stand) -> None:
    sink = FencedSink(stand.kafka, stand.names.alerts.name, 0, f"{stand.prefix}alerts-0")
    await sink.open()
    await sink.close()


def test_sigterm_ends_it_in_time_and_the_next_one_goes_on(stand: Stand) -> None:
    stand.notifier.start()
    stand.writer.write(300, partition=0)
    assert stand.told(10)
    assert wait_until(60, stand.notifier.ready_file.exists)

    stand.writer.write(3_000, partition=0)
    code = stand.notifier.send(signal.SIGTERM)
    assert code == 0
    assert not stand.notifier.ready_file.exists()

    stand.notifier.start()
    assert stand.told(len(stand.writer.expected))
    assert alert_ids(stand.alerts.read()) == dict.fromkeys(stand.writer.expected, 1)


def test_it_does_not_start_where_alerts_may_have_been_missed(stand: Stand) -> None:
    _lose_records(stand)

    stand.notifier.start()

    assert stand.notifier.process is not None
    assert stand.notifier.process.wait(60) == 1
    assert "SHIPLOG_NOTIFIER_FROM=earliest" in stand.notifier.log.read_text()


def test_it_starts_there_when_told_to(stand: Stand, tmp_path: Path) -> None:
    _lose_records(stand)
    told_to = NotifierProcess(stand.kafka, stand.prefix, tmp_path, SHIPLOG_NOTIFIER_FROM="earliest")

    told_to.start()
    try:
        assert stand.told(1)
    finally:
        told_to.stop()


def _lose_records(stand: Stand) -> None:
    stand.writer.write(12, partition=0)
    # records can only be deleted from a topic that is not only compacted
    admin = KafkaAdminClient(bootstrap_servers=stand.kafka)
    admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, stand.names.status.name, {"cleanup.policy": "delete"})]
    )
    assert wait_until(20, lambda: _deleted(admin, stand.names.status.name))
    admin.close()


def _deleted(admin: KafkaAdminClient, topic: str) -> bool:
    try:
        admin.delete_records({TopicPartition(topic, 0): 3})
    except PolicyViolationError:  # the broker has not heard of the new policy yet
        return False
    return True


def test_without_its_topics_it_says_so(kafka: str, tmp_path: Path) -> None:
    notifier = NotifierProcess(kafka, f"none-{uuid4().hex[:8]}-", tmp_path)

    notifier.start()

    assert notifier.process is not None
    assert notifier.process.wait(60) == 1
    assert "shiplog topics apply" in notifier.log.read_text()

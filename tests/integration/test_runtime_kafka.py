"""Topics and the producer on a real broker."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType

from schemas.codec import Record
from schemas.topics import Topics, topics
from services.runtime.clock import monotonic
from services.runtime.kafka import partition_for
from services.runtime.outcomes import BrokerUnavailable, Refused, Sent
from services.runtime.producer import LogProducer
from services.runtime.records import scan
from services.runtime.topics import check_topics, committed_offsets, end_offsets, ensure_topics, topic_facts


@pytest.fixture
def catalogue(kafka: str) -> Topics:
    """Topics of this test's own, created."""
    wanted = topics(prefix=f"t{uuid4().hex[:8]}-", partitions=3)
    ensure_topics(kafka, wanted)
    return wanted


@pytest.fixture(params=["quick", "plain"])
def producer(
    kafka: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LogProducer]:
    """A producer by the quick way and by the library's own, closed at the end."""
    if request.param == "plain":
        monkeypatch.setattr("services.runtime.producer.fits", lambda _: False)
    made = LogProducer(kafka)
    yield made
    made.close()


def test_topics_are_created_once_and_as_the_catalogue_says(kafka: str, catalogue: Topics) -> None:
    assert ensure_topics(kafka, catalogue) == []
    assert check_topics(kafka, catalogue) == []
    assert topic_facts(kafka, catalogue.events.name)[1] == 3
    assert topic_facts(kafka, catalogue.events.name)[0] != topic_facts(kafka, catalogue.status.name)[0]


def test_every_difference_is_told(kafka: str, catalogue: Topics) -> None:
    prefix = catalogue.events.name.removesuffix("shipment-events")
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, catalogue.alerts.name, {"retention.ms": "1000"})]
    )
    admin.close()

    differences: list[str] = []
    deadline = monotonic() + 10
    while len(differences) < 7 and monotonic() < deadline:  # a changed setting takes its time
        differences = check_topics(kafka, topics(prefix=prefix, partitions=4))
    missing = check_topics(kafka, topics(prefix="never-made-", partitions=4))

    assert f"{catalogue.events.name} has 3 partitions, not 4" in differences
    assert f"{catalogue.alerts.name}: retention.ms is 1000, not 7776000000" in differences
    assert missing == [f"{topic.name} is missing" for topic in topics(prefix="never-made-").all()]


def test_a_missing_topic_has_no_facts(kafka: str) -> None:
    with pytest.raises(LookupError, match="no-such-topic"):
        topic_facts(kafka, "no-such-topic")


def test_a_batch_is_acknowledged_where_the_keys_belong(
    kafka: str, catalogue: Topics, producer: LogProducer
) -> None:
    name = catalogue.events.name
    records = [Record(f"dhl:{n}".encode(), f"v{n}".encode(), [("ce_id", b"%d" % n)]) for n in range(50)]

    outcomes = producer.send(name, [(None, record) for record in records]).result(10)

    read = {(each.partition, each.offset): each for each in scan(kafka, name)}
    assert len(read) == 50
    for record, outcome in zip(records, outcomes, strict=True):
        assert isinstance(outcome, Sent)
        found = read[outcome]
        assert (found.key, found.value, found.headers) == (record.key, record.value, record.headers)
        assert outcome.partition == partition_for(record.key, 3)


def test_the_empty_key_is_sent_as_none(kafka: str, catalogue: Topics, producer: LogProducer) -> None:
    producer.send(catalogue.rejected.name, [(None, Record(b"", b"lost", []))]).result(10)

    assert [(each.key, each.value) for each in scan(kafka, catalogue.rejected.name)] == [(None, b"lost")]


def test_a_record_above_the_topics_limit_is_refused_and_the_others_stand(
    kafka: str, catalogue: Topics, producer: LogProducer
) -> None:
    noise = b"".join((n * 2654435761 % 2**32).to_bytes(4, "big") for n in range(530_000))
    values = [b"a", noise, b"b", noise + noise, b"c"]

    outcomes = producer.send(
        catalogue.events.name, [(1, Record(b"k", value, [])) for value in values]
    ).result(20)

    assert [type(outcome) for outcome in outcomes] == [Sent, Refused, Sent, Refused, Sent]
    assert {each.error_class for each in outcomes if isinstance(each, Refused)} == {"too_large"}
    assert [each.value for each in scan(kafka, catalogue.events.name)] == [b"a", b"b", b"c"]


def test_a_missing_topic_is_passing_trouble_and_holds_nothing(kafka: str) -> None:
    producer = LogProducer(kafka, delivery=timedelta(seconds=1))

    with pytest.raises(BrokerUnavailable):
        producer.send("no-such-topic", [(None, Record(b"k", b"v", []))])

    assert producer.in_flight_bytes == 0
    producer.close()


def test_ends_and_committed_offsets_are_told(kafka: str, catalogue: Topics, producer: LogProducer) -> None:
    name = catalogue.events.name
    producer.send(name, [(0, Record(b"k", b"v", [])), (2, Record(b"k", b"v", []))]).result(10)
    group = f"g{uuid4().hex[:8]}"
    consumer = KafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False)
    consumer.assign([TopicPartition(name, 2)])
    consumer.seek(TopicPartition(name, 2), 1)
    consumer.commit()
    consumer.close()

    assert end_offsets(kafka, name) == {0: 1, 1: 0, 2: 1}
    assert committed_offsets(kafka, group, name) == {2: 1}
    assert committed_offsets(kafka, group, catalogue.alerts.name) == {}


def test_a_stable_end_lies_before_an_open_transaction(kafka: str, catalogue: Topics) -> None:
    name = catalogue.status.name
    writer = KafkaProducer(bootstrap_servers=kafka, transactional_id=f"open-{name}")
    writer.init_transactions()
    writer.begin_transaction()
    writer.send(name, b"v", b"k", partition=1).get(10)

    stable, all_of_it = end_offsets(kafka, name, read_committed=True)[1], end_offsets(kafka, name)[1]
    writer.abort_transaction()
    writer.close()

    assert (stable, all_of_it) == (0, 1)


def test_a_limit_that_only_the_broker_knows_costs_no_other_record(
    kafka: str, catalogue: Topics, producer: LogProducer
) -> None:
    name = catalogue.events.name
    producer.send(name, [(1, Record(b"k", b"first", []))]).result(10)
    limit_to(kafka, name, 1_000)
    noise = b"".join((n * 2654435761 % 2**32).to_bytes(4, "big") for n in range(1_000))

    outcomes = producer.send(name, [(1, Record(b"k", value, [])) for value in (b"a", noise, b"b")]).result(30)
    after = producer.send(name, [(1, Record(b"k", b"c", []))]).result(10)

    assert [type(outcome) for outcome in outcomes + after] == [Sent, Refused, Sent, Sent]
    values = [each.value for each in scan(kafka, name)]
    assert set(values) == {b"first", b"a", b"b", b"c"}


def limit_to(kafka: str, name: str, size: int) -> None:
    """Lower a topic's limit, and wait until the broker goes by it."""
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, {"max.message.bytes": str(size)})])
    asked = [ConfigResource(ConfigResourceType.TOPIC, name)]
    deadline = monotonic() + 10
    told = ""
    while told != str(size) and monotonic() < deadline:
        told = admin.describe_configs(asked)["topic"][name].get("max.message.bytes", {}).get("value", "")
    admin.close()

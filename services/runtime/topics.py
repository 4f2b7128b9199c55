"""Topics: made where missing, compared with the catalogue, and their facts as the broker tells them."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors
from kafka.admin import ConfigResource, ConfigResourceType

from schemas.topics import Topic, Topics
from services.runtime.clock import monotonic
from services.runtime.kafka import CONNECT_TIMEOUT_MS, REQUEST_TIMEOUT_MS, connected, kafka_trouble

_COORDINATOR_PAUSE_S: Final = 0.1


def ensure_topics(bootstrap: str, topics: Topics, *, replication: int = 1) -> list[str]:
    """Create the topics that are missing and return their names; existing ones are left as they are.

    From three replicas on, two must have a record before it is acknowledged. Raises BrokerUnavailable.
    """
    durable = {"min.insync.replicas": "2"} if replication >= 3 else {}
    with _admin(bootstrap) as admin:
        there = set(admin.list_topics())
        missing = {
            topic.name: {
                "num_partitions": topic.partitions,
                "replication_factor": replication,
                "configs": topic.settings | durable,
            }
            for topic in topics.all()
            if topic.name not in there
        }
        if missing:
            answer = admin.create_topics(missing, raise_errors=False)
            _raise_creation_errors(answer)
            admin.wait_for_topics(list(missing))
    return list(missing)


def check_topics(bootstrap: str, topics: Topics) -> list[str]:
    """How the broker's topics differ from the catalogue, one sentence each; empty when they do not."""
    with _admin(bootstrap) as admin:
        there = set(admin.list_topics())
        present = [topic for topic in topics.all() if topic.name in there]
        counts = {each["name"]: len(each["partitions"]) for each in _described(admin, present)}
        settings = _settings(admin, present)
    differences = [f"{topic.name} is missing" for topic in topics.all() if topic.name not in there]
    for topic in present:
        if counts[topic.name] != topic.partitions:
            differences.append(f"{topic.name} has {counts[topic.name]} partitions, not {topic.partitions}")
        for name, wanted in topic.settings.items():
            found = settings[topic.name].get(name)
            if found != wanted:
                differences.append(f"{topic.name}: {name} is {found}, not {wanted}")
    return differences


def topic_facts(bootstrap: str, name: str) -> tuple[str, int]:
    """Topic id and number of partitions; raises LookupError when it is missing, BrokerUnavailable."""
    with _admin(bootstrap) as admin:
        described = admin.describe_topics([name])
    if not described or described[0]["error_code"] != 0:
        raise LookupError(f"the topic {name} is missing")
    return str(described[0]["topic_id"]), len(described[0]["partitions"])


def end_offsets(bootstrap: str, topic: str, *, read_committed: bool = False) -> dict[int, int]:
    """By partition the offset the next record will get; `read_committed`: of the last stable record."""
    isolation = "read_committed" if read_committed else "read_uncommitted"
    with kafka_trouble():
        consumer = connected(
            KafkaConsumer,
            bootstrap,
            isolation_level=isolation,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            metrics_enabled=False,
        )
        try:
            partitions = [TopicPartition(topic, each) for each in consumer.partitions_for_topic(topic)]
            return {tp.partition: end for tp, end in consumer.end_offsets(partitions).items()}
        finally:
            consumer.close()


def committed_offsets(bootstrap: str, group: str, topic: str) -> dict[int, int]:
    """By partition what a consumer group has told Kafka; partitions it told nothing of are left out."""
    with _admin(bootstrap) as admin:
        told = _patiently(lambda: admin.list_group_offsets({group: None})[group])
    return {tp.partition: each.offset for tp, each in told.items() if tp.topic == topic and each.offset >= 0}


def size_limit(bootstrap: str, name: str, *, most: int) -> int:
    """The topic's max.message.bytes, never above `most`, and `most` where the broker does not tell.

    Raises BrokerUnavailable.
    """
    with _admin(bootstrap) as admin:
        asked = [ConfigResource(ConfigResourceType.TOPIC, name)]
        told = admin.describe_configs(asked, config_filter="all").get("topic", {}).get(name, {})
    limit = told.get("max.message.bytes", {}).get("value")
    return min(int(limit), most) if limit else most


@contextmanager
def _admin(bootstrap: str) -> Iterator[Any]:
    with kafka_trouble():
        admin = connected(KafkaAdminClient, bootstrap, request_timeout_ms=REQUEST_TIMEOUT_MS)
        try:
            yield admin
        finally:
            admin.close()


def _patiently(call: Callable[[], Any]) -> Any:
    """Call again while the group coordinator is only being made (the first group of a new cluster)."""
    deadline = monotonic() + CONNECT_TIMEOUT_MS / 1000
    while True:
        try:
            return call()
        except (kafka_errors.CoordinatorNotAvailableError, kafka_errors.CoordinatorLoadInProgressError):
            if monotonic() > deadline:
                raise
            time.sleep(_COORDINATOR_PAUSE_S)


def _raise_creation_errors(answer: Mapping[str, Any]) -> None:
    for topic in answer["topics"]:
        error = kafka_errors.for_code(topic["error_code"])
        # another process may have created it in the same moment
        if error not in (kafka_errors.NoError, kafka_errors.TopicAlreadyExistsError):
            raise error(f"{topic['name']}: {topic['error_message']}")


def _described(admin: Any, topics: Sequence[Topic]) -> list[Mapping[str, Any]]:
    return list(admin.describe_topics([topic.name for topic in topics])) if topics else []


def _settings(admin: Any, topics: Sequence[Topic]) -> dict[str, dict[str, str]]:
    if not topics:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics]
    told = admin.describe_configs(asked, config_filter="all")["topic"]
    return {name: {key: each["value"] for key, each in members.items()} for name, members in told.items()}

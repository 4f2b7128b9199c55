"""Kafka: partitions, topics and their facts, and the producer that writes the log."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple, TypeVar

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka import errors as kafka_errors
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.net.compat import KafkaNetClient
from kafka.partitioner.default import murmur2
from kafka.record.default_records import DefaultRecordBatchBuilder

from schemas.codec import Record
from schemas.topics import MAX_REJECTED_BYTES, Topic, Topics
from services.runtime.batches import BatchProducer, BrokerUnavailable, Outcome, Pending, Refused, Sent
from services.runtime.clock import monotonic

__all__ = [
    "BrokerUnavailable",
    "LogProducer",
    "Outcome",
    "RecordRefused",
    "Refused",
    "Sent",
    "check_topics",
    "committed_offsets",
    "end_offsets",
    "ensure_topics",
    "kafka_trouble",
    "partition_for",
    "refusal",
    "topic_facts",
]

Client = TypeVar("Client")

CONNECT_TIMEOUT_MS: Final = 5_000
REQUEST_TIMEOUT_MS: Final = 10_000
MAX_REQUEST_BYTES: Final = MAX_REJECTED_BYTES + 64 * 1024
BATCH_BYTES: Final = 256 * 1024

_LINGER_MS: Final = 5
_DELIVERY: Final = timedelta(seconds=5)
_IN_FLIGHT_BYTES: Final = 64 * 1024 * 1024

# Sent again they would be refused again: (the client's error, our word for it).
_REFUSALS: Final = (
    (kafka_errors.MessageSizeTooLargeError, "too_large"),
    (kafka_errors.RecordListTooLargeError, "too_large"),
    (kafka_errors.InvalidTimestampError, "invalid_timestamp"),
    (kafka_errors.AuthorizationError, "not_authorised"),
    (kafka_errors.InvalidRecordError, "invalid_record"),
    (kafka_errors.PolicyViolationError, "policy_violation"),
)

_HEADERS_ROOM: Final = 16 * 1024
_COORDINATOR_PAUSE_S: Final = 0.1

_MISTAKES: Final = (
    kafka_errors.KafkaConfigurationError,
    kafka_errors.IllegalStateError,
    kafka_errors.IllegalArgumentError,
)


class RecordRefused(Exception):
    """The broker refuses a record for good (size, timestamp, authorisation): never retriable."""

    def __init__(self, error_class: str, detail: str) -> None:
        super().__init__(f"{error_class}: {detail}")
        self.error_class = error_class
        self.detail = detail


@lru_cache(maxsize=1 << 17)
def partition_for(key: bytes, partitions: int) -> int:
    """The partition every Kafka client's default partitioner chooses for `key`."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions


def refusal(error: BaseException) -> Refused | None:
    """What to say of a record the client failed with `error`, or None when the trouble passes."""
    for kind, word in _REFUSALS:
        if isinstance(error, kind):
            return Refused(word, str(error))
    return None


# --- topics and their facts ---


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


@contextmanager
def kafka_trouble() -> Iterator[None]:
    """Turn the client's errors into BrokerUnavailable, except those that tell of a mistake of ours."""
    try:
        yield
    except _MISTAKES:
        raise
    except kafka_errors.KafkaError as error:
        raise BrokerUnavailable(f"{type(error).__name__}: {error}") from error


def connected(kind: Callable[..., Client], bootstrap: str, **settings: Any) -> Client:
    """A consumer, producer or admin client that has reached the broker within `CONNECT_TIMEOUT_MS`.

    Raises the client's KafkaTimeoutError. A constructor that fails leaves its IO thread and sockets
    behind, one more with every try: they are closed here.
    """
    made: list[KafkaNetClient] = []

    def remember(**options: Any) -> KafkaNetClient:
        made.append(KafkaNetClient(**options))
        return made[-1]

    try:
        return kind(
            bootstrap_servers=bootstrap,
            bootstrap_timeout_ms=CONNECT_TIMEOUT_MS,
            kafka_client=remember,
            **settings,
        )
    except kafka_errors.KafkaError:
        for client in made:
            client.close()
        raise


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


# --- the producer ---


class LogProducer(BatchProducer):
    """Writes records with acks=all, idempotent, and tells of each batch when Kafka has it. Thread-safe.

    `send(topic, [(partition or None, record), ...])`: a record without partition goes where its key
    belongs; the empty key counts as none. It connects at the first `send`.
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        max_in_flight_bytes: int = _IN_FLIGHT_BYTES,
        delivery: timedelta = _DELIVERY,
        compression: str | None = "lz4",
    ) -> None:
        super().__init__(
            partial(_Client, bootstrap, delivery, compression),
            max_in_flight_bytes=max_in_flight_bytes,
            delivery=delivery,
        )


class _Client:
    """kafka-python's producer as `batches.Client`."""

    def __init__(self, bootstrap: str, delivery: timedelta, compression: str | None) -> None:
        delivery_ms = round(delivery.total_seconds() * 1000)
        with kafka_trouble():
            self._producer = connected(
                KafkaProducer,
                bootstrap,
                acks="all",
                enable_idempotence=True,
                compression_type=compression,
                batch_size=BATCH_BYTES,
                linger_ms=_LINGER_MS,
                max_request_size=MAX_REQUEST_BYTES,
                delivery_timeout_ms=delivery_ms,
                request_timeout_ms=delivery_ms - 2 * _LINGER_MS,
                max_block_ms=delivery_ms,
                reconnect_backoff_max_ms=1_000,
                allow_auto_create_topics=False,
                metrics_enabled=False,
            )
        self._bootstrap = bootstrap
        self._facts: dict[str, _TopicFacts] = {}

    def partition(self, topic: str, key: bytes) -> int | None:
        if not key:
            return None
        return partition_for(key, self._facts_of(topic).partitions)

    def send(self, topic: str, record: Record, partition: int | None) -> Pending | Refused:
        limit = self._facts_of(topic).max_bytes
        if len(record.key) + len(record.value) > limit - _HEADERS_ROOM:
            size = DefaultRecordBatchBuilder.estimate_size_in_bytes(record.key, record.value, record.headers)
            if size > limit:
                return Refused("too_large", f"{size} bytes are more than the topic's {limit}")
        try:
            pending: Pending = self._producer.send(
                topic, record.value, record.key or None, headers=record.headers, partition=partition
            )
        except kafka_errors.KafkaError as error:
            raise BrokerUnavailable(f"{type(error).__name__}: {error}") from error
        return pending

    def outcome(self, pending: Pending) -> Outcome | None:
        if pending.exception is None:
            return Sent(pending.value.partition, pending.value.offset)
        return refusal(pending.exception)

    def is_broken(self, error: BaseException) -> bool:
        return not isinstance(error, kafka_errors.RetriableError)

    def close(self, timeout: float) -> None:
        close_producer(self._producer, timeout=timeout)

    def _facts_of(self, topic: str) -> "_TopicFacts":
        if topic not in self._facts:
            with kafka_trouble():
                partitions = len(self._producer.partitions_for(topic))
            self._facts[topic] = _TopicFacts(partitions, _size_limit(self._bootstrap, topic))
        return self._facts[topic]


class _TopicFacts(NamedTuple):
    """What a producer must know of a topic; the number of partitions is fixed for its life."""

    partitions: int
    max_bytes: int


def _size_limit(bootstrap: str, topic: str) -> int:
    """The topic's max.message.bytes, ours where the broker does not tell.

    Asked for beforehand, because a size that only the broker finds too large costs the whole producer.
    """
    with _admin(bootstrap) as admin:
        asked = [ConfigResource(ConfigResourceType.TOPIC, topic)]
        told = admin.describe_configs(asked, config_filter="all").get("topic", {}).get(topic, {})
    limit = told.get("max.message.bytes", {}).get("value")
    return min(int(limit), MAX_REQUEST_BYTES) if limit else MAX_REQUEST_BYTES


def close_producer(producer: KafkaProducer, *, timeout: float) -> None:
    """Close within about `timeout` seconds; what is unacknowledged then fails instead of lingering."""
    try:
        producer.close(timeout)
    except kafka_errors.KafkaError:
        # close() flushes first; when that times out or meets a split batch, it has ended nothing yet
        producer._sender.force_close()
        producer._sender.join(timeout=1.0)
        producer.close(0)

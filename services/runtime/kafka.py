"""The client of Kafka: how it connects, where a key belongs, and its errors in our words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, TypeVar

from kafka import errors as kafka_errors
from kafka.net.compat import KafkaNetClient
from kafka.partitioner.default import murmur2

from services.runtime.outcomes import BrokerUnavailable, Refused
from services.runtime.quick_selector import QuickSelector

Client = TypeVar("Client")

CONNECT_TIMEOUT_MS: Final = 5_000
REQUEST_TIMEOUT_MS: Final = 10_000

# Sent again they would be refused again: (the client's error, our word for it).
_REFUSALS: Final = (
    (kafka_errors.MessageSizeTooLargeError, "too_large"),
    (kafka_errors.RecordListTooLargeError, "too_large"),
    (kafka_errors.InvalidTimestampError, "invalid_timestamp"),
    (kafka_errors.AuthorizationError, "not_authorised"),
    (kafka_errors.InvalidRecordError, "invalid_record"),
    (kafka_errors.PolicyViolationError, "policy_violation"),
)

_MISTAKES: Final = (
    kafka_errors.KafkaConfigurationError,
    kafka_errors.IllegalStateError,
    kafka_errors.IllegalArgumentError,
)


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
            selector=QuickSelector,
            **settings,
        )
    except kafka_errors.KafkaError:
        for client in made:
            client.close()
        raise

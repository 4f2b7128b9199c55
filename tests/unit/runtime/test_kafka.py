"""Partitions and refusals, as every Kafka client sees them."""

import pytest
from aiokafka.partitioner import murmur2
from hypothesis import given
from hypothesis import strategies as st
from kafka import errors

from services.runtime.kafka import partition_for, refusal
from services.runtime.outcomes import Refused


@given(st.binary(min_size=1, max_size=60), st.integers(1, 100))
def test_a_key_has_the_partition_the_other_client_gives_it(key: bytes, partitions: int) -> None:
    assert partition_for(key, partitions) == (murmur2(key) & 0x7FFFFFFF) % partitions


@pytest.mark.parametrize(
    ("key", "hashed"),
    [(b"21", -973932308), (b"foobar", -790332482), (b"a-little-bit-long-string", -985981536)],
)
def test_the_hash_is_javas(key: bytes, hashed: int) -> None:
    assert partition_for(key, 24) == (hashed & 0x7FFFFFFF) % 24


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (errors.MessageSizeTooLargeError("x"), "too_large"),
        (errors.InvalidTimestampError("x"), "invalid_timestamp"),
        (errors.TopicAuthorizationFailedError("x"), "not_authorised"),
    ],
    ids=str,
)
def test_what_would_be_refused_again_is_refused(error: Exception, word: str) -> None:
    refused = refusal(error)

    assert isinstance(refused, Refused)
    assert refused.error_class == word


@pytest.mark.parametrize(
    "error",
    [
        errors.KafkaTimeoutError("x"),
        errors.NotEnoughReplicasError("x"),
        errors.ProducerFencedError("x"),
        errors.UnknownTopicOrPartitionError("x"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_may_pass_is_not_refused(error: Exception) -> None:
    assert refusal(error) is None

"""One key, one partition: kafka-python, aiokafka, the Java client and our own code agree."""

import pytest
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as aiokafka_murmur2
from kafka.partitioner.default import murmur2 as kafka_python_murmur2

from services.runtime.kafka import partition_for

JAVA_HASHES = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}
"""From the Java client's own test of its hash (UtilsTest.testMurmur2); 32-bit, signed."""

KEYS = [
    *JAVA_HASHES,
    b"",
    b"a:1",
    b"acme:AB123",
    b"dhl:JD014600006281230704",
    b"acme:" + b"~" * 64,
    "acme:Ünïcode".encode(),
    *(f"carrier_{n % 7}:{n:012d}".encode() for n in range(500)),
]


@pytest.mark.parametrize(("key", "java"), JAVA_HASHES.items())
def test_both_python_clients_hash_as_java_does(key: bytes, java: int) -> None:
    assert kafka_python_murmur2(key) == java & 0xFFFFFFFF
    assert aiokafka_murmur2(key) == java & 0xFFFFFFFF


@pytest.mark.parametrize(("key", "java"), JAVA_HASHES.items())
@pytest.mark.parametrize("partitions", [1, 4, 6, 24])
def test_our_partition_is_the_java_default(key: bytes, java: int, partitions: int) -> None:
    assert partition_for(key, partitions) == (java & 0x7FFFFFFF) % partitions


@pytest.mark.parametrize("partitions", [1, 4, 6, 24])
def test_our_partition_is_that_of_both_clients_for_every_key(partitions: int) -> None:
    everywhere = list(range(partitions))

    for key in KEYS:
        theirs = DefaultPartitioner()(key, everywhere, everywhere)
        assert partition_for(key, partitions) == theirs
        assert partition_for(key, partitions) == (kafka_python_murmur2(key) & 0x7FFFFFFF) % partitions


def test_a_negative_hash_gives_a_partition_too() -> None:
    assert JAVA_HASHES[b"21"] < 0
    assert partition_for(b"21", 24) == (JAVA_HASHES[b"21"] & 0x7FFFFFFF) % 24

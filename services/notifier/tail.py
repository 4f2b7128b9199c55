"""The tail of a partition: where it ends for readers, and the last committed record before that."""

import asyncio
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import BrokerResponseError, LeaderNotAvailableError, for_code
from aiokafka.protocol.offset import OffsetRequest

from schemas.topics import MAX_REJECTED_BYTES
from services.runtime.sink import LastRecord

READ_UNCOMMITTED: Final = 0
READ_COMMITTED: Final = 1
_LATEST: Final = -1
_NO_REPLICA: Final = -1
_POLL_MS: Final = 200
_FIRST_LOOK_S: Final = 0.003
_LAST_LOOK_S: Final = 0.05
"""Between two looks, the first ones close together: markers follow their commit within milliseconds."""


async def end_offset(client: AIOKafkaClient, place: TopicPartition, isolation: int) -> int:
    """The end of a partition for readers of that isolation; waits for its leader, for ever.

    Raises aiokafka's KafkaError when the broker is away.
    """
    while True:
        try:
            return await _asked_end(client, place, isolation)
        except BrokerResponseError as error:
            if not error.retriable:
                raise
        client.force_metadata_update()
        await asyncio.sleep(_LAST_LOOK_S)


async def wait_readable(client: AIOKafkaClient, place: TopicPartition, offset: int) -> None:
    """Return once readers of committed records may go beyond `offset`; waits for ever.

    The answer to a commit or abort only promises the marker that lets them.
    """
    pause = _FIRST_LOOK_S
    await asyncio.sleep(pause)
    while await end_offset(client, place, READ_COMMITTED) <= offset:
        pause = min(2 * pause, _LAST_LOOK_S)
        await asyncio.sleep(pause)


async def last_record(bootstrap: str, topic: str, partition: int) -> LastRecord | None:
    """The last committed data record of a partition, or None; raises aiokafka's KafkaError."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=50,
        max_partition_fetch_bytes=MAX_REJECTED_BYTES,
    )
    try:
        await consumer.start()
        return await _walk_back(consumer, TopicPartition(topic, partition))
    finally:
        await consumer.stop()


async def _asked_end(client: AIOKafkaClient, place: TopicPartition, isolation: int) -> int:
    leader = client.cluster.leader_for_partition(place)
    if leader is None or leader < 0:
        raise LeaderNotAvailableError(str(place))
    asked = [(place.topic, [(place.partition, _LATEST)])]
    answer = await client.send(leader, OffsetRequest(_NO_REPLICA, isolation, asked))
    _, code, _, offset = answer.topics[0][1][0]
    if code:
        raise for_code(code)(str(place))
    return int(offset)


async def _walk_back(consumer: AIOKafkaConsumer, place: TopicPartition) -> LastRecord | None:
    # Doubling windows, stopped by position: the log may end in markers or in what was aborted.
    consumer.assign([place])
    start = (await consumer.beginning_offsets([place]))[place]
    end = (await consumer.end_offsets([place]))[place]
    window, low = 2, end
    while low > start:
        low = max(start, end - window)
        consumer.seek(place, low)
        found = await _last_before(consumer, place, end=end)
        if found is not None:
            return found
        window *= 2
    return None


async def _last_before(consumer: AIOKafkaConsumer, place: TopicPartition, *, end: int) -> LastRecord | None:
    found: LastRecord | None = None
    while await consumer.position(place) < end:
        batch = await consumer.getmany(place, timeout_ms=_POLL_MS)
        for record in batch.get(place, ()):
            if record.offset < end:
                found = (record.offset, record.key, record.value)
    return found

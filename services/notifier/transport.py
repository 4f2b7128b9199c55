"""Faust's Kafka transport: committed records only, and all of a partition that a fetch brings at once.

Faust ties the isolation level to its own exactly-once mode. The status topic is written in
transactions: read uncommitted, an aborted batch would be told, and then told again. And Faust spends
several tasks on each message, a tenth of a millisecond: so a message is a whole run of records.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import aiokafka
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from faust.transport.drivers.aiokafka import (
    AIOKafkaConsumerThread,
    Consumer,
    Transport,
    credentials_to_aiokafka_auth,
    server_list,
)
from faust.transport.utils import DefaultSchedulingStrategy
from faust.types import TP
from faust.types.tuples import ConsumerMessage

FetchedRecords = list[aiokafka.ConsumerRecord[bytes, bytes]]


class Run(ConsumerMessage):
    """Consecutive records of one partition as one message, never empty; its offset is that of the last.

    The offsets before it are to Faust what transaction markers are: a gap. It commits a gap only when a
    message behind it is acknowledged, so nothing of a run is committed before the whole run is.
    """

    __slots__ = ("records",)

    records: FetchedRecords


class Runs(DefaultSchedulingStrategy):
    """Hands each partition's records on together instead of one by one in turn."""

    def iterate(self, records: Mapping[TP, FetchedRecords]) -> Iterator[tuple[TP, FetchedRecords]]:
        """(partition, its records), as they were fetched."""
        return ((place, fetched) for place, fetched in records.items() if fetched)


class CommittedConsumerThread(AIOKafkaConsumerThread):
    """The thread that owns the consumer."""

    logger = AIOKafkaConsumerThread.logger

    def _create_worker_consumer(self, transport: Transport) -> aiokafka.AIOKafkaConsumer:
        conf = self.app.conf
        self._assignor = RoundRobinPartitionAssignor
        return aiokafka.AIOKafkaConsumer(
            bootstrap_servers=server_list(transport.url, transport.default_port),
            client_id=conf.broker_client_id,
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id,
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
            enable_auto_commit=False,
            auto_offset_reset=conf.consumer_auto_offset_reset,
            isolation_level="read_committed",
            max_poll_records=conf.broker_max_poll_records,
            max_poll_interval_ms=_ms(conf.broker_max_poll_interval or 0),
            max_partition_fetch_bytes=conf.consumer_max_fetch_size,
            request_timeout_ms=_ms(conf.broker_request_timeout),
            session_timeout_ms=_ms(conf.broker_session_timeout),
            rebalance_timeout_ms=_ms(conf.broker_rebalance_timeout),
            heartbeat_interval_ms=_ms(conf.broker_heartbeat_interval),
            **credentials_to_aiokafka_auth(conf.broker_credentials, conf.ssl_context),
        )


class CommittedConsumer(Consumer):
    """A consumer whose thread reads committed, and whose messages are runs."""

    logger = Consumer.logger  # else the library's lines would come under our name

    fetched: dict[int, int]
    """Offset behind the last record fetched, by partition, since partitions moved last.

    Not all that is fetched reaches the stream: Faust was seen to drop a fetch and to go on behind it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fetched = {}
        self._before_refusal: dict[TP, int | None] = {}

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        done: bool = await super()._commit(offsets)
        if not done:
            self._before_refusal = {place: self._committed_offset.get(place) for place in offsets}
        return done

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        # The library notes offsets as committed also where a rebalance has refused them. In a group that
        # had none it forgot that by nothing, and acknowledgements below were ignored for ever.
        self._before_refusal = {}
        done: bool = await super()._commit_offsets(offsets, start_new_transaction)
        self._committed_offset.update(self._before_refusal)
        return done

    @property
    def is_outside(self) -> bool:
        """Whether the group has not taken it in, or not yet again."""
        consumer: Any = self._thread._consumer
        if consumer is None or consumer._coordinator is None:
            return True
        subscription = consumer._subscription.subscription
        return subscription is None or bool(consumer._coordinator.need_rejoin(subscription))

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return CommittedConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Any:  # noqa: ASYNC109 - theirs
        records = await super()._getmany(active_partitions, timeout)
        for place, found in (records or {}).items():
            if found:
                self.fetched[place.partition] = found[-1].offset + 1
        return records

    def _to_message(self, tp: TP, record: FetchedRecords) -> Run:
        last = record[-1]
        run = Run(
            tp.topic,
            tp.partition,
            last.offset,
            last.timestamp / 1000,
            last.timestamp_type,
            headers=None,
            key=b"",
            value=b"",
            checksum=None,
            tp=tp,
            generation_id=self.app.consumer_generation_id,
        )
        run.records = record
        return run


class CommittedTransport(Transport):
    """What an app's `transport` is set to."""

    Consumer = CommittedConsumer


def _ms(seconds: float) -> int:
    return int(seconds * 1000)

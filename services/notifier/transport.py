"""Faust's Kafka transport with a consumer that reads committed records only.

Faust ties the isolation level to its own exactly-once mode. The status topic is written in
transactions: read uncommitted, an aborted batch would be told, and then told again.
"""

import aiokafka
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from faust.transport.drivers.aiokafka import (
    AIOKafkaConsumerThread,
    Consumer,
    Transport,
    credentials_to_aiokafka_auth,
    server_list,
)


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
    """A consumer whose thread reads committed."""

    logger = Consumer.logger  # else the library's lines would come under our name

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return CommittedConsumerThread(self, loop=self.loop, beacon=self.beacon)


class CommittedTransport(Transport):
    """What an app's `transport` is set to."""

    Consumer = CommittedConsumer


def _ms(seconds: float) -> int:
    return int(seconds * 1000)

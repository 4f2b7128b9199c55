"""The sink contract on FencedSink and a real broker."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient

from tests.contracts.sink_contract import SinkContract
from tests.contracts.sink_stages import LIMIT_BYTES, BrokerStage


class TestFencedSink(SinkContract):
    """Everything the contract says."""

    @pytest.fixture
    def stage(self, kafka: str) -> Iterator[BrokerStage]:
        """A fresh topic of the session's broker."""
        topic = f"sink-{uuid4().hex[:8]}"
        admin = KafkaAdminClient(bootstrap_servers=kafka)
        settings = {"max.message.bytes": str(LIMIT_BYTES), "message.timestamp.type": "LogAppendTime"}
        admin.create_topics(
            {topic: {"num_partitions": 2, "replication_factor": 1, "configs": settings}},
            wait_for_metadata=True,
        )
        admin.close()
        stage = BrokerStage(kafka, topic)
        yield stage
        stage.close()

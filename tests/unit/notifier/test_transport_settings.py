"""The client that Faust gets: it reads committed records only, and commits nothing by itself."""

from types import SimpleNamespace
from typing import Any

from services.notifier import transport
from services.notifier.transport import CommittedConsumerThread


def test_the_consumer_reads_committed_records_and_commits_nothing_by_itself(monkeypatch: Any) -> None:
    told: dict[str, Any] = {}
    monkeypatch.setattr(transport.aiokafka, "AIOKafkaConsumer", lambda **settings: told.update(settings))
    conf = SimpleNamespace(
        id="notifier", ssl_context=None, broker_credentials=None, broker_client_id="c",
        consumer_group_instance_id="me", consumer_auto_offset_reset="earliest", broker_max_poll_records=None,
        broker_max_poll_interval=1.0, consumer_max_fetch_size=1, broker_request_timeout=1.0,
        broker_session_timeout=1.0, broker_rebalance_timeout=1.0, broker_heartbeat_interval=1.0,
    )  # fmt: skip
    thread = SimpleNamespace(app=SimpleNamespace(conf=conf))

    CommittedConsumerThread._create_worker_consumer(
        thread,  # type: ignore[arg-type]
        SimpleNamespace(url=[], default_port=9092),  # type: ignore[arg-type]
    )

    assert told["isolation_level"] == "read_committed"
    assert told["enable_auto_commit"] is False
    assert (told["group_id"], told["group_instance_id"]) == ("notifier", "me")

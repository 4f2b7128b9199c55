"""The Faust application: what it reads, and how it is kept from writing anything of its own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import faust

from services.notifier.transport import CommittedTransport, Runs

GROUP: Final = "notifier"
HEARTBEAT_S: Final = 3.0
SESSION_S: Final = 10.0
COMMIT_INTERVAL_S: Final = 0.5
RUN_RECORDS: Final = 2_000
WAITING_RUNS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSettings:
    """What the stream needs to know. `instance` names this process among the group's static members."""

    bootstrap: str
    status_topic: str
    partitions: int
    group: str
    instance: str
    folder: Path


def build_app(settings: AppSettings) -> tuple[faust.App, Any]:
    """A new application and its status topic; nothing is connected before the app is started.

    At least once, read committed, static membership, no web server, no leader topic, no tables, no
    topics created: each was seen to lose or double alerts, or to stall, when left as it comes.
    """
    app = faust.App(
        settings.group,
        broker=f"kafka://{settings.bootstrap}",
        store="memory://",
        datadir=settings.folder,
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        consumer_group_instance_id=settings.instance,
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=SESSION_S,
        broker_heartbeat_interval=HEARTBEAT_S,
        broker_commit_interval=COMMIT_INTERVAL_S,
        broker_max_poll_records=RUN_RECORDS,
        stream_buffer_maxsize=WAITING_RUNS,
        ConsumerScheduler=Runs,
        processing_guarantee="at_least_once",
        # our lanes hold events that are not acknowledged yet: waiting for them would hold up a rebalance
        stream_wait_empty=False,
    )
    app.transport = CommittedTransport(app.conf.broker_consumer, app)
    status = app.topic(
        settings.status_topic,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
    )
    return app, status

"""Wires the projector: one consumer thread, a writer, a publisher per partition, a health endpoint."""

import gc
import sys
from datetime import timedelta
from importlib.metadata import version

from schemas.topics import topics
from services.projector.batch import Batch
from services.projector.burial import Burial
from services.projector.lanes import Lanes, reasons
from services.projector.log_facts import ReaderFacts
from services.projector.loop import Projector
from services.projector.observe import observe
from services.projector.publishers import Publishers
from services.projector.store import Outbox, Reads, keep_topic_facts
from services.projector.writer import Writer
from services.runtime.clock import WallClock
from services.runtime.config import Settings, read_settings
from services.runtime.health import Health, serve_health
from services.runtime.kafka import LogProducer, topic_facts
from services.runtime.lifecycle import StopSignal, announce_ready
from services.runtime.log import configure_logging
from services.runtime.records import GroupReader, LogReader
from services.runtime.sink import FencedSink

_STALL_AFTER = timedelta(seconds=30)
_GC_THRESHOLDS = (200_000, 50, 1_000)
"""States hold no cycles: looking for some in all of them at the default pace took a quarter of the time."""
_SWITCH_INTERVAL = 0.0005
"""Fold and writer take turns ten times as often as by default (0.59 -> 0.75 of the writer's rate)."""


def run(settings: Settings, stop: StopSignal) -> int:
    """Project until told to stop; the process's exit code."""
    sys.setswitchinterval(_SWITCH_INTERVAL)
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
    clock = WallClock()
    names = topics(prefix=settings.topic_prefix, partitions=settings.partitions)
    topic_id, partitions = topic_facts(settings.kafka, names.events.name)
    keep_topic_facts(settings.database_url, names.events.name, topic_id=topic_id, partitions=partitions)
    publishers = Publishers(
        outbox=lambda: Outbox(settings.database_url),
        sink=lambda p: FencedSink(
            settings.kafka, names.status.name, p, transactional_id=f"{settings.topic_prefix}status-{p}"
        ),
    )
    producer = LogProducer(settings.kafka)
    burial = Burial(
        producer,
        topic=names.rejected.name,
        original_topic=names.events.name,
        code_version=version("shiplog"),
        stop=stop,
    )

    def committed(batch: Batch) -> None:
        publishers.hand_over(batch)
        observe(batch, clock=clock)

    reader = GroupReader(
        settings.kafka,
        names.events.name,
        group_id=f"{settings.topic_prefix}projector",
        group_instance_id=settings.instance,
        session_timeout=settings.session_timeout,
    )
    probe = LogReader(settings.kafka, names.events.name)
    writer = Writer(settings.database_url, bury=burial.bury, committed=committed)
    lanes = Lanes(
        reader=reader,
        writer=writer,
        publishers=publishers,
        log=ReaderFacts(probe),
        connect_reads=lambda: Reads(settings.database_url),
        topic_id=topic_id,
        cache_limit=settings.cached_shipments // partitions,
    )
    health = Health(_STALL_AFTER)
    health.add_check("partitions", lambda: reasons(lanes.stopped, lanes.waiting()))
    health.add_check("publishers", publishers.trouble)
    health.add_check("postgres", lambda: None if lanes.connected else "not connected")
    server = serve_health(health, settings.host, settings.metrics_port)
    announce_ready(settings.home, "projector", {"metrics": f"{server.url}/metrics"})
    try:
        Projector(reader=reader, writer=writer, lanes=lanes, health=health, partitions=partitions).run(stop)
        publishers.drain(timeout=3.0)
    finally:
        reader.close()
        probe.close()
        writer.close()
        producer.close()
        server.close()
    return 0


def main() -> int:
    """The entry point of `python -m services.projector`."""
    settings = read_settings()
    configure_logging(settings.log_level, "projector")
    return run(settings, StopSignal())


if __name__ == "__main__":
    sys.exit(main())

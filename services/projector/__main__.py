"""Wires the projector: one consumer thread, a writer, a publisher per partition, a health endpoint."""

import sys
import threading
from contextlib import ExitStack
from datetime import timedelta
from importlib.metadata import version
from typing import Final

from schemas.topics import Topics, topics
from services.projector.batch import Finished
from services.projector.burial import Burial
from services.projector.fold_process import FoldProcess
from services.projector.folder import Folder, Folding, InlineFolder
from services.projector.folders import Folders
from services.projector.lanes import Lanes
from services.projector.log_facts import ReaderFacts
from services.projector.loop import Projector
from services.projector.observe import observe, reasons
from services.projector.publishers import Publishers
from services.projector.store import Outbox, Reads, keep_topic_facts
from services.projector.writer import Writer
from services.runtime.clock import WallClock
from services.runtime.config import Settings, read_settings
from services.runtime.group import GroupReader
from services.runtime.health import Health, serve_health
from services.runtime.lifecycle import StopSignal, announce_ready, withdraw_ready
from services.runtime.log import configure_logging
from services.runtime.log_ends import LogEnds
from services.runtime.producer import LogProducer
from services.runtime.records import LogReader
from services.runtime.sink import FencedSink
from services.runtime.topics import topic_facts

SERVICE: Final = "projector"
_STALL_AFTER: Final = timedelta(seconds=20)
_PUBLISH_LAST: Final = 3.0
_SWITCH_S: Final = 0.0005
"""Threads here hand each other small things all the time: at the usual 5 ms they wait for who computes."""


def run(settings: Settings, stop: StopSignal) -> int:
    """Project until told to stop; the process's exit code.

    Raises BrokerUnavailable, psycopg.Error, TopicChanged when it cannot start.
    """
    names = topics(prefix=settings.topic_prefix, partitions=settings.partitions)
    topic_id, partitions = topic_facts(settings.kafka, names.events.name)
    keep_topic_facts(settings.database_url, names.events.name, topic_id=topic_id, partitions=partitions)
    sys.setswitchinterval(_SWITCH_S)
    with ExitStack() as stack:
        health = Health(_STALL_AFTER)
        server = serve_health(health, settings.host, settings.metrics_port)
        stack.callback(server.close)
        moved = threading.Event()
        folders = _folders(settings, partitions, moved, stack=stack)
        publishers = _publishers(settings, names)
        reader = _reader(settings, names)
        stack.callback(reader.close)
        ends = _log_ends(settings, names, stack=stack)
        writer = _writer(settings, names, publishers, moved, stop=stop, stack=stack)
        lanes = Lanes(
            reader=reader,
            writer=writer,
            publishers=publishers,
            folders=folders,
            log=_log_facts(settings, names, stack=stack),
            connect_reads=lambda: Reads(settings.database_url),
            topic_id=topic_id,
            cache_limit=settings.cached_shipments // partitions,
        )
        _watch(health, lanes, publishers)
        announce_ready(settings.home, SERVICE, {"metrics": f"{server.url}/metrics"})
        stack.callback(withdraw_ready, settings.home, SERVICE)
        Projector(
            reader=reader,
            folders=folders,
            writer=writer,
            lanes=lanes,
            health=health,
            topic=names.events.name,
            clock=WallClock(),
            ends=lambda: ends.ends,
        ).run(stop)
        publishers.drain(timeout=_PUBLISH_LAST)
    return 0


def _watch(health: Health, lanes: Lanes, publishers: Publishers) -> None:
    """What must be well for the projector to be ready."""
    health.add_check("partitions", lambda: reasons(lanes.stopped, lanes.waiting()))
    health.add_check("group", lambda: None if lanes.has_joined else "no partitions given yet")
    health.add_check("publishers", publishers.trouble)
    health.add_check("postgres", lambda: None if lanes.connected else "not connected")


def _folders(settings: Settings, partitions: int, moved: threading.Event, *, stack: ExitStack) -> Folders:
    """A fold process per core, as far as there are partitions; on one core the loop folds by itself."""
    folders: list[Folder] = []
    for number in range(min(settings.fold_processes, partitions)):
        child = FoldProcess(
            f"fold-{number}", partitions=partitions, database_url=settings.database_url, arrived=moved
        )
        stack.callback(child.close)
        folders.append(child)
    if not folders:
        folding = Folding(partitions=partitions, connect=lambda: Reads(settings.database_url))
        stack.callback(folding.close)
        folders.append(InlineFolder(folding))
    return Folders(folders, arrived=moved)


def _log_ends(settings: Settings, names: Topics, *, stack: ExitStack) -> LogEnds:
    ends = LogEnds(settings.kafka, names.events.name)
    ends.start()
    stack.callback(ends.stop)
    return ends


def _reader(settings: Settings, names: Topics) -> GroupReader:
    return GroupReader(
        settings.kafka,
        names.events.name,
        group_id=f"{settings.topic_prefix}{SERVICE}",
        group_instance_id=settings.instance,
        session_timeout=settings.session_timeout,
    )


def _publishers(settings: Settings, names: Topics) -> Publishers:
    def sink(partition: int) -> FencedSink:
        transactional_id = f"{settings.topic_prefix}status-{partition}"
        return FencedSink(settings.kafka, names.status.name, partition, transactional_id=transactional_id)

    return Publishers(outbox=lambda: Outbox(settings.database_url), sink=sink)


def _writer(
    settings: Settings,
    names: Topics,
    publishers: Publishers,
    moved: threading.Event,
    *,
    stop: StopSignal,
    stack: ExitStack,
) -> Writer:
    producer = LogProducer(settings.kafka)
    stack.callback(producer.close)
    burial = Burial(
        producer,
        topic=names.rejected.name,
        original_topic=names.events.name,
        code_version=version("shiplog"),
        stop=stop,
    )
    clock = WallClock()

    def committed(batch: Finished) -> None:
        publishers.hand_over(batch)
        observe(batch, clock=clock)

    writer = Writer(settings.database_url, bury=burial.bury, committed=committed, moved=moved)
    stack.callback(writer.close)
    return writer


def _log_facts(settings: Settings, names: Topics, *, stack: ExitStack) -> ReaderFacts:
    probe = LogReader(settings.kafka, names.events.name)
    stack.callback(probe.close)
    return ReaderFacts(probe)


def main() -> int:
    """The entry point of `python -m services.projector`."""
    settings = read_settings()
    configure_logging(settings.log_level, SERVICE)
    return run(settings, StopSignal())


if __name__ == "__main__":
    sys.exit(main())

"""Wires ingest: the spool and its drain, the way into the log, the row in PostgreSQL, the HTTP server."""

import socket
import sys
from contextlib import ExitStack
from datetime import timedelta
from importlib.metadata import version
from uuid import uuid4

from schemas.topics import Topics, topics
from services.ingest.command_times import CommandTimes
from services.ingest.commands import Commands
from services.ingest.drain import Drain
from services.ingest.http import Parts, build_app
from services.ingest.instance_store import InstanceStore
from services.ingest.instances import InstanceRow
from services.ingest.keystore import Keystore, ensure_master_key
from services.ingest.publisher import Publisher
from services.ingest.reading.zones import read_places
from services.ingest.refusals import Refusals
from services.ingest.registry import carriers, read_secrets
from services.ingest.service import Ingest
from services.ingest.shipment_store import ShipmentStore
from services.ingest.spool import Spool
from services.ingest.webhooks import Webhooks
from services.runtime.clock import WallClock
from services.runtime.config import Settings, read_settings
from services.runtime.health import Health
from services.runtime.http_auth import Gate, RememberedKeys, is_loopback
from services.runtime.http_server import HttpServer, listen
from services.runtime.lifecycle import StopSignal, announce_ready, withdraw_ready
from services.runtime.log import configure_logging
from services.runtime.producer import LogProducer

_STALL_AFTER = timedelta(seconds=15)
_LAST_SENDS = timedelta(seconds=1)
_CONNECTION_PATIENCE = timedelta(seconds=1)
"""How long a request waits for the first word of a broker; what it brought is spooled then."""
_PROBE_S = 1.0


def run(settings: Settings, stop: StopSignal) -> int:
    """Take events in until told to stop; the process's exit code."""
    names = topics(prefix=settings.topic_prefix, partitions=settings.partitions)
    with ExitStack() as stack:
        publisher, spool = _publisher(settings, names, stack=stack)
        parts = _parts(settings, names, publisher, spool, stack=stack)
        # a second of work that many requests at once would else each begin for themselves
        read_places()
        listener, url = listen(settings.host, settings.ingest_port)
        stack.callback(withdraw_ready, settings.home, "ingest")
        HttpServer(
            build_app(parts),
            listener,
            stopped=stop.is_set,
            turn=parts.health.beat,
            ready=lambda: _announce(settings, url),
        ).serve_until_stopped()
    return 0


def _publisher(settings: Settings, names: Topics, *, stack: ExitStack) -> tuple[Publisher, Spool]:
    """The way into the log, with the spool beside it and what empties that again."""
    instance = f"ingest-{uuid4().hex[:16]}"
    producer = LogProducer(settings.kafka, patience=_CONNECTION_PATIENCE)
    stack.callback(producer.close, timeout=_LAST_SENDS)
    spool = Spool(settings.home / "spool", instance=instance)
    stack.callback(spool.close)
    refusals = Refusals(spool, rejected=names.rejected.name, code_version=version("shiplog"))
    publisher = Publisher(producer, spool, refusals)
    rows = InstanceStore(settings.database_url)
    stack.callback(rows.close)
    oldest = publisher.oldest_unlogged_ms
    row = InstanceRow(instance, rows, clock=WallClock(), oldest_unlogged_ms=oldest)
    row.start()
    stack.callback(row.stop)
    drain = Drain(spool, producer, refusals, events_topic=names.events.name, adopted=row.forget)
    drain.start()
    stack.callback(drain.stop)
    return publisher, spool


def _parts(
    settings: Settings, names: Topics, publisher: Publisher, spool: Spool, *, stack: ExitStack
) -> Parts:
    """What the routes call."""
    keys = Keystore(settings.database_url, master=ensure_master_key(settings.master_key_file))
    stack.callback(keys.close)
    store = ShipmentStore(settings.database_url)
    stack.callback(store.close)
    times = CommandTimes(settings.home / "commands.sqlite")
    stack.callback(times.close)
    ingest = Ingest(publisher, keys, names, WallClock())
    health = Health(_STALL_AFTER)
    health.add_check("kafka", lambda: _unreachable(settings.kafka))
    health.add_check("postgres", store.answers)
    health.add_check("spool", spool.trouble)
    return Parts(
        ingest=ingest,
        webhooks=Webhooks(ingest, carriers(), read_secrets(settings.home), version("shiplog")),
        commands=Commands(ingest, times),
        store=store,
        gate=Gate(
            needed=settings.api_key is not None or not is_loopback(settings.host),
            configured=settings.api_key,
            known=RememberedKeys(store.key_of),
        ),
        health=health,
    )


def _announce(settings: Settings, url: str) -> None:
    announce_ready(settings.home, "ingest", {"http": url, "metrics": f"{url}/metrics"})


def _unreachable(bootstrap: str) -> str | None:
    """None when one of the bootstrap servers takes a connection."""
    for server in bootstrap.split(","):
        host, _, port = server.strip().rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), timeout=_PROBE_S):
                return None
        except OSError:
            continue
    return "no bootstrap server takes a connection"


def main() -> int:
    """The entry point of `python -m services.ingest`."""
    settings = read_settings()
    configure_logging(settings.log_level, "ingest")
    return run(settings, StopSignal())


if __name__ == "__main__":
    sys.exit(main())

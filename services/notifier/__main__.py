"""The notifier: `python -m services.notifier`."""

import asyncio
import logging
import os
import random
import sys
import threading
from datetime import timedelta
from importlib.metadata import version

from aiokafka.errors import KafkaError

from schemas.topics import topics
from services.notifier.app import GROUP, AppSettings
from services.notifier.forgotten import on_trouble
from services.notifier.lane import Lane
from services.notifier.lanes import Lanes
from services.notifier.quiet import quieten
from services.notifier.rejects import Rejects
from services.notifier.service import StreamEnded, Watch, live
from services.notifier.sink import FencedSink
from services.notifier.starting import StatusTopicMissing, UnknownStart, read_starts, refused
from services.notifier.transport import CommittedTransport
from services.runtime import metrics
from services.runtime.clock import WallClock
from services.runtime.config import Settings, read_settings
from services.runtime.group_offsets import GroupOffsets
from services.runtime.health import Health, serve_health
from services.runtime.lifecycle import StopSignal, announce_ready, backoff, withdraw_ready
from services.runtime.log import configure_logging, get_logger
from services.runtime.log_ends import LogEnds

SERVICE = "notifier"
STALL_AFTER = timedelta(seconds=20)
END_WITHIN = timedelta(seconds=11)
"""Less than `shiplog up` waits before it kills, more than an orderly end takes."""

log = get_logger(__name__)


def run(settings: Settings, stop: StopSignal, *, start_anywhere: bool = False) -> int:
    """Serve until `stop` is set; 0, or 1 when it must not or cannot start.

    Each notifier of a group is a static member and needs a `settings.instance` of its own.
    `start_anywhere`: begin at the status topic's first record even where alerts may have been missed
    (SHIPLOG_NOTIFIER_FROM=earliest).
    """
    configure_logging(settings.log_level, SERVICE)
    logging.getLogger(CommittedTransport.__module__).setLevel(logging.WARNING)  # Faust's lines, our module
    quieten()
    health = Health(STALL_AFTER)
    server = serve_health(health, settings.host, settings.metrics_port)
    notifier = _Notifier(settings, health, addresses={"metrics": f"{server.url}/metrics"})
    try:
        return asyncio.run(notifier.serve(stop, start_anywhere=start_anywhere))
    finally:
        withdraw_ready(settings.home, SERVICE)
        server.close()


class _Notifier:
    def __init__(self, settings: Settings, health: Health, *, addresses: dict[str, str]) -> None:
        prefix, instance = settings.topic_prefix, settings.instance or f"{GROUP}-0"
        names = topics(prefix=prefix, partitions=settings.partitions)
        self._settings = settings
        self._names = names
        self._prefix = prefix
        self._health = health
        self._addresses = addresses
        self._clock = WallClock()
        self._assigned = False
        self._lanes: Lanes | None = None
        self._app = AppSettings(
            bootstrap=settings.kafka,
            status_topic=names.status.name,
            partitions=settings.partitions,
            group=f"{prefix}{GROUP}",
            instance=f"{prefix}{instance}",
            folder=settings.home / "run" / f"faust-{instance}",
        )
        health.add_check("assignment", lambda: None if self._assigned else "no partitions yet")
        health.add_check("alerts", self._trouble)

    async def serve(self, stop: StopSignal, *, start_anywhere: bool) -> int:
        self._app.folder.mkdir(parents=True, exist_ok=True)
        asyncio.get_running_loop().set_exception_handler(on_trouble)
        attempt = 0
        while not stop.is_set():
            began = self._clock.now_ms()
            try:
                await self._check_start(start_anywhere=start_anywhere)
                await self._live(stop)
            except (UnknownStart, StatusTopicMissing) as error:
                log.error("start_refused", reason=str(error))  # noqa: TRY400 - an operator's mistake, no trace
                return 1
            except (StreamEnded, KafkaError, OSError, TimeoutError) as error:
                self._assigned = False
                lasted = timedelta(milliseconds=self._clock.now_ms() - began)
                attempt = 0 if lasted > STALL_AFTER else attempt + 1
                metrics.RETRIES.labels(dependency="kafka").inc()
                log.warning("stream_ended", reason=str(error), attempt=attempt)
                await self._pause(stop, backoff(attempt, jitter=random.random))
        return 0

    async def _check_start(self, *, start_anywhere: bool) -> None:
        starts = await read_starts(
            self._settings.kafka,
            group=self._app.group,
            status_topic=self._names.status.name,
            alerts_topic=self._names.alerts.name,
        )
        unsure = refused(starts)
        if unsure and not start_anywhere:
            raise UnknownStart(
                f"partitions {list(unsure)} have lost records and neither an offset nor an alert says from "
                "where to go on: set SHIPLOG_NOTIFIER_FROM=earliest to start at the first record there is"
            )

    async def _live(self, stop: StopSignal) -> None:
        rejects = Rejects(
            bootstrap=self._settings.kafka,
            topic=self._names.rejected.name,
            status_topic=self._names.status.name,
            clock=self._clock,
            code_version=version("shiplog"),
        )
        lanes = self._lanes = Lanes(lambda partition: self._lane(partition, rejects))
        ends = LogEnds(self._settings.kafka, self._names.status.name, isolation="read_committed")
        offsets = GroupOffsets(self._settings.kafka, self._app.group, self._names.status.name)
        ends.start()
        offsets.start()
        watch = Watch(
            beat=self._health.beat,
            assigned=self._ready,
            stands_still=self._health.stands_still,
            ends=lambda: ends.ends,
            committed=lambda: offsets.committed,
        )
        try:
            await live(self._app, lanes, stop=stop, watch=watch)
        finally:
            ends.stop()
            offsets.stop()
            self._health.stands_still(None)
            await rejects.close()

    def _lane(self, partition: int, rejects: Rejects) -> Lane:
        sink = FencedSink(
            self._settings.kafka,
            self._names.alerts.name,
            partition,
            transactional_id=f"{self._prefix}alerts-{partition}",
        )
        return Lane(
            sink,
            rejects,
            partition=partition,
            clock=self._clock,
            pause=lambda attempt: backoff(attempt, jitter=random.random),
        )

    def _ready(self) -> None:
        self._assigned = True
        announce_ready(self._settings.home, SERVICE, self._addresses)
        log.info("ready", **self._addresses)

    def _trouble(self) -> str | None:
        return self._lanes.trouble() if self._lanes else None

    async def _pause(self, stop: StopSignal, seconds: float) -> None:
        for _ in range(max(1, round(seconds / 0.1))):
            self._health.beat()
            if stop.is_set():
                return
            await asyncio.sleep(0.1)


def main() -> int:
    """The entry point of `python -m services.notifier`."""
    settings, stop = read_settings(), StopSignal()
    threading.Thread(target=_end_in_time, args=(settings, stop), name="end-in-time", daemon=True).start()
    return run(settings, stop, start_anywhere=os.environ.get("SHIPLOG_NOTIFIER_FROM") == "earliest")


def _end_in_time(settings: Settings, stop: StopSignal) -> None:
    """End the process some seconds after it was told to, whatever still waits.

    The client libraries wait for ever for a broker that goes away while they are being closed. Nothing
    is lost: what is not acknowledged is read again, an open transaction is aborted by the next owner.
    """
    while not stop.wait(60.0):
        pass
    threading.Event().wait(END_WITHIN.total_seconds())
    log.error("end_forced", after_s=END_WITHIN.total_seconds())
    withdraw_ready(settings.home, SERVICE)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())

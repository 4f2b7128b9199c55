"""The watchdog: `python -m services.notifier.watchdog`."""

import random
import sys
from datetime import timedelta

from schemas.topics import topics
from services.notifier.store import DatabaseAway, WatchdogStore
from services.notifier.watchdog.cautious import CautiousClock
from services.notifier.watchdog.tick import Watchdog
from services.runtime import metrics
from services.runtime.clock import WallClock
from services.runtime.config import Settings, read_settings
from services.runtime.health import Health, serve_health
from services.runtime.lifecycle import StopSignal, announce_ready, backoff, withdraw_ready
from services.runtime.log import configure_logging, get_logger
from services.runtime.outcomes import BrokerUnavailable
from services.runtime.producer import LogProducer
from services.runtime.records import LogReader

SERVICE = "watchdog"
TICK_S = 1.0
STALL_AFTER = timedelta(seconds=25)

log = get_logger(__name__)


def run(settings: Settings, stop: StopSignal) -> int:
    """Propose deadlines until `stop` is set; the process's exit code."""
    events = topics(prefix=settings.topic_prefix, partitions=settings.partitions).events
    store = WatchdogStore(settings.database_url)
    producer = LogProducer(settings.kafka)
    trouble: list[str] = []
    health = Health(STALL_AFTER)
    health.add_check("dependencies", lambda: trouble[0] if trouble else None)
    server = serve_health(health, settings.host, settings.metrics_port)
    watchdog = Watchdog(
        store=store,
        ends=_LogEnds(settings.kafka, events.name),
        producer=producer,
        events=events,
        clock=CautiousClock(WallClock(), store.server_ms),
    )
    announce_ready(settings.home, SERVICE, {"metrics": f"{server.url}/metrics"})
    try:
        _turn(watchdog, stop, health, trouble)
    finally:
        withdraw_ready(settings.home, SERVICE)
        producer.close()
        store.close()
        server.close()
    return 0


def _turn(watchdog: Watchdog, stop: StopSignal, health: Health, trouble: list[str]) -> None:
    attempt = 0
    while not stop.is_set():
        health.beat()
        try:
            watchdog.tick()
        except (DatabaseAway, BrokerUnavailable, TimeoutError) as error:
            dependency = "postgres" if isinstance(error, DatabaseAway) else "kafka"
            trouble[:] = [f"{dependency}: {error}"]
            metrics.RETRIES.labels(dependency=dependency).inc()
            log.warning("tick_failed", dependency=dependency, reason=str(error), attempt=attempt)
            health.beat()
            stop.wait(backoff(attempt, jitter=random.random, base=TICK_S))
            attempt += 1
        else:
            attempt = 0
            trouble.clear()
            stop.wait(TICK_S)


class _LogEnds:
    """End offsets by a reader of its own, made anew after trouble."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._reader: LogReader | None = None

    def __call__(self) -> dict[int, int]:
        try:
            if self._reader is None:
                self._reader = LogReader(self._bootstrap, self._topic)
            return {p: end for p, (_, end) in self._reader.bounds(self._reader.partitions()).items()}
        except BrokerUnavailable:
            reader, self._reader = self._reader, None
            if reader is not None:
                reader.close()
            raise


def main() -> int:
    """The entry point of `python -m services.notifier.watchdog`."""
    settings = read_settings()
    configure_logging(settings.log_level, SERVICE)
    return run(settings, StopSignal())


if __name__ == "__main__":
    sys.exit(main())

"""Armed deadlines: five times the plan's shipments wait for theirs, few of them are due; what a tick takes.

The rows are copies of really projected ones under other keys; those that are due are the real ones.
"""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from schemas.topics import topics
from services.cli.run import Service
from services.notifier.store import WatchdogStore
from services.notifier.watchdog.tick import Watchdog
from services.runtime.clock import WallClock
from services.runtime.producer import LogProducer
from services.runtime.topics import end_offsets
from tests.bench.plan import Plan
from tests.bench.prints.memory import family
from tests.bench.ratios.projecting import live_rate
from tests.bench.results import Results
from tests.bench.services import Place, running
from tests.bench.stage import PARTITIONS, Log, Stage, drop_database, drop_log

_ARMED = 5
_REAL = 20_000
_SHARES = (0.0, 0.0001, 0.001, 0.009)
_TICKS = 5
_PART = "armed deadlines"


def measure(stage: Stage, plan: Plan, results: Results) -> None:
    """Ticks with none due, and with more and more of them."""
    armed = plan.shipments * _ARMED
    real = min(_REAL, max(armed // 10, 100))
    log = stage.log(real * 2, shipments=real, scans=4)
    url = stage.database()
    live_rate(stage, log, url, window=plan.window * 5)
    _multiply(url, armed=armed)
    with _watching(stage, log, url) as watchdog:
        for share in _SHARES:
            due = _make_due(url, round(armed * share))
            name = f"{due:,} of {armed:,} due"
            first, proposed = _tick(watchdog)
            results.figure(
                _PART, f"tick, {name}", first, "ms", f"the first to see them: {proposed:,} proposed"
            )
            further = statistics.median(_tick(watchdog)[0] for _ in range(_TICKS))
            results.figure(_PART, f"further ticks, {name}", further, "ms", "not folded yet")
    where = Place(stage, stage.folder("home"), log.prefix, url)
    with running(where, Service.WATCHDOG) as found:
        time.sleep(3.0)
        results.figure(_PART, "watchdog", family(found[Service.WATCHDOG]).get(""), "MiB", f"{armed:,} armed")
    drop_database(url)
    drop_log(stage, log)


def _multiply(url: str, *, armed: int) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        # heard of a moment ago: of a silent carrier nothing is proposed
        conn.execute("UPDATE model_1.timeline SET recorded_at = now()")
        conn.execute("UPDATE model_1.shipments SET wake_at = now() + interval '30 days' * random()")
        row = conn.execute("SELECT count(*) FROM model_1.shipments").fetchone()
        conn.execute(
            "INSERT INTO model_1.shipments SELECT shipment || '-' || n, partition, version, carrier,"
            " milestone, status, leg_no, use_no, order_id, customer_id, view, said,"
            " wake_at + interval '1 ms' * n, hash FROM model_1.shipments, generate_series(1, %s) n",
            (armed // max(row[0] if row else 0, 1),),
        )
        conn.execute("ANALYZE model_1.shipments")


def _make_due(url: str, count: int) -> int:
    """That many real shipments rang an hour ago; how many there were."""
    with psycopg.connect(url, autocommit=True) as conn:
        done = conn.execute(
            "UPDATE model_1.shipments SET wake_at = now() - interval '1 hour' WHERE shipment IN"
            " (SELECT shipment FROM model_1.shipments WHERE shipment NOT LIKE '%%-%%' LIMIT %s)",
            (count,),
        )
        return done.rowcount


@contextmanager
def _watching(stage: Stage, log: Log, url: str) -> Iterator[Watchdog]:
    """A watchdog that has ticked before, as it has whenever something becomes due."""
    store, producer = WatchdogStore(url), LogProducer(stage.kafka)
    events = topics(prefix=log.prefix, partitions=PARTITIONS).events
    ends = end_offsets(stage.kafka, log.topic)
    watchdog = Watchdog(store=store, ends=lambda: ends, producer=producer, events=events, clock=WallClock())
    producer.send(events.name, []).result(10)
    watchdog.tick()
    try:
        yield watchdog
    finally:
        store.close()
        producer.close()


def _tick(watchdog: Watchdog) -> tuple[float, int]:
    """Milliseconds that it took, deadlines that it proposed."""
    began = time.perf_counter()
    proposed = watchdog.tick()
    return (time.perf_counter() - began) * 1000, proposed

"""End to end: received over HTTP, in the log, visible in PostgreSQL, alert readable; at three paces.

`received` is the envelope's own time, `logged` the broker's, `visible` the commit's as PostgreSQL keeps it,
`alerted` when a reader of committed records got the alert.
"""

import secrets
import threading
import time
from collections.abc import Sequence

import orjson
import psycopg

from schemas.instants import instant_ms
from services.cli.run import Service
from services.runtime.records import LogReader
from tests.bench.arena import child, ours
from tests.bench.plan import Plan
from tests.bench.results import Results
from tests.bench.services import Place, address, place, running
from tests.bench.stage import Stage

PACES = (2_000, 5_000, 10_000)
_PER_REQUEST = 50
_WARM = 0.1
"""This share of a load, its beginning, does not count."""
_SETTLE_SECONDS = 60.0

Place_ = tuple[int, int]
"""(partition, offset) in the log"""


class Alerts:
    """When each alert was readable, by the place of its event in the log. Reads in a thread of its own."""

    def __init__(self, kafka: str, topic: str) -> None:
        self.seen: dict[Place_, int] = {}
        self._reader = LogReader(kafka, topic, isolation="read_committed")
        self._reader.assign(dict.fromkeys(self._reader.partitions(), 0))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        while not self._ended.is_set():
            polled = self._reader.poll(100)
            now_ms = round(time.time() * 1000)
            for records in polled.values():
                for _, _, _, value in records:
                    alert = orjson.loads(value or b"")
                    self.seen.setdefault((alert["src_partition"], alert["src_offset"]), now_ms)

    def close(self) -> None:
        """Read no more."""
        self._ended.set()
        self._thread.join()
        self._reader.close()


def measure(stage: Stage, plan: Plan, results: Results) -> None:
    """Each pace for `plan.seconds`, on ingest, projector and notifier as they run in an installation."""
    prefix = f"latency-{secrets.token_hex(3)}-"
    names = stage.topics(prefix)
    where = place(stage, prefix)
    alerts = Alerts(stage.kafka, names.alerts.name)
    try:
        with running(where, Service.INGEST, Service.PROJECTOR, Service.NOTIFIER):
            for pace in (500, *PACES):  # the first one only warms
                began = _ends(stage.kafka, names.events.name)
                told = _load(where, pace=pace, seconds=plan.seconds if pace in PACES else 3.0)
                _settle(where, stage.kafka, names.events.name)
                if pace in PACES:
                    logged = _logged(stage.kafka, names.events.name, began)
                    _figures(results, pace, told, logged, _visible(where), alerts.seen)
    finally:
        alerts.close()


def _load(where: Place, *, pace: int, seconds: float) -> dict[str, object]:
    count = round(pace * seconds)
    command = ours(
        "load", url=address(where, Service.INGEST), count=count, shipments=max(count // 3, 1),
        name=f"L{pace}N", per_request=_PER_REQUEST, pace=pace, clients=8,
    )  # fmt: skip
    with child(f"load at {pace}", command) as load:
        load.hear("ready", within=60)
        load.go()
        return load.hear("took", within=seconds * 4 + 60)


def _settle(where: Place, kafka: str, topic: str) -> None:
    """Until the projector has all, and the notifier a moment more."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    ends = _ends(kafka, topic)
    with psycopg.connect(where.database_url, autocommit=True) as conn:
        while time.monotonic() < deadline:
            found = dict(conn.execute("SELECT partition, next_offset FROM model_1.read_checkpoints"))
            if found == ends:
                break
            time.sleep(0.1)
    time.sleep(2.0)


def _ends(kafka: str, topic: str) -> dict[int, int]:
    reader = LogReader(kafka, topic)
    try:
        return {partition: end for partition, (_, end) in reader.bounds(reader.partitions()).items()}
    finally:
        reader.close()


def _logged(kafka: str, topic: str, began: dict[int, int]) -> dict[Place_, tuple[int, int]]:
    """By place: when it was received, when it was logged."""
    reader = LogReader(kafka, topic)
    ends = {partition: end for partition, (_, end) in reader.bounds(began).items()}
    reader.assign(began)
    found: dict[Place_, tuple[int, int]] = {}
    while len(found) < sum(ends.values()) - sum(began.values()):
        for partition, records in reader.poll(500).items():
            for offset, logged_ms, _, value in records:
                received = instant_ms(orjson.loads(value or b"")["recorded_at"])
                found[partition, offset] = (received, logged_ms)
    reader.close()
    return found


def _visible(where: Place) -> dict[Place_, int]:
    with psycopg.connect(where.database_url, autocommit=True) as conn:
        rows = conn.execute(
            "SELECT partition, src_offset,"
            " (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000)::bigint FROM model_1.timeline"
        )
        return {(partition, offset): at for partition, offset, at in rows}


def _figures(
    results: Results,
    pace: int,
    told: dict[str, object],
    logged: dict[Place_, tuple[int, int]],
    visible: dict[Place_, int],
    alerted: dict[Place_, int],
) -> None:
    from_ms = sorted(received for received, _ in logged.values())[int(len(logged) * _WARM)]
    counted = {at: times for at, times in logged.items() if times[0] >= from_ms}
    stages = {
        "received to logged": [logged_ms - received for received, logged_ms in counted.values()],
        "logged to visible": [visible[at] - times[1] for at, times in counted.items() if at in visible],
        "visible to alerted": [
            alerted[at] - visible[at] for at in counted if at in alerted and at in visible
        ],
        "received to alerted": [alerted[at] - times[0] for at, times in counted.items() if at in alerted],
    }
    took = [each * 1000 for each in told["took"]]
    pace_reached = len(logged) / float(str(told["seconds"]))
    part = f"latency at {pace:,}/s"
    results.figure(part, "reached", pace_reached, "/s", f"{told['refused']} requests refused")
    for name, found in {"request": took, **stages}.items():
        for which, value in zip(("p50", "p99", "max"), _quantiles(found), strict=True):
            results.figure(part, f"{name} {which}", value, "ms", f"{len(found):,} measured")


def _quantiles(found: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    if not found:
        return None, None, None
    ordered = sorted(found)
    return ordered[len(ordered) // 2], ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)], ordered[-1]

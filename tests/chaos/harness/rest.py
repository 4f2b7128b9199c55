"""Waiting until there is nothing left to do."""

import time

import httpx
from kafka.errors import KafkaError
from psycopg import Error as DatabaseError

from tests.chaos.harness.plan import OWN
from tests.chaos.harness.stage import Stage
from tests.e2e.running import until

_CALM = 3
"""So many looks in a row: a deadline may come between two of them."""


def wait_rest(stage: Stage, *, within: float) -> float:
    """Log folded, deadlines proposed, changes published, announcements told, all ready; how long it took."""
    began = time.monotonic()
    for name in OWN:
        stage.fleet.wait_ready(name, within=within)
    calm = 0

    def rest() -> bool:
        nonlocal calm
        calm = calm + 1 if _is_calm(stage) else 0
        return calm >= _CALM

    try:
        until(rest, within=within, what="everything at rest")
    except AssertionError as error:
        raise AssertionError(f"{error}: {_open(stage)}") from None
    # the gauges are told once a second
    time.sleep(1.5)
    return time.monotonic() - began


def _is_calm(stage: Stage) -> bool:
    return not any(_open(stage).values())


def _open(stage: Stage) -> dict[str, float]:
    sight = stage.sight
    try:
        return {
            "spooled": stage.fleet.metric("ingest", "shiplog_spool_depth_records"),
            "due": sight.due() + _due_soon(stage),
            "unfolded": sight.unfolded(sight.log_ends()),
            "untold": len(sight.untold()),
            "unpublished": sight.unpublished(),
            "backlog": stage.fleet.metric("watchdog", "shiplog_watchdog_backlog"),
        }
    except (KafkaError, DatabaseError, httpx.HTTPError, OSError):
        return {"away": 1}


def _due_soon(stage: Stage) -> int:
    statement = "SELECT count(*) FROM model_1.shipments WHERE wake_at <= now() + interval '30 s'"
    return int(stage.place.query(statement)[0][0])

"""kill -9 of every service on the wall clock while events come in over HTTP."""

import os
import signal
import time
from datetime import timedelta

import pytest

from tests.chaos.kills import kill_when_behind
from tests.chaos.quiet import wait_quiet
from tests.chaos.sender import Sender, stories
from tests.e2e.running import Place, Up, running, until
from tests.oracle import differences, read_topic, truth_of

pytestmark = pytest.mark.timeout(600)

ROUNDS = 3


def test_kills_of_every_service_under_http_load_lose_and_double_nothing(place: Place) -> None:
    killed: list[str] = []
    with running(place, clock="wall") as up:
        batches = stories(promised_in=timedelta(seconds=3), prefix="K")
        sender = Sender(lambda: up.ingest, batches, every=0.02).start()
        for _ in range(ROUNDS):
            for service in ("projector", "ingest", "notifier", "watchdog"):
                if _killed(up, service, sender):
                    killed.append(service)
                time.sleep(1.0)
        sender.stop()
        wait_quiet(place)
    log = read_topic(place.kafka, place.names.events.name)
    truth = truth_of(log)
    wrong = differences(truth, kafka=place.kafka, database_url=place.database_url, names=place.names)

    assert len(killed) >= 10
    assert set(killed) == {"projector", "ingest", "notifier", "watchdog"}
    assert sender.answers.keys() <= {202, 503}
    assert sender.without_retry_after == 0
    assert len(sender.acknowledged) > 500
    assert sender.acknowledged - truth.events == set()
    assert any(a["kind"] == "delay_overdue" for a in truth.alerts.values())
    assert wrong == []


def _killed(up: Up, service: str, sender: Sender) -> bool:
    """Kill a service that has unfinished work; whether the kill counts."""
    if service in ("projector", "notifier"):
        return kill_when_behind(up, service, within=15) > 0
    before = up.pid(service)
    busy = (lambda: sender.in_flight > 0) if service == "ingest" else (lambda: _due(up.place) > 0)
    until(busy, within=20, what=f"{service} busy")
    os.kill(before, signal.SIGSTOP)
    counts = busy()
    os.kill(before, signal.SIGKILL)
    return counts


def _due(place: Place) -> int:
    """Deadlines that have come and are not in the read model yet."""
    return int(place.query("SELECT count(*) FROM model_1.shipments WHERE wake_at <= now()")[0][0])

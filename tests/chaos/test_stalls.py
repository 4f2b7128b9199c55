"""Services that are there and do nothing: `shiplog up` sees it and starts them again."""

import os
import signal
import time
from collections.abc import Callable

import httpx
import pytest

from tests.e2e.running import Place, Up, running, until

pytestmark = pytest.mark.timeout(240)

SERVICES = ("ingest", "projector", "notifier", "watchdog")
SEEN_WITHIN = 30.0
AGAIN_WITHIN = 60.0


def test_frozen_services_are_seen_and_started_again(place: Place) -> None:
    with running(place, clock="virtual") as up:
        frozen = {service: up.pid(service) for service in SERVICES}
        # each has answered well before: from then on its silence counts
        until(lambda: all(_is_well(up, service) for service in SERVICES), within=20, what="all well")
        time.sleep(3.0)
        for pid in frozen.values():
            os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()

        seen = _after(began, lambda: up.log.read_text().count('"event": "service_silent"') >= len(SERVICES))
        again = _after(began, lambda: all(_is_another(up, service, frozen) for service in SERVICES))
        log = up.log.read_text()

    assert seen <= SEEN_WITHIN
    assert again <= AGAIN_WITHIN
    assert log.count('"event": "service_stalled"') == len(SERVICES)


def _after(began: float, happened: Callable[[], bool]) -> float:
    until(happened, within=120, what="the stall noticed")
    return time.monotonic() - began


def _is_another(up: Up, service: str, frozen: dict[str, int]) -> bool:
    return up.pid(service) != frozen[service] and _is_well(up, service)


def _is_well(up: Up, service: str) -> bool:
    try:
        url = up.ready["metrics"][service].removesuffix("/metrics")
        return httpx.get(f"{url}/readyz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False

"""A client that posts canonical events over HTTP, at a pace or as fast as it is answered.

The bodies are made beforehand. Standard library alone, so that it costs the cores little.
"""

import json
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.bench.child import contest, say

_HOUR = timedelta(hours=1)
_STEPS = ("info_received", "picked_up", "in_transit", "in_transit", "out_for_delivery", "delivered")


def prepare(
    url: str, count: int, shipments: int, name: str, per_request: int, pace: float | None, clients: int = 4
) -> Callable[[], None]:
    """`pace`: events per second over all clients; None: as fast as ingest answers."""
    bodies = _bodies(count, shipments=shipments, name=name, per_request=per_request)
    clock = _Pace(None if pace is None else per_request / pace)
    took: list[float] = []
    refused: list[int] = []

    def work(number: int) -> None:
        connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
        for turn in range(number, len(bodies), clients):
            due = clock.wait(turn)
            connection.request("POST", "/v1/events", bodies[turn], {"content-type": "application/x-ndjson"})
            answer = connection.getresponse()
            answer.read()
            took.append(time.monotonic() - due)
            if answer.status != 202:
                refused.append(answer.status)

    def run() -> None:
        clock.start()
        threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        say(took=sorted(took), refused=len(refused), seconds=clock.passed())

    return run


class _Pace:
    """When each request is due; what is late counts from when it was due, not from when it was sent."""

    def __init__(self, every: float | None) -> None:
        self._every = every
        self._began = 0.0

    def start(self) -> None:
        self._began = time.monotonic()

    def passed(self) -> float:
        return time.monotonic() - self._began

    def wait(self, turn: int) -> float:
        if self._every is None:
            return time.monotonic()
        due = self._began + turn * self._every
        time.sleep(max(0.0, due - time.monotonic()))
        return due


def _bodies(count: int, *, shipments: int, name: str, per_request: int) -> list[bytes]:
    source = random.Random(1)
    steps = [0] * shipments
    start = datetime.now(UTC) - _HOUR
    lines = []
    for n in range(count):
        shipment = source.randrange(shipments)
        at = start + timedelta(milliseconds=n)
        event = {
            "type": "ScanRecorded",
            "carrier": ("dhl", "ups", "gls")[shipment % 3],
            "tracking_number": f"{name}{shipment:09d}",
            "occurred_at": at.isoformat(timespec="milliseconds"),
            "data": {
                "milestone": _STEPS[steps[shipment] % len(_STEPS)],
                "location": {"facility_id": f"HUB-{source.randrange(400):04d}"},
            },
        }
        steps[shipment] += 1
        lines.append(json.dumps(event).encode())
    return [b"\n".join(lines[n : n + per_request]) for n in range(0, count, per_request)]


if __name__ == "__main__":
    contest(prepare)

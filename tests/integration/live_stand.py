"""Readers of server-sent events, and what `shipment-status` holds to compare them with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import orjson

from services.runtime.records import scan
from tests.e2e.running import Place, Up

Json = dict[str, Any]

# days of the wall clock, since their readers run on it: a fixed day would be the past one day, and then
# what time does to a shipment (settled after 72 h, stale after 14 days) would come between a test's scans
SCAN_DAY: Final = (datetime.now(UTC) - timedelta(days=1)).date()
REGISTRATION_DAY: Final = SCAN_DAY - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sent:
    """One server-sent event."""

    name: str
    id: str | None
    data: Json


class EventReader:
    """An open stream; remembers the last event id as a browser does."""

    def __init__(self, response: httpx.Response, last_id: str | None) -> None:
        self.last_id = last_id
        self._lines = response.iter_lines()

    def next(self) -> Sent:
        """The next event; comments and empty ones are passed over."""
        name, data = "message", ""
        sent_id: str | None = None
        for line in self._lines:
            member, _, value = line.partition(": ")
            if member == "event":
                name = value
            elif member == "id":
                sent_id = value
            elif member == "data":
                data = value
            elif line == "":
                self.last_id = sent_id or self.last_id
                if data:
                    return Sent(name, sent_id, orjson.loads(data))
                name, sent_id = "message", None
        raise EOFError("the stream ended")


@contextmanager
def reading(
    url: str, *, last_id: str | None = None, seconds: float = 20, headers: dict[str, str] | None = None
) -> Iterator[EventReader]:
    """A stream of its own connection until the block ends; an event is waited for at most so long."""
    sent = (headers or {}) | ({"Last-Event-ID": last_id} if last_id else {})
    with httpx.stream("GET", url, headers=sent, timeout=seconds) as response:
        if response.status_code != 200:
            response.read()
            response.raise_for_status()
        yield EventReader(response, last_id)


def told_offsets(place: Place, shipment: str) -> list[tuple[str, int]]:
    """Every change of a shipment in shipment-status: its event id as streams give it, and its version."""
    return [
        (f"{record.partition}-{record.offset}", orjson.loads(record.value or b"")["src_offset"])
        for record in scan(place.kafka, place.names.status.name)
        if record.key == shipment.encode()
    ]


def registered(number: str, **data: Any) -> Json:
    """A canonical registration."""
    return {
        "type": "ShipmentRegistered",
        "carrier": "acme",
        "tracking_number": number,
        "occurred_at": f"{REGISTRATION_DAY}T09:00:00Z",
        "data": {"order_id": f"O-{number}"} | data,
    }


def scanned(number: str, n: int, milestone: str = "in_transit", **data: Any) -> Json:
    """A canonical scan, the n-th second of yesterday."""
    return {
        "type": "ScanRecorded",
        "carrier": "acme",
        "tracking_number": number,
        "occurred_at": f"{SCAN_DAY}T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z",
        "data": {"milestone": milestone} | data,
    }


def post(up: Up, *events: Json, headers: dict[str, str] | None = None) -> Json:
    """Send events to ingest; its answer."""
    body = b"\n".join(map(orjson.dumps, events))
    sent = {"content-type": "application/x-ndjson"} | (headers or {})
    answer = httpx.post(f"{up.ingest}/v1/events", content=body, headers=sent, timeout=30)
    assert answer.status_code == 202, answer.text
    told: Json = answer.json()
    assert not told["rejected"], told
    return told

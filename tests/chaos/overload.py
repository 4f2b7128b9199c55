"""More requests than can be served: many connections that each send again as soon as they are answered.

`python -m tests.chaos.overload URL CONNECTIONS SECONDS` prints one JSON object of what was answered.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

_HEAD = (
    "POST /v1/events HTTP/1.1\r\nhost: shiplog\r\ncontent-type: application/x-ndjson\r\n"
    "content-length: {}\r\n\r\n"
)


@dataclass(slots=True)
class Told:
    """What the connections were answered; seconds of those that were accepted."""

    statuses: Counter[int] = field(default_factory=Counter)
    accepted: list[float] = field(default_factory=list)
    without_retry_after: int = 0
    broken: int = 0
    event_ids: list[str] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        """Counts, and the 99th percentile in seconds."""
        times = sorted(self.accepted)
        return {
            "statuses": self.statuses,
            "p99": times[int(len(times) * 0.99)] if times else None,
            "without_retry_after": self.without_retry_after,
            "broken": self.broken,
            "event_ids": self.event_ids,
        }


async def flood(url: str, *, connections: int, seconds: float) -> Told:
    """Keep that many connections busy for so long."""
    parts = urlsplit(url)
    told = Told()
    until = time.monotonic() + seconds
    await asyncio.gather(
        *(_connection(parts.hostname, parts.port, n, until, told) for n in range(connections))
    )
    return told


async def _connection(host: Any, port: Any, number: int, until: float, told: Told) -> None:
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        told.broken += 1
        return
    turn = 0
    try:
        while time.monotonic() < until:
            turn += 1
            await _one(reader, writer, f"F{number}X{turn}", told)
    except (OSError, asyncio.IncompleteReadError):
        told.broken += 1
    finally:
        writer.close()


async def _one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, parcel: str, told: Told) -> None:
    # an old scan would be stale at once: a deadline and an alert for every request, which no load brings
    now = datetime.now(UTC).isoformat()
    body = json.dumps(
        {
            "type": "ScanRecorded", "carrier": "acme", "tracking_number": parcel,
            "occurred_at": now, "raw": {"code": "PU"}, "data": {"milestone": "picked_up"},
        }
    ).encode()  # fmt: skip
    began = time.monotonic()
    writer.write(_HEAD.format(len(body)).encode() + body)
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.split("content-length: ")[1].split("\r\n")[0])
    answer = await reader.readexactly(length)
    status = int(head.split()[1])
    told.statuses[status] += 1
    if status == 202:
        told.accepted.append(time.monotonic() - began)
        told.event_ids += json.loads(answer)["event_ids"]
    elif status in (429, 503) and "retry-after: " not in head:
        told.without_retry_after += 1


if __name__ == "__main__":
    found = asyncio.run(flood(sys.argv[1], connections=int(sys.argv[2]), seconds=float(sys.argv[3])))
    print(json.dumps(found.json()))  # noqa: T201 - the parent reads it

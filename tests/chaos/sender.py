"""A client that posts small batches at a steady pace, repeats what was not answered, keeps all answers."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import httpx
import orjson

Json = dict[str, Any]

_LATER = (429, 503)


def stories(*, promised_in: timedelta, prefix: str) -> Iterator[list[Json]]:
    """Batches without end: a parcel registered with a promise moments ahead, every second one delivered."""
    number = 0
    while True:
        number += 1
        parcel = {"carrier": "acme", "tracking_number": f"{prefix}{number:06d}"}
        now = datetime.now(UTC)
        promise = {"kind": "order_promised", "to": (now + promised_in).isoformat(timespec="milliseconds")}
        registered = {"order_id": f"O-{number}", "customer_id": f"C-{number % 97}", "promise": promise}
        batch = [
            parcel | {"type": "ShipmentRegistered", "occurred_at": _ago(now, 90), "data": registered},
            parcel | _scan("picked_up", _ago(now, 60)),
            parcel | _scan("out_for_delivery", _ago(now, 30)),
        ]
        if number % 2:
            batch.append(parcel | _scan("delivered", _ago(now, 1)))
        yield batch


def _scan(milestone: str, at: str) -> Json:
    return {"type": "ScanRecorded", "occurred_at": at, "data": {"milestone": milestone}}


def _ago(now: datetime, seconds: int) -> str:
    return (now - timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


@dataclass(slots=True)
class Sender:
    """Posts until told to stop; `url` is asked anew for each request, `workers` requests at once."""

    url: Callable[[], str]
    batches: Iterator[list[Json]]
    every: float
    workers: int = 4
    answers: Counter[int] = field(default_factory=Counter)
    without_retry_after: int = 0
    broken: int = 0
    acknowledged: set[str] = field(default_factory=set)
    in_flight: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> "Sender":
        """Begin."""
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(self.workers)]
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Finish what is being sent, repetitions included."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def post_all(self, events: Iterable[Json], *, at_once: int) -> None:
        """Post these now, in requests of so many, each repeated until it is taken."""
        with httpx.Client(timeout=60) as client:
            source = iter(events)
            while batch := list(islice(source, at_once)):
                while not self._post(client, b"\n".join(map(orjson.dumps, batch))):
                    time.sleep(0.1)

    def wrong_answers(self) -> list[str]:
        """What was answered other than 202, or 429 and 503 with Retry-After."""
        odd = sorted(set(self.answers) - {202, *_LATER})
        return [f"answers {odd}"] * bool(odd) + [
            f"{self.without_retry_after} refusals without Retry-After"
        ] * bool(self.without_retry_after)

    def _run(self) -> None:
        with httpx.Client(timeout=20) as client:
            while not self._stop.is_set():
                began = time.monotonic()
                with self._lock:
                    batch = next(self.batches)
                body = b"\n".join(orjson.dumps(line) for line in batch)
                while not self._post(client, body):
                    time.sleep(0.1)
                time.sleep(max(0.0, self.every * self.workers - (time.monotonic() - began)))

    def _post(self, client: httpx.Client, body: bytes) -> bool:
        """Whether the batch was taken; a lost connection, a 429 or 503 is tried again with the same bytes."""
        with self._lock:
            self.in_flight += 1
        try:
            answer = client.post(
                f"{self.url()}/v1/events", content=body, headers={"content-type": "application/x-ndjson"}
            )
        except httpx.TransportError:
            with self._lock:
                self.broken += 1
            return False
        finally:
            with self._lock:
                self.in_flight -= 1
        with self._lock:
            self.answers[answer.status_code] += 1
            if answer.status_code in _LATER and "retry-after" not in answer.headers:
                self.without_retry_after += 1
            if answer.status_code == 202:
                self.acknowledged.update(answer.json()["event_ids"])
        return answer.status_code not in _LATER

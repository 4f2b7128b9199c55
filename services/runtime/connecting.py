"""Makes the client of a producer beside those who wait for it, and keeps it until it has broken."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from typing import Final

from services.runtime.batch_client import Client
from services.runtime.clock import monotonic
from services.runtime.outcomes import BrokerUnavailable

_RECONNECT_PAUSE_S: Final = 0.5


class Connecting:
    """The client that `connect` makes, one at a time. Thread-safe.

    `patience`: how long after its beginning an attempt is waited for; None: to its end.
    """

    def __init__(self, connect: Callable[[], Client], *, patience: timedelta | None) -> None:
        self._connect = connect
        self._patience_s = None if patience is None else patience.total_seconds()
        self._lock = threading.Lock()
        self._attempt: Future[Client] | None = None
        self._began = 0.0
        self._not_before = 0.0
        self._closed = False

    def client(self) -> Client:
        """The client; raises BrokerUnavailable, and whatever else `connect` raises."""
        with self._lock:
            if self._closed:
                raise BrokerUnavailable("the producer is closed")
            attempt = self._attempt or self._begin()
            began = self._began
        try:
            return attempt.result(self._left(began))
        except TimeoutError:
            raise BrokerUnavailable("no broker has answered yet") from None

    def current(self) -> Client | None:
        """The client in use, if there is one."""
        with self._lock:
            return _made_by(self._attempt)

    def forget(self, client: Client) -> None:
        """The next call of `client` makes another in its place."""
        with self._lock:
            if _made_by(self._attempt) is client:
                self._attempt = None

    def close(self) -> Client | None:
        """Make no more; the client in use, which is the caller's to close."""
        with self._lock:
            self._closed = True
            attempt, self._attempt = self._attempt, None
            return _made_by(attempt)

    def _left(self, began: float) -> float | None:
        return None if self._patience_s is None else max(0.0, began + self._patience_s - monotonic())

    def _begin(self) -> "Future[Client]":
        now = monotonic()
        if now < self._not_before:
            raise BrokerUnavailable("the broker was away a moment ago")
        attempt: Future[Client] = Future()
        self._attempt, self._began = attempt, now
        threading.Thread(target=self._make, args=(attempt,), name="producer-connects", daemon=True).start()
        return attempt

    def _make(self, attempt: "Future[Client]") -> None:
        try:
            client = self._connect()
        except Exception as error:  # noqa: BLE001 - whoever waits for it is told, on its own thread
            with self._lock:
                if isinstance(error, BrokerUnavailable):
                    self._not_before = monotonic() + _RECONNECT_PAUSE_S
                self._attempt = None
            attempt.set_exception(error)
            return
        with self._lock:
            closed = self._closed
            if not closed:
                attempt.set_result(client)
        if closed:
            attempt.set_exception(BrokerUnavailable("the producer is closed"))
            client.close(0.0)


def _made_by(attempt: "Future[Client] | None") -> Client | None:
    if attempt is None or not attempt.done() or attempt.exception() is not None:
        return None
    return attempt.result()

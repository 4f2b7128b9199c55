"""Sending records batch by batch, each batch settled once and whole when the broker has it."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta

from services.runtime.batch_client import Batch, Client, HandedOver
from services.runtime.clock import monotonic
from services.runtime.connecting import Connecting
from services.runtime.inflight import ByteBound, Deadlines, Settlement, size_of
from services.runtime.outcomes import BrokerUnavailable, Outcome, Refused

_OVERDUE_GRACE_S = 1.0


class BatchProducer:
    """Sends batches and tells of each when the broker has it. Thread-safe.

    It connects at the first `send` (a service may start while the broker is away) and again whenever
    the client has broken; `send` waits for that no longer than `patience` (None: until it is known).
    """

    def __init__(
        self,
        connect: Callable[[], Client],
        *,
        max_in_flight_bytes: int,
        delivery: timedelta,
        patience: timedelta | None = None,
    ) -> None:
        self._connect = connect
        self._connection = Connecting(connect, patience=patience)
        self._delivery_s = delivery.total_seconds()
        self._in_flight = ByteBound(max_in_flight_bytes)
        self._deadlines = Deadlines(self._delivery_s + _OVERDUE_GRACE_S, self._abandon)

    @property
    def in_flight_bytes(self) -> int:
        """Bytes sent and not acknowledged yet, overhead included."""
        return self._in_flight.used

    def send(self, topic: str, records: Batch, *, wait: bool = True) -> "Future[list[Outcome]]":
        """Send a batch; the future resolves to one outcome per record, or to BrokerUnavailable.

        `wait`: block up to the delivery time while too much is in flight. Raises BrokerUnavailable when
        nothing could be sent. The future is settled on the client's own thread: callbacks must be short.
        """
        size = size_of([record for _, record in records])
        if not self._in_flight.take(size, timeout=self._delivery_s if wait else 0.0):
            raise BrokerUnavailable(f"{self._in_flight.used} bytes are in flight already")
        try:
            client = self._connection.client()
            placed = [
                (client.partition(topic, record.key) if partition is None else partition, record)
                for partition, record in records
            ]
        except BaseException:
            self._in_flight.give_back(size)
            raise
        return self._send(client, topic, placed, size)

    def close(self, *, timeout: timedelta = timedelta(seconds=10)) -> None:
        """Send what is under way, then end; what is not acknowledged in `timeout` is given up."""
        client = self._connection.close()
        if client is not None:
            client.close(timeout.total_seconds())
        self._deadlines.end()

    def _send(self, client: Client, topic: str, placed: Batch, size: int) -> "Future[list[Outcome]]":
        result: Future[list[Outcome]] = Future()
        handed = client.send_all(topic, placed)

        def settle() -> None:
            self._in_flight.give_back(size)
            if result.set_running_or_notify_cancel():
                self._resolve(_Sending(topic, placed, result), client, handed)

        self._deadlines.enter(result.done)
        pending = [
            (partition, each)
            for (partition, _), each in zip(placed, handed.acknowledgements, strict=False)
            if not isinstance(each, Refused | BrokerUnavailable)
        ]
        Settlement(settle).watch(pending)
        return result

    def _resolve(self, sending: "_Sending", client: Client, handed: HandedOver) -> None:
        trouble: BaseException | None = None
        outcomes: list[Outcome | None] = [None] * len(sending.batch)
        suspects: list[int] = []
        for index, (each, place) in enumerate(zip(*handed, strict=True)):
            if isinstance(each, Refused):
                outcomes[index] = each
            elif isinstance(each, BrokerUnavailable):
                trouble = trouble or each
            else:
                outcome = client.outcome(each, place)
                if isinstance(outcome, Refused):
                    suspects.append(index)
                elif isinstance(outcome, BaseException):
                    trouble = trouble or outcome
                else:
                    outcomes[index] = outcome
        if suspects or (trouble is not None and client.is_broken(trouble)):
            self._drop(client)
        if trouble is None and suspects:
            # not here: this is the client's own thread
            _in_background(lambda: self._ask_alone(sending, outcomes, suspects))
        else:
            sending.settle(outcomes, trouble)

    def _ask_alone(self, sending: "_Sending", outcomes: list[Outcome | None], suspects: list[int]) -> None:
        """Send each suspect by itself: only so is it certain which one the broker refuses."""
        deadline = monotonic() + self._delivery_s
        client: Client | None = None
        trouble: BaseException | None = None
        try:
            for index in suspects:
                client = client or self._connect()
                outcomes[index] = _alone(client, sending, index, deadline)
                if isinstance(outcomes[index], Refused):
                    client.close(0.0)
                    client = None
        except BrokerUnavailable as error:
            trouble = error
        if client is not None:
            client.close(0.0)
        sending.settle(outcomes, trouble)

    def _abandon(self) -> None:
        client = self._connection.current()
        if client is not None:
            self._drop(client)

    def _drop(self, client: Client) -> None:
        self._connection.forget(client)
        # not here: this may be the client's own thread, which cannot wait for itself
        _in_background(lambda: client.close(0.0))


@dataclass(frozen=True, slots=True)
class _Sending:
    """One call of `send`."""

    topic: str
    batch: Batch
    result: "Future[list[Outcome]]"

    def settle(self, outcomes: Sequence[Outcome | None], trouble: BaseException | None) -> None:
        if trouble is None:
            self.result.set_result([outcome for outcome in outcomes if outcome is not None])
        else:
            self.result.set_exception(BrokerUnavailable(f"{type(trouble).__name__}: {trouble}", outcomes))


def _alone(client: Client, sending: _Sending, index: int, deadline: float) -> Outcome:
    partition, record = sending.batch[index]
    pending = client.send(sending.topic, record, partition)
    if isinstance(pending, Refused):
        return pending
    done = threading.Event()
    pending.add_both(lambda _: done.set())
    if not done.wait(max(0.0, deadline - monotonic())):
        raise BrokerUnavailable("no answer to a record sent alone")
    outcome = client.outcome(pending, 0)
    if isinstance(outcome, BaseException):
        raise BrokerUnavailable(f"{type(outcome).__name__}: {outcome}")
    return outcome


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="producer-aside", daemon=True).start()

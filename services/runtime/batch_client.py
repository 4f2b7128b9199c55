"""What a client library must do to send batches, and the plain way of one that knows only single records."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from schemas.codec import Record
from services.runtime.inflight import Acknowledgement
from services.runtime.outcomes import BrokerUnavailable, Outcome, Refused

Batch = Sequence[tuple[int | None, Record]]
"""(partition or None, record)"""


class Pending(Acknowledgement, Protocol):
    """One record's acknowledgement: once `is_done`, either `value` or `exception` tells."""

    value: Any
    exception: BaseException | None


class HandedOver(NamedTuple):
    """By record: its acknowledgement, and its place among those that share it. May end at a failure."""

    acknowledgements: "list[Pending | Refused | BrokerUnavailable]"
    places: list[int]


class Client(Protocol):
    """The connected client library, its errors already ours."""

    def partition(self, topic: str, key: bytes) -> int | None:
        """Where a record with this key belongs; None for no key. Raises BrokerUnavailable."""
        ...

    def send(self, topic: str, record: Record, partition: int | None) -> "Pending | Refused":
        """Hand one record over; never blocks. Raises BrokerUnavailable."""
        ...

    def send_all(self, topic: str, batch: Batch) -> HandedOver:
        """Hand a batch over; never blocks, raises nothing. In one partition nothing goes behind a failure."""
        ...

    def outcome(self, pending: Pending, place: int) -> Outcome | BaseException:
        """What became of a record that is done; the error when that is unknown.

        Refused by the broker counts for a record that was alone on its way: the library fails
        everything under way with the error of the one, and the client is broken then.
        """
        ...

    def is_broken(self, error: BaseException) -> bool:
        """Whether this client can send nothing any more after `error`."""
        ...

    def close(self, timeout: float) -> None:
        """End; what is unacknowledged after `timeout` seconds fails."""
        ...


def one_by_one(
    send: "Callable[[str, Record, int | None], Pending | Refused]", topic: str, batch: Batch
) -> HandedOver:
    """The plain `send_all`: nothing is sent behind a failure."""
    handed = HandedOver([], [])
    for partition, record in batch:
        handed.places.append(0)
        try:
            handed.acknowledgements.append(send(topic, record, partition))
        except BrokerUnavailable as error:
            handed.acknowledgements.append(error)
            break
    return handed

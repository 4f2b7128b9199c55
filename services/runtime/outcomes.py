"""What becomes of a record handed to the broker: acknowledged, refused for good, or not known yet."""

from collections.abc import Sequence
from typing import NamedTuple


class Sent(NamedTuple):
    """A record the broker has acknowledged."""

    partition: int
    offset: int


class Refused(NamedTuple):
    """A record the broker will never take: `error_class` is our word, `detail` the client's."""

    error_class: str
    detail: str


Outcome = Sent | Refused


class BrokerUnavailable(Exception):
    """Kafka did not acknowledge in time; what was sent may or may not stand in the log. Passing.

    `outcomes`, by record of the batch, holds what is known of each: None where nothing is.
    """

    def __init__(self, detail: str, outcomes: Sequence[Outcome | None] = ()) -> None:
        super().__init__(detail)
        self.outcomes = tuple(outcomes)


class RecordRefused(Exception):
    """The broker refuses a record for good (size, timestamp, authorisation): never retriable."""

    def __init__(self, error_class: str, detail: str) -> None:
        super().__init__(f"{error_class}: {detail}")
        self.error_class = error_class
        self.detail = detail

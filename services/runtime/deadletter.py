"""Dead letters: a record that cannot be used, kept byte for byte, with eight headers saying why."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from schemas.codec import Record

HEADERS: Final = (
    "x-original-topic",
    "x-original-partition",
    "x-original-offset",
    "x-event-id",
    "x-attempt",
    "x-error-class",
    "x-first-failure",
    "x-code-version",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """What is told of a record in `.rejected`. None = unknown, written as an empty header.

    `first_failure` is an instant, `YYYY-MM-DDTHH:MM:SS.mmmZ`; `attempt` counts from 1. A record
    without key has the empty key: Kafka's own partitioner and LogProducer treat both as keyless.
    """

    value: bytes
    key: bytes | None
    original_topic: str | None
    partition: int | None
    offset: int | None
    event_id: str | None
    attempt: int
    error_class: str
    first_failure: str
    code_version: str

    def record(self) -> Record:
        """The record for the topic `.rejected`."""
        texts = (
            self.original_topic,
            self.partition,
            self.offset,
            self.event_id,
            self.attempt,
            self.error_class,
            self.first_failure,
            self.code_version,
        )
        headers = [
            (name, b"" if text is None else str(text).encode())
            for name, text in zip(HEADERS, texts, strict=True)
        ]
        return Record(self.key or b"", self.value, headers)


def read_dead_letter(
    key: bytes | None, value: bytes, headers: Iterable[tuple[str, bytes | None]]
) -> DeadLetter:
    """The dead letter in a record of `.rejected`; raises ValueError for a number that is none.

    Headers that are missing count as unknown: an operator may have put the record there by hand.
    """
    told = {name: (text or b"").decode("utf-8", "replace") for name, text in headers}
    return DeadLetter(
        value=value,
        key=key or None,
        original_topic=told.get("x-original-topic") or None,
        partition=_number(told.get("x-original-partition")),
        offset=_number(told.get("x-original-offset")),
        event_id=told.get("x-event-id") or None,
        attempt=_number(told.get("x-attempt")) or 1,
        error_class=told.get("x-error-class", ""),
        first_failure=told.get("x-first-failure", ""),
        code_version=told.get("x-code-version", ""),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text else None

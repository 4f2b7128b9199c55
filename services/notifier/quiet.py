"""Keeps a client library that retries every few milliseconds from flooding the log."""

import logging
from typing import Final

EVERY_S: Final = 10.0
LIBRARIES: Final = ("aiokafka", "faust", "mode", "asyncio")


class Seldom(logging.Filter):
    """Lets each message of the client libraries through once in `EVERY_S`; ours always."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be written."""
        if record.name.partition(".")[0] not in LIBRARIES:
            return True
        message = (record.name, str(record.msg))
        if record.created - self._last.get(message, -EVERY_S) < EVERY_S:
            return False
        self._last[message] = record.created
        return True


def quieten() -> None:
    """Put the filter before everything that is written from now on."""
    for handler in logging.getLogger().handlers:
        handler.addFilter(Seldom())

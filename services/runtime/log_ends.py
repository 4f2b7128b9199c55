"""Where the partitions of a topic end, asked again and again on a connection of its own.

The reader's own fetches tell it too, but not when they are what has stopped.
"""

import threading
from collections.abc import Mapping
from typing import Final

from services.runtime.log import get_logger
from services.runtime.outcomes import BrokerUnavailable
from services.runtime.records import Isolation, LogReader

_EVERY_S: Final = 3.0
_log = get_logger(__name__)


class LogEnds:
    """A thread that asks; `ends` is what it heard last, empty while Kafka does not answer."""

    def __init__(self, bootstrap: str, topic: str, *, isolation: Isolation = "read_uncommitted") -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._isolation: Isolation = isolation
        self._ended = threading.Event()
        self.ends: Mapping[int, int] = {}
        """Offset behind the last record, by partition; replaced whole, safe to read from any thread."""

    def start(self) -> None:
        """Begin to ask."""
        threading.Thread(target=self._run, name=f"ends-{self._topic}", daemon=True).start()

    def stop(self) -> None:
        """Ask no more; an answer that is awaited is waited for by nobody."""
        self._ended.set()

    def _run(self) -> None:
        reader: LogReader | None = None
        while not self._ended.wait(_EVERY_S):
            try:
                reader = reader or LogReader(self._bootstrap, self._topic, isolation=self._isolation)
                bounds = reader.bounds(reader.partitions())
                self.ends = {partition: end for partition, (_, end) in bounds.items()}
            except BrokerUnavailable as error:
                self.ends = {}
                _log.info("ends_unknown", topic=self._topic, error=str(error))
                if reader is not None:
                    reader.close()
                reader = None
        if reader is not None:
            reader.close()

"""What a consumer group has told Kafka of a topic, asked again and again on a connection of its own.

The group's own client tells what it believes, and was seen to believe in commits that had failed.
"""

import threading
from collections.abc import Mapping
from typing import Final

from services.runtime.log import get_logger
from services.runtime.outcomes import BrokerUnavailable
from services.runtime.topics import committed_offsets

_EVERY_S: Final = 5.0
_log = get_logger(__name__)


class GroupOffsets:
    """A thread that asks; `committed` is what it heard last, None while Kafka does not answer."""

    def __init__(self, bootstrap: str, group: str, topic: str) -> None:
        self._asked = (bootstrap, group, topic)
        self._ended = threading.Event()
        self.committed: Mapping[int, int] | None = None
        """The next offset, by partition that it told any of; replaced whole, safe to read from any thread."""

    def start(self) -> None:
        """Begin to ask."""
        threading.Thread(target=self._run, name=f"group-{self._asked[1]}", daemon=True).start()

    def stop(self) -> None:
        """Ask no more; an answer that is awaited is waited for by nobody."""
        self._ended.set()

    def _run(self) -> None:
        try:
            while not self._ended.wait(_EVERY_S):
                self.committed = self._ask()
        finally:
            self.committed = None

    def _ask(self) -> Mapping[int, int] | None:
        try:
            return committed_offsets(*self._asked)
        except BrokerUnavailable as error:
            _log.info("group_offsets_unknown", group=self._asked[1], error=str(error))
            return None

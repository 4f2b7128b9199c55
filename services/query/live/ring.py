"""The changes of the last moments, kept in memory: who comes back soon need not ask the log."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from services.query.live.change import Change


@dataclass(slots=True)
class Ring:
    """One partition's newest changes, at most `most_bytes` of them."""

    most_bytes: int
    start: int = 0
    """every change from this offset on is here"""
    size: int = 0
    changes: deque[Change] = field(default_factory=deque)

    def add(self, change: Change) -> None:
        """Keep a change behind all others; the oldest make room."""
        self.changes.append(change)
        self.size += len(change.value)
        while self.size > self.most_bytes:
            gone = self.changes.popleft()
            self.size -= len(gone.value)
            self.start = gone.offset + 1

    def since(self, offset: int) -> Iterator[Change]:
        """The changes from `offset` on, in log order; `offset` is not before `start`."""
        return islice(self.changes, self._first(offset), None)

    def _first(self, offset: int) -> int:
        # from the newest backwards: whoever asks is seldom far behind
        behind = 0
        for change in reversed(self.changes):
            if change.offset < offset:
                break
            behind += 1
        return len(self.changes) - behind

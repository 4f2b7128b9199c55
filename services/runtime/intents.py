"""What a consumer group intends: noted on the client's IO thread, handed to the loop's thread."""

import threading
from collections.abc import Callable, Set
from typing import Literal

Intent = Literal["assigned", "revoked", "lost"]


class Intents:
    """Events in their order, and which partitions may be delivered at all. Thread-safe.

    A partition is delivered from its release until the next event that names it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: list[tuple[Intent, frozenset[int]]] = []
        self._released: set[int] = set()
        self.was_told = False
        """Whether the group has ever said anything, were it that there is nothing to do."""

    def note(self, intent: Intent, partitions: Set[int], *, hold: Callable[[], None] | None = None) -> None:
        """Record an event; `hold` runs before anybody can release one of its partitions."""
        with self._lock:
            self._released -= partitions
            self._events.append((intent, frozenset(partitions)))
            self.was_told = True
            if hold is not None:
                hold()

    def take(self) -> tuple[set[int], set[int], set[int]]:
        """(assigned, revoked, lost) since the last call, what was assigned and is gone again left out.

        A partition may be among the gone and the assigned: it went and came back.
        """
        with self._lock:
            events, self._events = self._events, []
        assigned: set[int] = set()
        gone: dict[Intent, set[int]] = {"revoked": set(), "lost": set()}
        for intent, partitions in events:
            if intent == "assigned":
                assigned |= partitions
            else:
                assigned -= partitions
                gone[intent] |= partitions
        return assigned, gone["revoked"], gone["lost"]

    def release(self, partition: int, start: Callable[[], bool]) -> bool:
        """Deliver `partition` once `start` has run; False when newer events name it or `start` says no."""
        with self._lock:
            if any(partition in partitions for _, partitions in self._events) or not start():
                return False
            self._released.add(partition)
        return True

    def released(self) -> frozenset[int]:
        """What may be delivered now."""
        with self._lock:
            return frozenset(self._released)

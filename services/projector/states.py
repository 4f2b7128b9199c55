"""The shipments of one partition held in memory: a bounded cache in which uncommitted states are pinned.

Two generations instead of a linked list: a look-up that hits the old one moves the entry to the
young one; when the young one is full, the old one is let go, save what no commit has covered yet.
"""

from dataclasses import dataclass
from typing import Any

from services.domain.announce import Said
from services.domain.shipment import Shipment


@dataclass(slots=True)
class State:
    """A shipment as the last folded event left it, with what its next row needs."""

    shipment: Shipment
    said: Said
    view: tuple[Any, ...] | None
    """The values of the view's members, in their order: a third of the memory of the members."""
    view_json: bytes
    """Empty once the row is made."""
    hash: int
    version: int = -1
    batch: int = 0
    wake_ms: int | None = None
    wake_exact: bool = False


class States:
    """States by shipment key; at most about `limit` of them besides the pinned."""

    def __init__(self, *, limit: int) -> None:
        self._half = max(limit // 2, 1)
        self._young: dict[str, State] = {}
        self._old: dict[str, State] = {}
        self.complete = False
        """True while everything the partition ever had is in here, so that a miss means: never seen."""

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, key: str) -> State | None:
        """The state of `key`, if it is held."""
        state = self._young.get(key)
        if state is None:
            state = self._old.pop(key, None)
            if state is not None:
                self._young[key] = state
        return state

    def put(self, key: str, state: State) -> None:
        """Hold a state that was loaded or is new."""
        self._young[key] = state

    def trim(self, *, committed: int) -> None:
        """Let go of what was not used lately; a state of a batch above `committed` stays."""
        if len(self._young) <= self._half:
            return
        pinned = {key: state for key, state in self._old.items() if state.batch > committed}
        if len(pinned) < len(self._old):
            self.complete = False
        self._old = {**pinned, **self._young}
        self._young = {}

    def clear(self) -> None:
        """Forget everything: after a failed batch, and when the partition is claimed anew."""
        self._young, self._old, self.complete = {}, {}, False

"""Looks now and then whether another model has come into force: a switch must not wait for the next write."""

from typing import Final

from services.projector.store import Reads
from services.runtime.clock import monotonic

_LOOK_EVERY: Final = 1.0


class Pointer:
    """The model in force as it was last seen."""

    def __init__(self) -> None:
        self._model: str | None = None
        self._look_at = 0.0

    def moved_to(self, reads: Reads) -> str | None:
        """The model in force, when it is another than at the last look. Raises psycopg.Error."""
        if monotonic() < self._look_at:
            return None
        self._look_at = monotonic() + _LOOK_EVERY
        before, self._model = self._model, reads.model()
        return None if before in (None, self._model) else self._model

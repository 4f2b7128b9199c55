"""What was survived in reading a message: told one by one, and beyond a limit only counted."""

from typing import Final

MOST: Final = 100
_LONGEST: Final = 300


class Defects:
    """Warnings in their order; a hostile message cannot make them grow without bound."""

    def __init__(self) -> None:
        self._told: list[str] = []
        self._untold = 0

    def add(self, text: str) -> None:
        """One more defect."""
        if len(self._told) < MOST:
            self._told.append(text[:_LONGEST])
        else:
            self._untold += 1

    @property
    def told(self) -> list[str]:
        """The warnings, the last of them a count of those left out."""
        more = [f"and {self._untold} more"] if self._untold else []
        return [*self._told, *more]

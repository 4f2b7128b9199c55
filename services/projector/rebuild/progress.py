"""What a rebuild tells whoever watches it."""

from typing import Protocol


class Progress(Protocol):
    """Who watches a rebuild."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins; `total` records are to be folded in it, None: it has no count."""
        ...

    def moved(self, records: int) -> None:
        """So many more."""
        ...

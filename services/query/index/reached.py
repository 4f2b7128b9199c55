"""How far the index that is followed here has come: told by the thread that writes, asked by the server's."""

from collections.abc import Mapping, Sequence


class Reached:
    """Positions by partition, of one index, for as long as it is followed in this process."""

    def __init__(self) -> None:
        self._standing: tuple[int | None, Mapping[int, int]] = (None, {})

    def tell(self, number: int, ends: Mapping[int, int]) -> None:
        """The index stands there now."""
        # a new value instead of a changed one: who reads it meanwhile sees this one or the one before
        self._standing = number, ends

    def forget(self) -> None:
        """Nothing is followed here any more."""
        self._standing = None, {}

    def is_told(self, number: int) -> bool:
        """Whether this process follows that index."""
        return self._standing[0] == number

    def has(self, number: int, partitions: Sequence[int], offsets: Sequence[int]) -> bool:
        """Whether that index has come so far in each of the partitions, as far as this process knows."""
        followed, ends = self._standing
        places = zip(partitions, offsets, strict=True)
        return followed == number and all(ends.get(partition, 0) >= offset for partition, offset in places)

"""Deals the owned partitions out to the folders, feeds them rounds, collects finished batches.

A round grows while its folder is busy, so batches grow with lag by themselves: at rest a round is
whatever has just come, behind it is what came during the last two.
"""

import threading
from collections import deque
from collections.abc import Sequence
from typing import Final

from services.projector.batch import Records
from services.projector.folder import Folded, Folder, Opening, Round
from services.projector.owned import Handed, Owned

_OUTSTANDING: Final = 2
"""Rounds a folder has at once: one in work, one waiting, so that it never idles."""
_ROUND_LIMIT: Final = 10_000
_PENDING_LIMIT: Final = 10_000
"""Records per folder that wait: enough for its next round, and polling for more costs time of its own."""
_READY_LIMIT: Final = 4


class Folders:
    """Used by the loop's thread alone."""

    def __init__(self, folders: Sequence[Folder], *, arrived: threading.Event) -> None:
        """`arrived` is set by the folders when an answer has come, and by the writer when it has room."""
        self._folders = folders
        self._arrived = arrived
        self._owned: dict[int, Owned] = {}
        self._next: list[Round] = [Round() for _ in folders]
        self._waiting: list[int] = [0 for _ in folders]
        self._count = 0
        self.ready: deque[list[Handed]] = deque()
        """Finished batches, a round's together, in the order of their answers."""

    def number(self) -> int:
        """A number for a new claim."""
        self._count += 1
        return self._count

    def open(self, owned: Owned, *, limit: int) -> None:
        """Begin to fold a claim."""
        self._owned[owned.number] = owned
        self._next[self._place(owned)].opened.append(Opening(owned.number, owned.claimed, limit))

    def close(self, owned: Owned) -> None:
        """Forget a claim and all that is folded of it."""
        if self._owned.pop(owned.number, None) is None:
            return
        round_ = self._next[self._place(owned)]
        self._waiting[self._place(owned)] -= len(round_.records.pop(owned.number, ()))
        round_.opened = [opening for opening in round_.opened if opening.number != owned.number]
        round_.closed.append(owned.number)

    def committed(self, owned: Owned, batch: int) -> None:
        """The claim's batches up to `batch` are written: their states may be let go."""
        if owned.number in self._owned:
            self._next[self._place(owned)].committed[owned.number] = batch

    def take(self, owned: Owned, records: Records) -> None:
        """Records of a claim that follow those taken before."""
        place = self._place(owned)
        self._next[place].records.setdefault(owned.number, []).extend(records)
        self._waiting[place] += len(records)
        owned.taken_offset = records[-1][0] + 1

    @property
    def full(self) -> bool:
        """Whether no more records should be taken for now."""
        return sum(self._waiting) >= _PENDING_LIMIT * len(self._folders) or len(self.ready) >= _READY_LIMIT

    @property
    def busy(self) -> bool:
        """Whether records wait or are being folded."""
        return any(self._waiting) or any(folder.outstanding for folder in self._folders)

    @property
    def silent_for(self) -> float:
        """How long the most silent folder has owed an answer, in seconds."""
        return max(folder.silent_for for folder in self._folders)

    def push(self) -> None:
        """Hand over the rounds whose folders have room; none while PostgreSQL cannot follow."""
        if len(self.ready) >= _READY_LIMIT:
            return
        for place, folder in enumerate(self._folders):
            round_ = self._next[place]
            if not round_.records and not (round_.opened or round_.closed):
                continue
            # the first goes at once, the second only when it is large: small ones had better grow
            room = _OUTSTANDING if self._waiting[place] >= _ROUND_LIMIT // 2 else 1
            if folder.outstanding < room:
                self._next[place], self._waiting[place] = _rest(round_)
                folder.submit(round_)

    def collect(self) -> str | None:
        """Take the answers; why all claims must be given up, if so. Raises FolderDied."""
        away = None
        for folder in self._folders:
            for answer in folder.results():
                away = answer.away or away
                self._note(answer)
        return away

    def wait(self, seconds: float) -> None:
        """Wait until something moves, for `seconds` at most."""
        self._arrived.wait(seconds)
        self._arrived.clear()

    def _note(self, answer: Folded) -> None:
        handed = [Handed(self._owned[n], batch) for n, batch in answer.batches if n in self._owned]
        if handed:
            self.ready.append(handed)

    def _place(self, owned: Owned) -> int:
        return owned.partition % len(self._folders)


def _rest(round_: Round) -> tuple[Round, int]:
    """Cut the round down to its limit; what is left over, for the next one, and how many records."""
    rest, room = Round(), _ROUND_LIMIT
    share = max(_ROUND_LIMIT // max(len(round_.records), 1), 1)
    if sum(map(len, round_.records.values())) <= room:
        return rest, 0
    for number, records in round_.records.items():
        if len(records) > share:
            round_.records[number], rest.records[number] = records[:share], records[share:]
    return rest, sum(map(len, rest.records.values()))

"""A stream that stands still is told by what of it does, and only after a while."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from services.notifier.still import Still


@dataclass
class Stream:
    """A stream over partition 1 in which everything moves unless the test says otherwise."""

    fetched: int = 10
    done: int = 10
    end: int = 10
    committed: Mapping[int, int] | None = field(default_factory=lambda: {1: 10})
    is_outside: bool = False
    in_trouble: bool = False
    now: float = 0.0

    def __post_init__(self) -> None:
        self._still = Still(monotonic=lambda: self.now)

    def after(self, seconds: float) -> str | None:
        """What is told when it has stayed as it is for so long."""
        told: str | None = None
        for _ in range(round(seconds)):
            self.now += 1
            told = asyncio.run(self._look())
        return told

    async def _look(self) -> str | None:
        async def position(_: TP) -> int:
            return self.fetched

        consumer = SimpleNamespace(fetched={1: self.fetched}, position=position, is_outside=self.is_outside)
        lanes: Any = SimpleNamespace(
            in_trouble=lambda _: self.in_trouble, next_offsets=lambda: {1: self.done} if self.done else {}
        )
        app: Any = SimpleNamespace(consumer=consumer)
        return await self._still.look(
            app,
            lanes,
            assignment={TP("status", 1)},
            ends={1: self.end} if self.end else {},
            committed=self.committed,
        )


def test_nothing_is_told_of_a_stream_that_has_done_everything() -> None:
    assert Stream().after(100) is None


@pytest.mark.parametrize(
    ("stream", "soon", "late", "told"),
    [
        (Stream(end=20), 10, 15, "partition 1 fetches nothing behind offset 10"),
        (Stream(end=20, fetched=20), 18, 25, "partition 1 finishes nothing behind offset 10"),
        (Stream(committed={}), 18, 25, "partition 1 commits nothing behind offset 0"),
        (Stream(committed={1: 4}), 18, 25, "partition 1 commits nothing behind offset 4"),
        (Stream(is_outside=True), 28, 35, "the group does not take this member in"),
    ],
    ids=["fetches", "finishes", "commits at all", "commits no more", "outside"],
)
def test_what_stands_still_is_told_after_a_while(stream: Stream, soon: int, late: int, told: str) -> None:
    assert stream.after(soon) is None
    assert (stream.after(late - soon) or "").startswith(told)


@pytest.mark.parametrize(
    "stream",
    [
        Stream(committed=None),
        Stream(end=0, fetched=20, committed={}, is_outside=True),
        Stream(fetched=20, committed={}, in_trouble=True),
        Stream(done=0, fetched=0, end=0, committed={}),
    ],
    ids=["no answer", "the broker is away", "a lane waits", "nothing was ever there"],
)
def test_who_waits_for_another_or_for_nothing_does_not_stand_still(stream: Stream) -> None:
    assert stream.after(100) is None

"""Figures are counted once for all who ask, and again when they are old."""

import asyncio

import pytest

from services.query.stats.kept import Keeper


class Counting:
    """Counts as slowly as it is told, on a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.begun: list[str | None] = []
        self.takes = 0.0
        self.fails = False

    async def __call__(self, whose: str | None) -> int:
        self.begun.append(whose)
        await asyncio.sleep(0)
        self.now += self.takes
        if self.fails:
            raise RuntimeError("away")
        return len(self.begun)

    def keeper(self) -> Keeper[int]:
        return Keeper(self, monotonic=lambda: self.now)


def test_many_who_ask_at_once_are_answered_by_one_count_and_tenants_by_their_own() -> None:
    async def run() -> None:
        counting = Counting()
        keeper = counting.keeper()

        told = await asyncio.gather(*(keeper.get(None) for _ in range(50)), keeper.get("north"))

        assert counting.begun == [None, "north"]
        assert len({value for value, _ in told[:50]}) == 1

    asyncio.run(run())


def test_an_old_answer_is_given_at_once_with_its_age_while_a_new_one_is_counted() -> None:
    async def run() -> None:
        counting = Counting()
        keeper = counting.keeper()
        first = await keeper.get(None)
        counting.now = 4.0
        fresh = await keeper.get(None)
        counting.now = 6.0
        old = await keeper.get(None)
        await asyncio.sleep(0.01)
        new = await keeper.get(None)

        assert (first, fresh, old, new) == ((1, 0.0), (1, 4.0), (1, 6.0), (2, 0.0))

    asyncio.run(run())


def test_what_takes_long_to_count_is_counted_seldom() -> None:
    async def run() -> None:
        counting = Counting()
        counting.takes = 2.0
        keeper = counting.keeper()
        await keeper.get(None)

        counting.now += 39.0
        await keeper.get(None)
        assert len(counting.begun) == 1

        counting.now += 2.0
        await keeper.get(None)
        await asyncio.sleep(0.01)
        assert len(counting.begun) == 2

    asyncio.run(run())


def test_a_count_that_fails_fails_whoever_waits_and_is_tried_again() -> None:
    async def run() -> None:
        counting = Counting()
        counting.fails = True
        keeper = counting.keeper()
        with pytest.raises(RuntimeError):
            await keeper.get(None)
        counting.fails = False

        assert await keeper.get(None) == (2, 0.0)

    asyncio.run(run())

"""Following changes: read back and heard live are one sequence, whatever is cut, slow or forgotten."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.query.live import hub as hubs
from services.query.live.change import Change, Places, place_text, places_text, read_places
from services.query.live.following import Follower
from services.query.live.hub import Heard, Hub
from services.query.live.rewind import Gone, Page
from services.query.selection import Owners, Selection

PARTITIONS = 2
KEYS = ("acme:A", "acme:B")
"""One in each partition, among others that nobody asks for."""


class Log:
    """`shipment-status` in memory; offsets with gaps, as markers leave them."""

    def __init__(self, *, ring_bytes: int = 400) -> None:
        self.changes: dict[int, list[Change]] = {partition: [] for partition in range(PARTITIONS)}
        self.hub = Hub(ring_bytes=ring_bytes, owners_of=owners_of)
        self.hub.begin(dict.fromkeys(range(PARTITIONS), 0))
        self.hub.caught_up()
        self.kept_from = dict.fromkeys(range(PARTITIONS), 0)
        self.rewinds = 0

    async def append(self, key: str, *, partition: int | None = None) -> Change:
        """The next change of a shipment, told to the hub."""
        place = KEYS.index(key) if partition is None else partition
        line = self.changes[place]
        offset = line[-1].offset + 2 if line else 0
        told = {"shipment": key, "src_offset": offset * 10, "after": view(key), "before": None}
        change = Change(place, offset, key.encode(), orjson.dumps(told))
        line.append(change)
        await self.hub.take([change])
        return change

    async def page(self, start: Places, end: Places, *, key: bytes | None, most: int) -> Page:
        """As Rewinder.page."""
        self.rewinds += 1
        if any(at < self.kept_from[partition] for partition, at in start.items()):
            raise Gone("forgotten")
        await asyncio.sleep(0)
        found, reached = [], dict(start)
        for partition, at in start.items():
            for change in self.changes[partition]:
                if at <= change.offset < end[partition] and key in (None, change.key):
                    if len(found) == most:
                        return Page(found, reached)
                    found.append(change)
                    reached[partition] = change.offset + 1
            reached[partition] = end[partition]
        return Page(found, reached)

    def follower(self) -> Follower:
        """Whatever follows this log."""
        return Follower(self.hub, self, owners_of, beat=timedelta(milliseconds=1))  # type: ignore[arg-type]


async def owners_of(shipments: Collection[str]) -> Mapping[str, Owners]:
    return {each: frozenset({"north"}) if each == KEYS[0] else frozenset({"south"}) for each in shipments}


def view(key: str) -> dict[str, Any]:
    named = dict.fromkeys(("milestone", "status", "customer_id", "order_id"))
    return {"shipment": key, "carrier": "acme", "conditions": [], **named}


async def heard_now(stream: AsyncGenerator[Any, None], most: int) -> tuple[list[Heard], Any]:
    """What the stream has to tell, at most so many changes, and where it says it stands."""
    heard: list[Heard] = []
    while len(heard) < most:
        told = await anext(stream)
        if not isinstance(told, Heard):
            return heard, told
        heard.append(told)
    return heard, None


Step = tuple[str, int]
steps = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(0, 3)),
        st.tuples(st.just("read"), st.integers(1, 6)),
        st.tuples(st.just("cut"), st.just(0)),
    ),
    max_size=60,
)


@pytest.fixture(autouse=True, scope="module")
def short_queues() -> Any:
    """Three changes wait for a slow reader, no more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hubs, "MOST_QUEUED", 3)
        yield


@given(steps)
def test_one_shipments_reader_hears_each_change_once_in_order(script: list[Step]) -> None:
    async def run() -> None:
        log, heard, upcoming = Log(), list[Change](), 0
        stream = log.follower().one(0, upcoming, KEYS[0].encode())
        for what, n in [*script, ("read", 1_000)]:
            if what == "append":
                await log.append(KEYS[n % 2] if n < 3 else "acme:C", partition=n % 2)
            elif what == "cut":
                await stream.aclose()
                stream = log.follower().one(0, upcoming, KEYS[0].encode())
            else:
                new, at = await heard_now(stream, n)
                heard += [each.change for each in new]
                upcoming = at if at is not None else heard[-1].offset + 1
        await stream.aclose()

        assert heard == [change for change in log.changes[0] if change.key == KEYS[0].encode()]

    asyncio.run(run())


@given(steps)
def test_a_reader_over_all_hears_each_selected_change_once_and_stands_where_it_says(
    script: list[Step],
) -> None:
    def wants(told: Any, _: Owners) -> bool:
        return bool(told["shipment"] in KEYS)

    async def run() -> None:
        log, heard, last = Log(), list[Change](), ""
        start = dict.fromkeys(range(PARTITIONS), 0)
        stream = log.follower().over_all(start, wants, of_tenant=False)
        for what, n in [*script, ("read", 1_000)]:
            if what == "append":
                await log.append(KEYS[n % 2] if n < 3 else "acme:C", partition=n % 2)
            elif what == "cut":
                await stream.aclose()
                places = start | (read_places(last) if last else {})
                stream = log.follower().over_all(places, wants, of_tenant=False)
            else:
                new, at = await heard_now(stream, n)
                heard += [each.change for each in new]
                last = at or (new[-1].places if new else last) or last
        await stream.aclose()

        for partition, line in log.changes.items():
            own = [change for change in heard if change.partition == partition]
            assert own == [change for change in line if change.key.decode() in KEYS]

    asyncio.run(run())


def in_a_loop(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    def run() -> None:
        asyncio.run(test())  # type: ignore[arg-type]

    run.__name__ = test.__name__
    return run


@in_a_loop
async def test_who_reads_slowly_takes_little_memory_and_gets_the_rest_from_the_log() -> None:
    log = Log()
    stream = log.follower().one(0, 0, KEYS[0].encode())
    await heard_now(stream, 1)
    for _ in range(50):
        await log.append(KEYS[0])

    waiting = [len(each.heard) for each in log.hub._by_key[KEYS[0].encode()]]
    heard, _ = await heard_now(stream, 1_000)
    await stream.aclose()

    assert waiting == [3]
    assert len(heard) == 50
    assert log.rewinds > 0
    assert log.hub._by_key == {}


@in_a_loop
async def test_a_reader_that_catches_its_breath_does_not_hear_the_new_before_the_missed() -> None:
    log = Log()
    stream = log.follower().one(0, 0, KEYS[0].encode())
    await heard_now(stream, 1)
    for _ in range(5):
        await log.append(KEYS[0])
    heard, _ = await heard_now(stream, 2)
    await log.append(KEYS[0])

    more, _ = await heard_now(stream, 1_000)
    await stream.aclose()

    assert [each.change for each in (*heard, *more)] == log.changes[0]


@in_a_loop
async def test_a_short_absence_is_made_good_from_memory() -> None:
    log = Log(ring_bytes=1_000_000)
    for _ in range(10):
        await log.append(KEYS[0])

    stream = log.follower().one(0, 0, KEYS[0].encode())
    heard, _ = await heard_now(stream, 1_000)
    await stream.aclose()

    assert len(heard) == 10
    assert log.rewinds == 0


@in_a_loop
async def test_what_the_log_has_forgotten_is_gone_and_not_skipped() -> None:
    log = Log()
    for _ in range(50):
        await log.append(KEYS[0])
    log.kept_from[0] = 10

    with pytest.raises(Gone):
        await anext(log.follower().one(0, 4, KEYS[0].encode()))


@in_a_loop
async def test_an_id_of_tomorrow_is_gone_and_one_of_another_partition_is_none() -> None:
    log = Log()
    await log.append(KEYS[0])
    follower = log.follower()

    with pytest.raises(Gone):
        await follower.resumed("0-99", {0})
    assert await follower.resumed("1-0", {0}) is None
    assert await follower.resumed("0-0", {0}) == {0: 1}


@in_a_loop
async def test_streams_end_with_the_service() -> None:
    log = Log()
    stream = log.follower().one(0, 0, KEYS[0].encode())
    await heard_now(stream, 1)

    log.hub.end()

    with pytest.raises(StopAsyncIteration):
        await anext(stream)


@in_a_loop
async def test_a_tenant_hears_only_of_what_it_registered() -> None:
    log = Log()
    selection = Selection(merchant="north")
    stream = log.follower().over_all({0: 0, 1: 0}, selection.may_want, of_tenant=True)
    await heard_now(stream, 1)
    for key in (*KEYS, *KEYS):
        await log.append(key)

    live, _ = await heard_now(stream, 10)
    await stream.aclose()
    again = log.follower().over_all({0: 0, 1: 0}, selection.may_want, of_tenant=True)
    read_back, _ = await heard_now(again, 10)
    await again.aclose()

    assert {each.change.key for each in (*live, *read_back)} == {KEYS[0].encode()}
    assert len(live) == len(read_back) == 2


def test_an_event_id_says_what_comes_next() -> None:
    assert place_text(3, 13) == "3-12"
    assert place_text(3, 0) is None
    assert places_text({1: 41, 0: 13, 2: 0}) == "0-12,1-40"
    assert read_places("0-12,1-40") == {0: 13, 1: 41}

"""Live updates of a whole Shiplog: what a stream tells is what `shipment-status` holds, each change once."""

import asyncio
import itertools
import os
import random
import resource
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from services.cli.local.stack import Stack
from tests.e2e.running import Up, new_place, running, until
from tests.integration.live_stand import post, reading, registered, scanned, told_offsets

DISCONNECTS = int(os.environ.get("SHIPLOG_DISCONNECTS", "60"))
STREAMS = 2_000


@pytest.fixture(scope="module")
def up(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One running Shiplog for this file."""
    home: Path = tmp_path_factory.mktemp("live")
    with running(new_place(home, kafka=stack.kafka, database_url=stack.database_url), clock="wall") as up:
        yield up


def known(up: Up, number: str) -> str:
    """A shipment that the read side knows; the address of its stream."""
    post(up, registered(number))
    url = f"{up.ready['query']}/v1/shipments/acme:{number}"
    until(lambda: httpx.get(url, timeout=5).status_code == 200, within=20, what=f"{number} is known")
    return f"{url}/live"


def test_a_stream_begins_with_the_shipment_as_it_stands_and_tells_a_scan_within_a_second(up: Up) -> None:
    url = known(up, "FIRST1")

    with reading(url) as events:
        first = events.next()
        began = time.monotonic()
        post(up, scanned("FIRST1", 1, "picked_up"))
        second = events.next()
        took = time.monotonic() - began

    assert first.name == second.name == "change"
    assert first.id is not None
    assert (first.data["milestone"], second.data["milestone"]) == ("registered", "picked_up")
    assert [entry["type"] for entry in second.data["timeline"]] == ["ShipmentRegistered", "ScanRecorded"]
    assert second.data == httpx.get(url.removesuffix("/live")).json()
    assert second.id == told_offsets(up.place, "acme:FIRST1")[-1][0]
    assert took < 1


def test_who_comes_back_with_the_last_id_is_told_what_was_missed_and_nothing_twice(up: Up) -> None:
    url = known(up, "BACK1")
    with reading(url) as events:
        events.next()
        post(up, scanned("BACK1", 1, "picked_up"))
        last = events.next().id

    post(up, scanned("BACK1", 2), scanned("BACK1", 3, "out_for_delivery"))
    until(lambda: len(told_offsets(up.place, "acme:BACK1")) == 4, within=20, what="all is published")
    with reading(url, last_id=last) as events:
        missed = [events.next(), events.next()]
        post(up, scanned("BACK1", 4, "delivered"))
        new = events.next()

    assert [each.id for each in (*missed, new)] == [
        place for place, _ in told_offsets(up.place, "acme:BACK1")[-3:]
    ]
    assert [each.data["milestone"] for each in missed] == ["in_transit", "out_for_delivery"]
    # each as it stood then
    assert [len(each.data["timeline"]) for each in missed] == [3, 4]
    assert new.data["milestone"] == "delivered"


@pytest.mark.parametrize(
    "last", ["0-999999999", "99-1", "nonsense", "0-1,1-2", "0-99999999999999999999", "-", "1-1;"]
)
def test_an_id_that_the_log_cannot_know_is_answered_with_a_reset_and_a_snapshot(up: Up, last: str) -> None:
    url = known(up, "RESET1")

    with reading(url, last_id=last) as events:
        sent = [events.next(), events.next()]

    assert [each.name for each in sent] == ["reset", "change"]
    assert sent[1].data["shipment"] == "acme:RESET1"


def test_the_stream_of_a_shipment_that_is_not_known_is_404(up: Up) -> None:
    for key in ("acme:NEVER", "nonsense", "acme:%00", "%ff"):
        answer = httpx.get(f"{up.ready['query']}/v1/shipments/{key}/live")

        assert answer.status_code == 404, key
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_stream_over_all_tells_what_is_selected_and_what_has_left(up: Up) -> None:
    known(up, "SEL1")
    known(up, "SEL2")
    url = f"{up.ready['query']}/v1/live?order_id=O-SEL1&milestone=in_transit&milestone=picked_up"

    with reading(url) as events:
        opened = events.next()
        post(
            up,
            scanned("SEL2", 1, "picked_up"),
            scanned("SEL1", 2, "picked_up"),
            scanned("SEL1", 3, "delivered"),
        )
        sent = [events.next(), events.next()]
        last = events.last_id
    post(up, scanned("SEL1", 4, "returning"), scanned("SEL1", 5, "in_transit", substatus="problem_resolved"))

    assert opened.name == "open"
    assert [(each.name, each.data["milestone"]) for each in sent] == [
        ("change", "picked_up"),
        ("left", "delivered"),
    ]
    with reading(f"{up.ready['query']}/v1/live?order_id=O-SEL1", last_id=last) as events:
        assert events.next().data["milestone"] == "returning"


class Load:
    """Scans of one shipment among those of fifty others, until the block ends."""

    def __init__(self, up: Up, number: str) -> None:
        self._up, self._number = up, number
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(60)

    def _run(self) -> None:
        for n in itertools.count():
            if self._ended.is_set():
                return
            others = [scanned(f"OTHER{n % 50}", n % 86_400) for _ in range(20)]
            milestone = ("in_transit", "out_for_delivery")[n % 2]
            post(self._up, *others, scanned(self._number, n % 86_400, milestone))


def heard_between_cuts(url: str, last: str | None, *, seed: int) -> list[tuple[str | None, int]]:
    """Id and count of scans of every change heard over so many connections, each cut after some."""
    chance, heard = random.Random(seed), []
    for _ in range(DISCONNECTS):
        with reading(url, last_id=last) as events:
            for _ in range(chance.randrange(4)):
                sent = events.next()
                assert sent.name == "change"
                heard.append((sent.id, sent.data["scans"]))
                last = sent.id
    return heard


def test_readers_cut_off_again_and_again_under_load_miss_nothing_and_hear_nothing_twice(up: Up) -> None:
    url = known(up, "LOAD1")
    all_url = f"{up.ready['query']}/v1/live?order_id=O-LOAD1"
    with reading(url) as one, reading(all_url) as every:
        first, opened = one.next(), every.next()

    with Load(up, "LOAD1"), ThreadPoolExecutor() as pool:
        cut_one = pool.submit(heard_between_cuts, url, first.id, seed=1)
        cut_every = pool.submit(heard_between_cuts, all_url, opened.id, seed=2)
        by_key, over_all = cut_one.result(900), cut_every.result(900)

    told = [place for place, _ in told_offsets(up.place, "acme:LOAD1")][1:]
    assert [place for place, _ in by_key] == told[: len(by_key)]
    assert [scans for _, scans in over_all] == list(range(1, len(over_all) + 1))
    assert min(len(by_key), len(over_all)) >= DISCONNECTS


def test_thousands_of_streams_are_open_in_one_process_and_all_hear_of_a_change(up: Up) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    known(up, "MANY1")
    before = rss_kb(up.pid("query"))

    used_kb, took = asyncio.run(followed_by_many(up, before))

    assert used_kb < 200
    assert took < 5


async def followed_by_many(up: Up, before: int) -> tuple[float, float]:
    """KiB of memory per open stream, and the seconds until the last of them has heard of a change."""
    address = httpx.URL(up.ready["query"])
    request = f"GET /v1/shipments/acme:MANY1/live HTTP/1.1\r\nhost: {address.host}\r\n\r\n".encode()
    connecting = asyncio.Semaphore(50)

    async def opened() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with connecting:
            reader, writer = await asyncio.open_connection(address.host, address.port, limit=2**20)
            writer.write(request)
            await reader.readuntil(b"event: change")
        return reader, writer

    async def heard(reader: asyncio.StreamReader) -> float:
        await reader.readuntil(b'"milestone":"picked_up"')
        return time.monotonic()

    streams = await asyncio.gather(*(opened() for _ in range(STREAMS)))
    used = (rss_kb(up.pid("query")) - before) / STREAMS
    began = time.monotonic()
    await asyncio.to_thread(post, up, scanned("MANY1", 1, "picked_up"))
    last = max(await asyncio.gather(*(heard(reader) for reader, _ in streams)))
    for _, writer in streams:
        writer.close()
    return used, last - began


def rss_kb(pid: int) -> int:
    """Resident memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS")))


def test_open_streams_end_when_the_service_is_told_to_stop(stack: Stack, tmp_path: Path) -> None:
    place = new_place(tmp_path / "home", kafka=stack.kafka, database_url=stack.database_url)
    with running(place, clock="wall") as up, ExitStack() as streams:
        url = known(up, "STOP1")
        readers = [streams.enter_context(reading(url)) for _ in range(5)]
        for reader in readers:
            reader.next()
        os.kill(up.pid("query"), 15)
        began = time.monotonic()
        for reader in readers:
            with pytest.raises((EOFError, httpx.RemoteProtocolError)):
                reader.next()

        assert time.monotonic() - began < 8

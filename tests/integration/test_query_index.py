"""The index of shipments: it is a function of the model, whoever made it, however it was interrupted."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.instants import local_text
from services.query.index.building import build
from services.query.index.entries import Words, words_entry
from services.query.index.store import IndexStore, LogDiverged
from services.runtime.metrics import INDEX_LEFT_OUT
from tests.builders import Told, case_opened, deadline_passed, hour, promise, retracted, revised, scan
from tests.integration.query_stand import (
    Projected,
    fed,
    index_rows,
    indexed,
    item,
    order_of,
    served,
)

Json = dict[str, Any]

MILESTONES = ("info_received", "picked_up", "in_transit", "out_for_delivery", "delivered", "returning")


@pytest.fixture
def model(database: str) -> Iterator[Projected]:
    """An empty read model."""
    projected = Projected(database)
    yield projected
    projected.close()


def something(source: random.Random, told: list[Json]) -> Json:
    """Any event of one of thirty numbers: three merchants, reused numbers, retractions among them."""
    number, at = f"N{source.randrange(30)}", hour(source.randrange(24 * 200))
    kind = source.randrange(9)
    if kind < 2:
        merchant = source.choice(["anna", "boris", "anna", "anna"])
        order_id = f"O-{source.randrange(12)}"
        date = f"2026-0{source.randrange(3, 10)}-11"
        return order_of(
            merchant,
            order_id,
            customer_id=source.choice(["c-1", "c-2"]),
            items=[item(source.choice(["lamp", "chair", "red table"]))],
            promise=source.choice([None, promise(date, zone="UTC")]),
            destination={"country": source.choice(["KZ", "DE"])},
            told={"number": number, "at": at},
        )
    if kind == 2 and told:
        return retracted_one(source.choice(told), at)
    if kind == 3:
        return revised("2026-09-30", kind="carrier_estimate", at=at, number=number)
    if kind == 4:
        return case_opened("damaged", at=at, number=number, party="carrier")
    if kind == 5:
        return deadline_passed("stale", at, number=number)
    told: Told = source.choice(
        [{"at": at}, {"at": at}, {"local": local_text(at)}, {"date": local_text(at)[:10]}]
    )
    return scan(source.choice(MILESTONES), number=number, **told)


def retracted_one(target: Json, at: int) -> Json:
    """Its retraction, for the same number."""
    number = target["shipment"].partition(":")[2]
    return retracted(target, at=at, number=number)


@pytest.mark.parametrize("seed", range(4))
def test_an_index_that_followed_is_the_one_that_is_made_from_scratch(model: Projected, seed: int) -> None:
    source, told = random.Random(seed), list[Json]()
    indexed(model.url)
    for _ in range(40):
        events = [something(source, told) for _ in range(source.randrange(1, 12))]
        told += events
        model.tell(*events)
        if source.random() < 0.7:
            fed(model.url)
    fed(model.url)
    followed = index_rows(model.url, "search_1")

    indexed(model.url)

    made = index_rows(model.url, "search_1")
    assert made == followed
    assert len(made["shipments"]) > 30
    assert any(",anna,f," in row for (row,) in made["shipments"])


def test_feeding_goes_on_in_bits_where_more_has_moved_than_fits_one_turn(
    model: Projected, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed(model.url)
    model.tell(*(scan("picked_up", at=hour(n), number=f"N{n % 40}") for n in range(200)))
    monkeypatch.setattr("services.query.index.store._MOST_TOUCHED", 7)

    fed(model.url)

    followed = index_rows(model.url, "search_1")
    indexed(model.url)
    assert followed == index_rows(model.url, "search_1")
    assert len(followed["shipments"]) == 40


@pytest.mark.parametrize("how", [fed, indexed], ids=["followed", "from scratch"])
def test_a_shipment_that_cannot_be_indexed_keeps_no_other_out(
    model: Projected, monkeypatch: pytest.MonkeyPatch, how: Callable[[str], None]
) -> None:
    def words_or_bug(view: Json, *rest: Any, **more: Any) -> Words:
        if view["tracking_number"] == "N2":
            raise ValueError("a bug")
        return words_entry(view, *rest, **more)

    indexed(model.url)
    model.tell(*(order_of("anna", f"O-{n}", told={"number": f"N{n}", "at": hour(n)}) for n in range(1, 4)))
    left_out = INDEX_LEFT_OUT._value.get()
    with monkeypatch.context() as patched:
        patched.setattr("services.query.index.gathering.words_entry", words_or_bug)

        how(model.url)

    rows = index_rows(model.url, "search_1")
    for table in ("shipments", "words", "orders"):
        text = " ".join(row for (row,) in rows[table])
        assert [f"acme:N{n}" in text for n in (1, 2, 3)] == [True, False, True], table
    assert INDEX_LEFT_OUT._value.get() == left_out + 1
    model.tell(scan("picked_up", at=hour(9), number="N2"))
    fed(model.url)
    assert "acme:N2" in str(index_rows(model.url, "search_1")["shipments"])


def test_a_turn_that_fails_leaves_rows_and_positions_as_they_were(
    model: Projected, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed(model.url)
    model.tell(scan("picked_up", at=hour(1), number="N1"))
    before = index_rows(model.url, "search_1")
    with monkeypatch.context() as patched:
        patched.setattr("services.query.index.store._TABLES", ("shipments", "nothing", "orders"))

        with pytest.raises(LookupError):
            fed(model.url)

    assert index_rows(model.url, "search_1") == before
    fed(model.url)
    assert len(index_rows(model.url, "search_1")["shipments"]) == 1


def test_a_model_that_stands_before_the_index_makes_it_worthless(model: Projected) -> None:
    model.tell(scan("picked_up", at=hour(1)))
    indexed(model.url)
    model.rows("UPDATE model_1.checkpoints SET next_offset = 0")

    with pytest.raises(LogDiverged):
        fed(model.url)


def test_only_one_of_two_writes_the_index(model: Projected) -> None:
    first, second = IndexStore(model.url), IndexStore(model.url)

    assert (first.take(), second.take()) == (True, False)
    first.close()
    until = time.monotonic() + 20
    while not second.take():
        assert time.monotonic() < until
    second.close()


def test_an_index_of_another_layout_is_made_anew(
    model: Projected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.tell(scan("picked_up", at=hour(1)))
    indexed(model.url)
    model.rows("DELETE FROM search_1.shipments")
    model.rows("UPDATE search.serving SET layout = 0")

    with served(model.url, tmp_path) as api:
        assert api.shipments() == ["acme:P1"]


def test_the_old_index_answers_and_follows_while_another_models_is_made(
    model: Projected, tmp_path: Path
) -> None:
    model.tell(*(scan("picked_up", at=hour(n), number=f"N{n}") for n in range(60)))
    with served(model.url, tmp_path) as api:
        first = api.get("/v1/shipments", limit=20)
        copy_model(model)
        model.rows("UPDATE core.pointer SET current = 2")
        pages = [first]
        while pages[-1]["next"]:
            pages.append(api.get("/v1/shipments", limit=20, cursor=pages[-1]["next"]))
        until = time.monotonic() + 20
        while model.rows("SELECT number FROM search.serving") != [(2,)]:
            assert api.shipments(q="N 7") == ["acme:N7"]
            assert time.monotonic() < until
        after = api.shipments(limit=200)

    walked = [each["shipment"] for page in pages for each in page["items"]]
    assert walked == after == [f"acme:N{n}" for n in reversed(range(60))]


def test_a_build_gives_way_when_the_pointer_moves_on(model: Projected) -> None:
    model.tell(scan("picked_up", at=hour(1)))
    indexed(model.url)
    copy_model(model)
    store = IndexStore(model.url)
    assert store.take()
    turns = iter([False, False, True])

    done = build(store, 2, serving=1, until=lambda: next(turns, True))

    assert not done
    assert store.serving() == 1
    store.close()


def copy_model(model: Projected) -> None:
    """A second model, equal to the first."""
    from services.projector.migrate import create_model
    from services.runtime.postgres import connect

    with connect(model.url, name="test") as conn:
        create_model(conn, 2, partitions=4)
        for table in ("shipments", "timeline"):
            conn.execute(f"INSERT INTO model_2.{table} SELECT * FROM model_1.{table}")
        conn.execute("DELETE FROM model_2.checkpoints")
        conn.execute("INSERT INTO model_2.checkpoints SELECT * FROM model_1.checkpoints")


def test_whoever_follows_may_be_killed_at_any_moment(model: Projected, tmp_path: Path) -> None:
    source = random.Random(7)
    told: list[Json] = []
    for turn in range(5):
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.query_child", model.url, str(tmp_path)]
        )
        try:
            until = time.monotonic() + source.random() * 2 + (4 if turn == 0 else 2)
            while time.monotonic() < until:
                events = [something(source, told) for _ in range(source.randrange(1, 30))]
                told += events
                model.tell(*events)
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait(20)

    with served(model.url, tmp_path) as api:
        until = time.monotonic() + 20
        while api.client.get("/v1/shipments").status_code == 503:
            assert time.monotonic() < until
            time.sleep(0.2)
        while model.rows(
            "SELECT 1 FROM model_1.checkpoints c JOIN search_1.progress p USING (partition)"
            " WHERE p.next_offset <> c.next_offset"
        ):
            assert time.monotonic() < until
    followed = index_rows(model.url, "search_1")
    indexed(model.url)
    assert followed == index_rows(model.url, "search_1")
    assert len(followed["shipments"]) >= 30


actions = st.lists(
    st.one_of(
        st.tuples(st.just("new"), st.integers(0, 400)),
        st.tuples(st.just("move"), st.integers(0, 29), st.integers(0, 400)),
    ),
    max_size=3,
)


@pytest.mark.parametrize("sort", ["last_at", "-last_at", "-registered", "slip"])
def test_walking_the_pages_while_rows_come_and_change_loses_and_doubles_none_that_stayed(
    model: Projected, tmp_path: Path, sort: str
) -> None:
    known = [f"N{n}" for n in range(30)]
    model.tell(*(order_of("m", f"O-{n}", told={"number": n, "at": hour(5)}) for n in known[:10]))
    model.tell(*(scan("picked_up", at=hour(200 + n // 3), number=known[n]) for n in range(30)))
    fresh = iter(range(10_000))
    with served(model.url, tmp_path) as api:

        @settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(actions, min_size=5, max_size=5), st.integers(1, 9))
        def walk(meanwhile: list[list[Any]], limit: int) -> None:
            api.settled()
            before = {key for page in api.walk(limit=200) for key in page}
            moved, new, walked = set[str](), set[str](), list[str]()
            todo = iter(meanwhile)
            for page in api.walk(sort=sort, limit=max(limit, len(before) // 5)):
                walked += page
                for what in next(todo, []):
                    if what[0] == "new":
                        number = f"X{next(fresh)}"
                        new.add(f"acme:{number}")
                        model.tell(scan("picked_up", at=hour(what[1]), number=number))
                    else:
                        moved.add(f"acme:{known[what[1]]}")
                        at = hour(what[2]) + next(fresh)
                        model.tell(scan("in_transit", at=at, number=known[what[1]]))

            stayed = before - moved
            assert [key for key in walked if key in stayed and walked.count(key) != 1] == []
            assert stayed <= set(walked)
            assert set(walked) <= before | new

        walk()

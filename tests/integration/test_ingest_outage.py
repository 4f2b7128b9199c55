"""Kafka and PostgreSQL die under ingest, and ingest itself: what was acknowledged reaches the log."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from services.cli.local.faults import kill_kafka, kill_postgres, start_kafka, start_postgres
from services.cli.local.stack import Stack, remove_stack, start_stack
from tests.builders import canonical_registered, canonical_scan, minute
from tests.integration.ingest_stand import Place, Running, running_ingest

pytestmark = pytest.mark.chaos


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that nobody else uses, for killing."""
    home = tmp_path_factory.mktemp("killed")
    try:
        yield start_stack(home)
    finally:
        remove_stack(home)


@pytest.fixture
def place(own_stack: Stack, tmp_path: Path) -> Iterator[Place]:
    """Topics and a home of this test's own; the tables are the module's."""
    yield Place(tmp_path, own_stack.kafka, own_stack.database_url).prepare()
    start_kafka(own_stack.home)
    start_postgres(own_stack.home)


def post_each(ingest: Running, numbers: range) -> list[httpx.Response]:
    """One event per request, ten requests at once."""
    with ThreadPoolExecutor(10) as pool:
        return list(pool.map(lambda n: ingest.post(canonical_scan("picked_up", at=minute(n))), numbers))


def acknowledged(answers: list[httpx.Response]) -> set[str]:
    """The ids of answers that were 202."""
    return {event_id for answer in answers for event_id in answer.json()["event_ids"]}


def wait_logged(place: Place, ids: set[str], *, seconds: float = 30) -> set[str]:
    """What is still missing from the log at last."""
    deadline = time.monotonic() + seconds
    while (missing := ids - set(place.logged_ids())) and time.monotonic() < deadline:
        time.sleep(0.5)
    return missing


def test_events_are_taken_while_kafka_is_away_and_reach_the_log_when_it_is_back(
    own_stack: Stack, place: Place
) -> None:
    with running_ingest(place) as ingest:
        before = post_each(ingest, range(20))
        kill_kafka(own_stack.home)
        away = post_each(ingest, range(20, 80))
        with psycopg.connect(place.database_url) as conn:
            time.sleep(1.5)
            held = conn.execute("SELECT oldest_unlogged FROM core.ingest_instances").fetchall()
        ready = httpx.get(f"{ingest.url}/readyz")
        start_kafka(own_stack.home)
        after = post_each(ingest, range(80, 90))
        missing = wait_logged(place, acknowledged([*before, *away, *after]))
        time.sleep(1.5)
        with psycopg.connect(place.database_url) as conn:
            settled = conn.execute("SELECT oldest_unlogged FROM core.ingest_instances").fetchall()

    assert {answer.status_code for answer in [*before, *away, *after]} == {202}
    assert missing == set()
    assert [row[0] is not None for row in held] == [True]
    assert settled == [(None,)]
    assert (ready.status_code, "kafka" in ready.json()["troubles"]) == (503, True)


def test_a_killed_ingest_leaves_its_spool_to_the_next_one(own_stack: Stack, place: Place) -> None:
    kill_kafka(own_stack.home)
    with running_ingest(place) as ingest:
        away = post_each(ingest, range(30))
        ingest.kill()
    left = list((place.home / "spool").glob("*.spool"))

    with running_ingest(place) as ingest:
        start_kafka(own_stack.home)
        missing = wait_logged(place, acknowledged(away))
        time.sleep(2.5)
        with psycopg.connect(place.database_url) as conn:
            rows = conn.execute("SELECT oldest_unlogged FROM core.ingest_instances").fetchall()

    assert {answer.status_code for answer in away} == {202}
    assert len(left) == 1
    assert missing == set()
    assert rows == [(None,)]
    assert list((place.home / "spool").glob("*.spool")) == []


def test_without_postgresql_only_what_needs_a_new_key_is_sent_away(own_stack: Stack, place: Place) -> None:
    with running_ingest(place) as ingest:
        known = ingest.post(canonical_registered(customer_id="C-1", recipient="Ann"))
        kill_postgres(own_stack.home)
        plain = ingest.post(canonical_scan("picked_up"))
        cached = ingest.post(canonical_registered(customer_id="C-1", recipient="Ann"))
        unknown = ingest.post(canonical_registered(customer_id="C-2", recipient="Bob"))
        read = httpx.get(f"{ingest.url}/v1/shipments/acme:P1", timeout=30)
        start_postgres(own_stack.home)
        again = ingest.post(canonical_registered(customer_id="C-2", recipient="Bob"))

    assert [each.status_code for each in (known, plain, cached, again)] == [202] * 4
    assert [each.status_code for each in (unknown, read)] == [503, 503]
    assert all(int(each.headers["retry-after"]) > 0 for each in (unknown, read))

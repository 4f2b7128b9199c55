"""One real stack per test session, and a database of its own for each test that asks for one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql

from services.cli.local.stack import Stack, remove_stack, start_stack
from tests.e2e.running import Place, Up, new_place, running

SHARED = Path(__file__).parents[2] / "shared" / "data"

settings.register_profile("fuzz", max_examples=5_000, deadline=None)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running Kafka and PostgreSQL, gone when the session ends."""
    home = tmp_path_factory.mktemp("stack")
    try:
        yield start_stack(home)
    finally:
        remove_stack(home)


@pytest.fixture
def kafka(stack: Stack) -> str:
    """The session's broker, `host:port`; topics are the test's own by their names."""
    return stack.kafka


@pytest.fixture
def database(stack: Stack) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    name = f"test_{uuid4().hex[:16]}"
    with psycopg.connect(stack.database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield urlunsplit(urlsplit(stack.database_url)._replace(path=f"/{name}"))
    with psycopg.connect(stack.database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real inputs beside the project; tests that need it are skipped without it."""
    if not SHARED.is_dir():
        pytest.skip("the real inputs (../shared/data) are not on this machine")
    return SHARED


@pytest.fixture
def places(tmp_path: Path, stack: Stack) -> Callable[[str], Place]:
    """Folders, topics and empty databases for whole Shiplogs on the session's stack, by name."""
    return lambda name: new_place(tmp_path / name, kafka=stack.kafka, database_url=stack.database_url)


@pytest.fixture
def place(places: Callable[[str], Place]) -> Place:
    """One such place."""
    return places("home")


@pytest.fixture
def up_virtual(place: Place) -> Iterator[Up]:
    """A running Shiplog whose time moves only with replays."""
    with running(place, clock="virtual") as up:
        yield up


@pytest.fixture
def up_wall(place: Place) -> Iterator[Up]:
    """A running Shiplog on the wall clock."""
    with running(place, clock="wall") as up:
        yield up

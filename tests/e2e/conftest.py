"""A place of its own for each test, and a running Shiplog in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.running import Place, Up, new_place, running


@pytest.fixture
def place(tmp_path: Path, stack) -> Place:  # type: ignore[no-untyped-def]
    """A folder, topics and an empty database on the session's stack."""
    return new_place(tmp_path / "home", kafka=stack.kafka, database_url=stack.database_url)


@pytest.fixture
def places(tmp_path: Path, stack) -> Callable[[str], Place]:  # type: ignore[no-untyped-def]
    """More such places, by name."""
    return lambda name: new_place(tmp_path / name, kafka=stack.kafka, database_url=stack.database_url)


@pytest.fixture
def up_virtual(place: Place) -> Iterator[Up]:
    """A Shiplog whose time moves only with replays."""
    with running(place, clock="virtual") as up:
        yield up


@pytest.fixture
def up_wall(place: Place) -> Iterator[Up]:
    """A Shiplog on the wall clock."""
    with running(place, clock="wall") as up:
        yield up

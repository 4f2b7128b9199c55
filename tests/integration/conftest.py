"""Connections of the projector to a database of the test's own."""

from collections.abc import Iterator

import pytest

from services.projector.migrate import migrate
from services.projector.store import Reads, Store
from tests.integration.projector_stand import PARTITIONS


@pytest.fixture
def url(database: str) -> str:
    """A migrated database."""
    migrate(database, partitions=PARTITIONS)
    return database


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """The writing connection."""
    store = Store(url)
    yield store
    store.close()


@pytest.fixture
def reads(url: str) -> Iterator[Reads]:
    """The reading connection."""
    reads = Reads(url)
    yield reads
    reads.close()

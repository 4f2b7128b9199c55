"""Contestant: the very batches that the projector made, written by its own writer and nothing else."""

import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from services.projector.batch import Finished
from services.projector.store import Store
from tests.bench.child import contest


def prepare(database_url: str, kept: str) -> Callable[[], None]:
    """All batches in memory, and an owner in the database as the projector was one."""
    batches = list(_batches(Path(kept)))
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("UPDATE model_1.checkpoints SET owner_epoch = %s", (batches[0].claimed.epoch,))
    store = Store(database_url)

    def run() -> None:
        for batch in batches:
            store.write(batch)
        store.close()

    return run


def _batches(file: Path) -> Iterator[Finished]:
    with file.open("rb") as source:
        while source.peek(1):
            yield pickle.load(source)


if __name__ == "__main__":
    contest(prepare)

"""Contestant: our projector until the log ends; `keep` also writes its batches to a file, for the writer."""

import pickle
from collections.abc import Callable
from pathlib import Path

from services.projector.batch import Finished
from tests.bench.child import contest, offsets
from tests.bench.projector import Projecting


def prepare(
    kafka: str, topic: str, database_url: str, ends: dict[str, int], held: int, keep: str | None = None
) -> Callable[[], None]:
    """A projector that is ready to claim and holds up to `held` shipments in memory."""
    kept: list[Finished] = []
    projecting = Projecting(
        kafka, topic, database_url, ends=offsets(ends), cache=held,
        committed=kept.append if keep else lambda batch: None,
    )  # fmt: skip

    def run() -> None:
        projecting.run()
        if keep:
            with Path(keep).open("wb") as file:
                for batch in kept:
                    pickle.dump(batch, file, protocol=pickle.HIGHEST_PROTOCOL)
        projecting.close()

    return run


if __name__ == "__main__":
    contest(prepare)

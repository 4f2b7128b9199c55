"""What has to be there before the services start: a stack, topics, tables, a master key, a kind of clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Final

import orjson

from schemas.topics import topics
from services.cli.local.stack import start_stack, status, stop_stack
from services.cli.output import DependencyAway, Output, UsageError
from services.cli.readback.store import postgres_away, read_model
from services.ingest.keystore import ensure_master_key
from services.projector.migrate import PartitionCountChanged, migrate
from services.runtime.config import Settings, read_places, read_settings
from services.runtime.outcomes import BrokerUnavailable
from services.runtime.topics import check_topics, ensure_topics

OWNED: Final = "up.json"
"""HOME/run/up.json stands while a stack runs that `up` itself started, also after `up` was killed."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the services stand on."""

    settings: Settings
    clock: str


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Be the only `up` of this home; raises UsageError when another one runs."""
    folder = home / "run"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".up.lock").open("w") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(f"another `shiplog up` runs in {home}") from error
        yield


@contextmanager
def stack_of(home: Path, output: Output) -> Iterator[Settings]:
    """A running stack: configured, found in `home`, or started here and then stopped at the end.

    Raises DependencyAway.
    """
    places = read_places(home=home)
    if places.kafka and places.database_url:
        yield read_settings(home=home)
        return
    marker = home / "run" / OWNED
    if not any(status(home).values()):
        marker.write_bytes(orjson.dumps({"owns_stack": True}))
    try:
        start_stack(home, output=output)
        yield read_settings(home=home)
    finally:
        if marker.exists():
            output.note("stopping the local stack")
            stop_stack(home)
            marker.unlink()


def prepare(settings: Settings, *, clock: str | None) -> Ground:
    """Create what is missing; `clock` None keeps the home's, or `wall` at its first `up`.

    Raises DependencyAway, and UsageError when the home has another clock or another partition count.
    """
    wanted = topics(prefix=settings.topic_prefix, partitions=settings.partitions)
    try:
        ensure_topics(settings.kafka, wanted)
        differences = check_topics(settings.kafka, wanted)
    except BrokerUnavailable as error:
        raise DependencyAway(f"Kafka is away: {error}") from error
    if differences:
        raise UsageError("; ".join(differences), error="topics_differ")
    try:
        with postgres_away():
            migrate(settings.database_url, partitions=settings.partitions)
    except PartitionCountChanged as error:
        raise UsageError(str(error), error="partition_count_changed") from error
    ensure_master_key(settings.master_key_file)
    return Ground(settings, _fixed_clock(settings, clock))


def _fixed_clock(settings: Settings, clock: str | None) -> str:
    with read_model(settings.database_url) as model:
        kept, _ = model.clock()
        kept = kept or model.fix_clock_mode(clock or "wall")
    if clock is not None and clock != kept:
        raise UsageError(f"this home has a {kept} clock since its first `up`: it stays so", clock=kept)
    return kept

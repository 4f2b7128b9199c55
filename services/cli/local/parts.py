"""One part of the stack from nothing to answering, noted in stack.json before anybody waits for it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from services.cli.local import kafka, postgres
from services.cli.local.jars import kafka_jars
from services.cli.local.owner import unprivileged
from services.cli.local.processes import Cancelled, Gone, tail
from services.cli.local.state import KafkaPart, PostgresPart, StackFile
from services.cli.output import DependencyAway, Output
from services.runtime.config import Places

# After a SIGKILL the killed server's own children hold its shared memory until they notice
LEFTOVER: Final = "still in use"
LEFTOVER_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Start:
    """One start in progress, as its threads see it."""

    places: Places
    file: StackFile
    output: Output
    cancelled: threading.Event


def start_kafka_part(start: Start) -> None:
    """The broker, up and answering. Raises DependencyAway with its log's tail, or Cancelled."""
    jars = kafka_jars(
        start.places.cache,
        ca_bundle=start.places.ca_bundle,
        output=start.output,
        cancelled=start.cancelled,
    )
    _unless_cancelled(start)
    folder = start.places.home / "kafka"
    part = kafka.assign(start.file.load().kafka)
    part = replace(part, process=kafka.launch(folder, part, jars=jars))
    start.file.update(kafka=part)
    _answering(lambda: kafka.wait_ready(part, cancelled=start.cancelled), "Kafka", kafka.log_of(folder))
    _unless_cancelled(start)


def start_postgres_part(start: Start) -> None:
    """The database server, up and answering. Raises DependencyAway with its log's tail, or Cancelled."""
    owner = unprivileged()
    part = postgres.assign(start.file.load().postgres, home=start.places.home, owner=owner)
    # noted before its files are made: a folder outside the home is known from its first moment
    start.file.update(postgres=part)
    if owner is not None:
        postgres.sweep(Path(part.folder))
    deadline = time.monotonic() + LEFTOVER_SECONDS
    while True:
        _unless_cancelled(start)
        part = replace(part, process=postgres.launch(part, owner=owner))
        start.file.update(postgres=part)
        log = postgres.log_of(Path(part.folder))
        try:
            postgres.wait_ready(part, cancelled=start.cancelled)
            break
        except Gone:
            if LEFTOVER not in tail(log, 3) or time.monotonic() > deadline:
                raise DependencyAway(f"PostgreSQL did not start; its log ends with:\n{tail(log)}") from None
            time.sleep(0.2)
        except TimeoutError as error:
            raise DependencyAway(f"PostgreSQL is {error}; its log ends with:\n{tail(log)}") from error
    _unless_cancelled(start)


def running_kafka(start: Start) -> KafkaPart:
    """The broker as stack.json names it. Raises DependencyAway when this home has none."""
    part = start.file.load().kafka
    if part is None:
        raise DependencyAway(f"{start.places.home} has no local Kafka")
    return part


def running_postgres(start: Start) -> PostgresPart:
    """The database server as stack.json names it. Raises DependencyAway when this home has none."""
    part = start.file.load().postgres
    if part is None:
        raise DependencyAway(f"{start.places.home} has no local PostgreSQL")
    return part


def _answering(wait_ready: Callable[[], None], name: str, log: Path) -> None:
    try:
        wait_ready()
    except Gone:
        raise DependencyAway(f"{name} did not start; its log ends with:\n{tail(log)}") from None
    except TimeoutError as error:
        raise DependencyAway(f"{name} is {error}; its log ends with:\n{tail(log)}") from error


def _unless_cancelled(start: Start) -> None:
    if start.cancelled.is_set():
        raise Cancelled

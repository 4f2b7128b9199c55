"""Stops, kills and restarts one part of a running stack, on its port: what crash tests do.

The address stays in stack.json meanwhile, so that clients keep looking for the part there.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.cli.local import kafka, postgres
from services.cli.local.parts import (
    Start,
    running_kafka,
    running_postgres,
    start_kafka_part,
    start_postgres_part,
)
from services.cli.local.state import locked, runs
from services.cli.output import Output
from services.runtime.config import read_places


def start_kafka(home: Path) -> None:
    """Start the broker again if it is down. Raises DependencyAway when it does not come up."""
    with _change(home) as start:
        if not runs(start.file.load().kafka):
            start_kafka_part(start)


def stop_kafka(home: Path) -> None:
    """Stop the broker politely."""
    with _change(home) as start:
        kafka.stop(running_kafka(start))


def kill_kafka(home: Path) -> None:
    """SIGKILL the broker; returns when it is gone."""
    with _change(home) as start:
        kafka.kill(running_kafka(start))


def restart_kafka(home: Path) -> None:
    """Stop the broker politely and start it again."""
    stop_kafka(home)
    start_kafka(home)


def start_postgres(home: Path) -> None:
    """Start the database server again if it is down. Raises DependencyAway when it does not come up."""
    with _change(home) as start:
        if not runs(start.file.load().postgres):
            start_postgres_part(start)


def stop_postgres(home: Path) -> None:
    """Stop the database server; its clients are cut off."""
    with _change(home) as start:
        postgres.stop(running_postgres(start))


def kill_postgres(home: Path) -> None:
    """SIGKILL the database server; returns when its first process is gone."""
    with _change(home) as start:
        postgres.kill(running_postgres(start))


def restart_postgres(home: Path) -> None:
    """Stop the database server and start it again."""
    stop_postgres(home)
    start_postgres(home)


@contextmanager
def _change(home: Path) -> Iterator[Start]:
    places = read_places(home=home)
    with locked(places.home) as file:
        yield Start(places, file, Output(json=True), threading.Event())

"""Our services as an installation runs them: `python -m`, on a stage, under a prefix."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from services.cli.run import MODULES, Service
from services.cli.up.readiness import readiness
from services.runtime import compiled
from tests.bench.arena import Child, ChildFailed, child
from tests.bench.stage import PARTITIONS, Stage

_READY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where services run: a folder, topics under a prefix, a database."""

    stage: Stage
    home: Path
    prefix: str
    database_url: str

    def env(self, *, instance: str, **settings: str) -> dict[str, str]:
        """The environment of one process."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SHIPLOG_")}
        return (
            kept
            | {
                "SHIPLOG_HOME": str(self.home),
                "SHIPLOG_KAFKA": self.stage.kafka,
                "SHIPLOG_DATABASE_URL": self.database_url,
                "SHIPLOG_TOPIC_PREFIX": self.prefix,
                "SHIPLOG_PARTITIONS": str(PARTITIONS),
                "SHIPLOG_INSTANCE": instance,
                "SHIPLOG_LOG_LEVEL": "ERROR",
                "SHIPLOG_NOTIFIER_FROM": "earliest",
            }
            | settings
        )


def place(stage: Stage, prefix: str) -> Place:
    """A place with an empty database; topics are the caller's."""
    return Place(stage, stage.folder("home"), prefix, stage.database())


def command(service: Service) -> list[str]:
    """What starts it."""
    return compiled.command(MODULES[service])


@contextmanager
def running(
    where: Place, *services: Service, recorder: Sequence[str] = (), **settings: str
) -> Iterator[dict[Service, Child]]:
    """The services, ready; `recorder`: what each is started by."""
    with ExitStack() as stack:
        found = {
            each: stack.enter_context(
                child(each, [*recorder, *command(each)], env=where.env(instance=each, **settings))
            )
            for each in services
        }
        _wait(where, found)
        yield found


def address(where: Place, service: Service) -> str:
    """Where a running service takes requests."""
    said: dict[str, str] = orjson.loads((where.home / "run" / f"{service}.json").read_bytes())
    return said["http"]


def _wait(where: Place, found: dict[Service, Child]) -> None:
    names = [str(name) for name in found]
    deadline = time.monotonic() + _READY_SECONDS
    while missing := readiness(where.home, _said_pids(where, names), services=names).missing:
        dead = [name for name, each in found.items() if each.process.poll() is not None]
        if dead or time.monotonic() > deadline:
            raise ChildFailed(f"not ready: {missing}, ended: {dead}")
        time.sleep(0.1)


def _said_pids(where: Place, names: list[str]) -> dict[str, int]:
    """Who says to be ready: the home is new, and a recorder stands between the process and us."""
    files = {name: where.home / "run" / f"{name}.json" for name in names}
    return {name: orjson.loads(file.read_bytes())["pid"] for name, file in files.items() if file.exists()}

"""What runs in a home: `stack.json`, written whole or not at all, and the lock around changing it."""

import fcntl
import json
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from services.cli.local.processes import Process, alive
from services.runtime.config import STACK_FILE

USER = DATABASE = "shiplog"


@dataclass(frozen=True, slots=True)
class KafkaPart:
    """The local broker; `process` is None while it is meant to be down."""

    port: int
    controller_port: int
    process: Process | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True)
class PostgresPart:
    """The local database server and where its files are (not always below the home)."""

    port: int
    password: str
    folder: str
    process: Process | None = None

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """The address of one database, password included."""
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"


@dataclass(frozen=True, slots=True)
class State:
    """The content of stack.json; parts that were never started here are None."""

    kafka: KafkaPart | None = None
    postgres: PostgresPart | None = None


class StackFile:
    """The stack.json of one home; threads of a start may each change their own part."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._turn = threading.Lock()

    def load(self) -> State:
        """What was written last; an empty state when nothing was."""
        try:
            written = json.loads((self.home / STACK_FILE).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return State()
        parts = written.get("parts", {})
        return State(
            kafka=_part(KafkaPart, parts.get("kafka")), postgres=_part(PostgresPart, parts.get("postgres"))
        )

    def update(self, **parts: KafkaPart | PostgresPart | None) -> State:
        """Replace the named parts and write; readers see the old file or the new one."""
        with self._turn:
            state = replace(self.load(), **parts)  # type: ignore[arg-type]  # names and types agree by call
            self._write(state)
            return state

    def _write(self, state: State) -> None:
        body: dict[str, Any] = {"parts": {n: p for n, p in asdict(state).items() if p is not None}}
        if state.kafka and state.kafka.process:
            body["kafka"] = state.kafka.address
        if state.postgres and state.postgres.process:
            body["database_url"] = state.postgres.url
        # mkstemp makes the file 0600: it holds a password
        handle, name = tempfile.mkstemp(dir=self.home, prefix=f".{STACK_FILE}.")
        with os.fdopen(handle, "w") as file:
            json.dump(body, file, indent=2)
        Path(name).replace(self.home / STACK_FILE)


@contextmanager
def locked(home: Path) -> Iterator[StackFile]:
    """Hold the home alone while its parts are started or stopped; others wait."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".stack.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield StackFile(home)


def runs(part: KafkaPart | PostgresPart | None) -> bool:
    """Whether the part's process is there."""
    return part is not None and alive(part.process)


def _part(kind: type[Any], written: dict[str, Any] | None) -> Any:
    if written is None:
        return None
    process = written.pop("process", None)
    return kind(**written, process=Process(**process) if process else None)

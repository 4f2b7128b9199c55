"""Starts and stops the local stack of a home: Kafka and PostgreSQL at once, both or neither."""

import shutil
import threading
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from services.cli.local import kafka, postgres
from services.cli.local.parts import Start, start_kafka_part, start_postgres_part
from services.cli.local.processes import Cancelled
from services.cli.local.state import StackFile, State, locked, runs
from services.cli.output import Output
from services.runtime.config import STACK_FILE, Places, read_places


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack: where its log and its database are."""

    home: Path
    kafka: str
    database_url: str


def start_stack(home: Path, *, output: Output | None = None) -> Stack:
    """Start what does not run yet in `home` and wait until it answers; a second call changes nothing.

    Parts that SHIPLOG_KAFKA or SHIPLOG_DATABASE_URL replace are left out. Raises DependencyAway with
    the tail of the log when a part does not come up; what this call started is stopped again then,
    also on Ctrl-C.
    """
    places = read_places(home=home)
    with locked(places.home) as file:
        start = Start(places, file, output or Output(), threading.Event())
        before = file.load()
        try:
            _start_missing(start, before)
        except BaseException:
            _stop_parts(file, spare=before)
            raise
        return _stack(places, file.load())


def stop_stack(home: Path) -> None:
    """Stop both parts and wait until they are gone; their data stays for the next start."""
    if not (home / STACK_FILE).exists():
        return
    with locked(read_places(home=home).home) as file:
        _stop_parts(file, spare=State())


def remove_stack(home: Path) -> None:
    """Stop the stack and delete its own files, wherever they are; other files in `home` stay."""
    stop_stack(home)
    with locked(home) as file:
        part = file.load().postgres
        for folder in (home / "kafka", *([Path(part.folder)] if part else [])):
            shutil.rmtree(folder, ignore_errors=True)
        for name in (STACK_FILE, ".stack.lock"):
            (home / name).unlink(missing_ok=True)


def status(home: Path) -> dict[str, bool]:
    """Which parts of the home run now."""
    state = StackFile(home).load()
    return {"kafka": runs(state.kafka), "postgres": runs(state.postgres)}


def _start_missing(start: Start, before: State) -> None:
    """Start the parts that are ours and do not run, side by side; the first failure gives up both."""
    wanted = []
    if start.places.kafka is None and not runs(before.kafka):
        wanted.append(start_kafka_part)
    if start.places.database_url is None and not runs(before.postgres):
        wanted.append(start_postgres_part)
    if not wanted:
        return
    with ThreadPoolExecutor(len(wanted)) as pool:
        pending = [pool.submit(part, start) for part in wanted]
        try:
            wait(pending, return_when=FIRST_EXCEPTION)
        finally:
            # also on Ctrl-C: threads that still wait for their part stop waiting
            if not all(part.done() and part.exception() is None for part in pending):
                start.cancelled.set()
    failures = [error for part in pending if (error := part.exception()) is not None]
    for failure in sorted(failures, key=lambda error: isinstance(error, Cancelled)):
        raise failure


def _stop_parts(file: StackFile, *, spare: State) -> None:
    """Stop what runs, but not the processes that `spare` names; both get their signal at once."""
    state = file.load()
    stops = []
    if state.kafka and state.kafka != spare.kafka:
        stops.append(threading.Thread(target=kafka.stop, args=[state.kafka]))
    if state.postgres and state.postgres != spare.postgres:
        stops.append(threading.Thread(target=postgres.stop, args=[state.postgres]))
    for stop in stops:
        stop.start()
    for stop in stops:
        stop.join()
    file.update(
        kafka=spare.kafka if state.kafka in (None, spare.kafka) else replace(state.kafka, process=None),
        postgres=spare.postgres
        if state.postgres in (None, spare.postgres)
        else replace(state.postgres, process=None),
    )


def _stack(places: Places, state: State) -> Stack:
    local_kafka = state.kafka.address if state.kafka else ""
    local_database = state.postgres.url if state.postgres else ""
    return Stack(
        home=places.home,
        kafka=places.kafka or local_kafka,
        database_url=places.database_url or local_database,
    )

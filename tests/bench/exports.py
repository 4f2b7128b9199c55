"""`make bench-exports`: whole sets taken away from ever larger read models: time and peak memory, printed."""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg

from services.cli.local.stack import Stack, remove_stack, start_stack
from tests.bench.machine import machine
from tests.bench.query.population import populate

MOST_GROWTH_MB = 48
"""So much more than the smallest read model a larger one may need: pages, row groups, Parquet's footer."""
FORMS = ("ndjson", "csv", "parquet")


class Measured(NamedTuple):
    """One export; memory is the peak of the process that made it."""

    rows: int
    seconds: float
    written_mb: float
    peak_mb: float


def main() -> int:
    """The entry point; 1 when memory grows with the read model."""
    parser = argparse.ArgumentParser(prog="make bench-exports")
    parser.add_argument("--shipments", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--sets", nargs="+", default=["shipments", "timeline"])
    args = parser.parse_args()
    grown: list[str] = []
    with tempfile.TemporaryDirectory(prefix="shiplog-bench-exports-") as folder:
        home = Path(folder)
        try:
            stack = start_stack(home)
            say(f"machine: {machine()}")
            say(f"{'shipments':>10} {'what':20}{'rows':>10}{'s':>8}{'rows/s':>9}{'MB':>9}{'peak MB':>9}")
            peaks: dict[str, list[float]] = {}
            for count in args.shipments:
                with filled(stack, count) as url:
                    for name, found in exports(home, url, sets=args.sets):
                        peaks.setdefault(name, []).append(found.peak_mb)
                        say_row(count, name, found)
            grown = [name for name, told in peaks.items() if max(told) > told[0] + MOST_GROWTH_MB]
            say(f"memory: {f'grows for {grown}' if grown else 'constant'} (at most {MOST_GROWTH_MB} MB more)")
        finally:
            remove_stack(home)
    return 1 if grown else 0


def exports(home: Path, url: str, *, sets: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    """Every set in every format by the command, and as NDJSON over HTTP."""
    for what in sets:
        for form in FORMS:
            yield f"{what} {form}", by_command(home, url, what, form)
        yield f"{what} http", over_http(home, url, what)


def by_command(home: Path, url: str, what: str, form: str) -> Measured:
    """`shiplog export` into a file."""
    file = home / f"{what}.{form}"
    env = os.environ | {"SHIPLOG_HOME": str(home), "SHIPLOG_DATABASE_URL": url}
    command = [sys.executable, "-m", "services.cli", "export", what, "--format", form, "--output", str(file)]
    start = time.perf_counter()
    process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE)
    with watched(process) as peak:
        said = process.communicate()[1]
    assert process.returncode == 0, said
    size = file.stat().st_size
    file.unlink()
    rows = int(said.split(b" rows in ")[0].split()[-1])
    return Measured(rows, time.perf_counter() - start, size / 1e6, max(peak))


def over_http(home: Path, url: str, what: str) -> Measured:
    """A read side's peak after it streamed the set to one client."""
    command = [sys.executable, "-m", "tests.bench.export_server", url, str(home)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    base = process.stdout.readline().decode().strip().rstrip("/")
    start, size, rows = time.perf_counter(), 0, 0
    with watched(process) as peak, httpx.stream("GET", f"{base}/v1/exports/{what}", timeout=60) as answer:
        for part in answer.iter_bytes():
            size += len(part)
            rows += part.count(b"\n")
    seconds = time.perf_counter() - start
    process.stdin.close()
    assert process.wait(30) == 0
    return Measured(rows, seconds, size / 1e6, max(peak))


@contextmanager
def watched(process: "subprocess.Popen[bytes]") -> Iterator[list[float]]:
    """The process's peak memory in MB as it grows: the kernel keeps it, so none but the last is missed."""
    peak, over = [0.0], threading.Event()
    status = Path(f"/proc/{process.pid}/status")

    def look() -> None:
        while not over.wait(0.02):
            with suppress(OSError):  # it is gone
                told = status.read_text().partition("VmHWM:")[2].split()
                peak.extend(int(each) / 1024 for each in told[:1])

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


@contextmanager
def filled(stack: Stack, count: int) -> Iterator[str]:
    """A database of so many shipments, gone afterwards."""
    name = f"exports_{count}"
    with psycopg.connect(stack.database_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    url = urlunsplit(urlsplit(stack.database_url)._replace(path=f"/{name}"))
    populate(url, count)
    yield url
    with psycopg.connect(stack.database_url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def say_row(count: int, name: str, found: Measured) -> None:
    """A line of the table."""
    each = found.rows / found.seconds
    size = f"{found.written_mb:9.1f}{found.peak_mb:9.1f}"
    say(f"{count:10,} {name:20}{found.rows:10,}{found.seconds:8.1f}{each:9,.0f}{size}")


def say(text: str) -> None:
    """A line of the report."""
    print(text, flush=True)  # noqa: T201 - a report is its output


if __name__ == "__main__":
    sys.exit(main())

"""`make bench-query`: a stack of its own, very many shipments, the index, plans, load over HTTP, a table."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import psycopg

from schemas.topics import topics
from services.cli.local.stack import Stack, remove_stack, start_stack
from services.runtime.topics import ensure_topics
from tests.bench.machine import machine
from tests.bench.query.plans import explained, full_reads
from tests.bench.query.population import populate
from tests.integration.projector_stand import PARTITIONS
from tests.integration.query_stand import indexed

AIMS = {"get": 10.0, "list": 50.0, "search": 50.0}
"""Milliseconds of the 99th percentile."""


def main() -> int:
    """The entry point; 1 when an aim is missed or a plan reads a table from end to end."""
    parser = argparse.ArgumentParser(prog="make bench-query")
    parser.add_argument("--shipments", type=int, default=1_000_000)
    parser.add_argument("--rate", type=float, default=1_000.0, help="reads per second")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--plans", action="store_true", help="print every plan")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shiplog-bench-query-") as folder:
        home = Path(folder)
        try:
            stack = start_stack(home)
            say(f"machine: {machine()}")
            with timed(f"{args.shipments:,} shipments"):
                populate(stack.database_url, args.shipments)
            with timed("index from scratch"):
                indexed(stack.database_url)
            say(f"sizes: {sizes(stack.database_url)}")
            whole = plans(stack.database_url, args.shipments, shown=args.plans)
            with service(home, stack) as url:
                load(url, args.shipments, rate=args.rate, seconds=5)
                took = load(url, args.shipments, rate=args.rate, seconds=args.seconds)
            met = told(took, rate=args.rate, seconds=args.seconds)
        finally:
            remove_stack(home)
    return 0 if met and not whole else 1


def plans(url: str, count: int, *, shown: bool) -> list[str]:
    """The shapes whose plan reads a large table from end to end."""
    found = explained(url, count // 3)
    for name, nodes in found.items():
        if shown or full_reads(nodes):
            say(f"  {name}: {', '.join(nodes)}")
    whole = [name for name, nodes in found.items() if full_reads(nodes)]
    say(f"plans: {len(found)} of list statements, {len(whole)} with a sequential scan of a large table")
    return whole


@contextmanager
def service(home: Path, stack: Stack) -> Iterator[str]:
    """The query service in a process of its own; its URL."""
    ensure_topics(stack.kafka, topics(partitions=PARTITIONS))
    env = os.environ | {"SHIPLOG_HOME": str(home), "SHIPLOG_LOG_LEVEL": "WARNING"}
    process = subprocess.Popen([sys.executable, "-m", "services.query"], env=env)
    try:
        yield _announced(home / "run" / "query.json", process)
    finally:
        process.terminate()
        process.wait(30)


def _announced(path: Path, process: "subprocess.Popen[bytes]") -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        if path.exists():
            url = str(json.loads(path.read_text())["http"])
            with urlopen(f"{url}/v1/shipments?limit=1", timeout=30) as answer:
                answer.read()
            return url
        time.sleep(0.1)
    raise SystemExit("the query service did not come up")


def load(url: str, count: int, *, rate: float, seconds: float) -> dict[str, list[float]]:
    """What the load process measured."""
    host, port = url.removeprefix("http://").split(":")
    command = [
        sys.executable,
        "-m",
        "tests.bench.query.load",
        host,
        port,
        str(count),
        str(rate),
        str(seconds),
    ]
    found: dict[str, list[float]] = json.loads(
        subprocess.run(command, check=True, capture_output=True).stdout
    )
    return found


def told(took: dict[str, list[float]], *, rate: float, seconds: float) -> bool:
    """Print the table; whether every aim is met."""
    met = True
    say(f"{'':8}{'answers':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'max ms':>9}{'aim':>9}")
    for kind, times in took.items():
        times.sort()
        p50, p95, p99 = (times[min(len(times) - 1, int(len(times) * part))] for part in (0.5, 0.95, 0.99))
        met = met and p99 <= AIMS[kind]
        say(f"{kind:8}{len(times):9}{p50:9.2f}{p95:9.2f}{p99:9.2f}{times[-1]:9.2f}{AIMS[kind]:9.0f}")
    answers = sum(map(len, took.values()))
    verdict = "all aims met" if met else "an aim is missed"
    say(f"{answers / seconds:,.0f} answers/s of {rate:,.0f} asked: {verdict}")
    return met


def sizes(url: str) -> dict[str, str]:
    """How large the tables are, indexes included."""
    statement = """SELECT n.nspname || '.' || c.relname, pg_size_pretty(pg_total_relation_size(c.oid))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname IN ('model_1', 'search_1') AND c.reltuples > 1000"""
    with psycopg.connect(url) as conn:
        return dict(conn.execute(statement).fetchall())


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Say how long it took."""
    start = time.perf_counter()
    yield
    say(f"{what}: {time.perf_counter() - start:.1f} s")


def say(text: str) -> None:
    """A line of the report."""
    print(text, flush=True)  # noqa: T201 - a report is its output


if __name__ == "__main__":
    sys.exit(main())

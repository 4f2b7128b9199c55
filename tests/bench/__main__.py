"""`make bench`: starts its own stack, seeds a topic, runs ours and the rival interleaved, prints medians."""

import argparse
import gc
import os
import platform
import secrets
import statistics
import sys
import tempfile
from pathlib import Path

import orjson
import psycopg
from rich.console import Console
from rich.table import Table

from schemas.topics import topics
from services.cli.local.stack import start_stack, stop_stack
from services.projector.migrate import migrate
from services.runtime.producer import LogProducer
from services.runtime.topics import end_offsets, ensure_topics
from tests.bench.projector import encoded, projected, written
from tests.bench.seeds import records

_PARTITIONS = 8


def fresh_database(url: str) -> str:
    """An empty, migrated database beside the stack's own."""
    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name}")
        conn.execute("CHECKPOINT")
    fresh = url.rsplit("/", 1)[0] + f"/{name}"
    migrate(fresh, partitions=_PARTITIONS)
    return fresh


def seed(kafka: str, prefix: str, *, count: int, shipments: int) -> tuple[str, dict[int, int]]:
    """Fill a topic; its name and end offsets as the broker tells them."""
    names = topics(prefix=prefix, partitions=_PARTITIONS)
    ensure_topics(kafka, names)
    producer = LogProducer(kafka)
    batch, waiting = [], []
    for record in records(count, shipments=shipments):
        batch.append((None, record))
        if len(batch) == 5_000:
            waiting.append(producer.send(names.events.name, batch))
            batch = []
    waiting.append(producer.send(names.events.name, batch))
    for future in waiting:
        future.result(60)
    producer.close()
    return names.events.name, end_offsets(kafka, names.events.name)


def main() -> int:
    """Measure, print, write build/bench.json."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--shipments", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    console = Console(stderr=False)
    sys.setswitchinterval(0.0005)
    gc.freeze()
    gc.set_threshold(200_000, 50, 1_000)
    home = Path(tempfile.mkdtemp(prefix="shiplog-bench-"))
    stack = start_stack(home)
    try:
        topic, ends = seed(stack.kafka, "bench-", count=chosen.records, shipments=chosen.shipments)
        total = sum(ends.values())
        rates: dict[str, list[float]] = {"projector": [], "writer_only": []}
        rounds = list(encoded(stack.kafka, topic, ends=ends))
        for _ in range(chosen.rounds):
            database = fresh_database(stack.database_url)
            rates["projector"].append(
                total / projected(stack.kafka, topic, database, ends=ends, cache=1_000_000)
            )
            rates["writer_only"].append(total / written(fresh_database(stack.database_url), rounds))
    finally:
        stop_stack(home)
    _report(console, rates, total)
    return 0


def _report(console: Console, rates: dict[str, list[float]], total: int) -> None:
    table = Table("what", "events/s (median)", "least", "most", title=f"{total} records")
    for name, found in rates.items():
        table.add_row(name, *(f"{x:,.0f}" for x in (statistics.median(found), min(found), max(found))))
    ratio = statistics.median(rates["projector"]) / statistics.median(rates["writer_only"])
    table.add_row("projector_vs_writer", f"{ratio:.2f}", "", "")
    console.print(table)
    out = Path("build")
    out.mkdir(exist_ok=True)
    result = {
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.system(),
        },
        "ratios": {"projector_vs_writer": ratio},
        "absolute": {name: statistics.median(found) for name, found in rates.items()},
        "records": total,
    }
    (out / "bench.json").write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    sys.exit(main())

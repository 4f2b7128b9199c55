"""`make rebuild-bench`: a rebuild against the live projector over the same log, in turns."""

import argparse
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import orjson
import psycopg

from services.cli.local.stack import remove_stack, start_stack
from services.projector.rebuild.act import rebuild
from services.projector.rebuild.report import Report
from services.projector.rebuild.source import Source
from services.runtime import compiled
from services.runtime.topics import topic_facts
from tests.bench.projector import checkpoints, projected
from tests.bench.stage import fresh_database, seed

_TABLES = {
    "shipments": "shipment",
    "timeline": "partition, src_offset",
}

_RATES = ("live_with_publishers", "live", "rebuild", "rebuild_compared")


class Stages:
    """Progress that keeps how long each stage took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._name, self._began = "start", time.perf_counter()

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins."""
        self.end()
        self._name = name

    def moved(self, records: int) -> None:
        """Not looked at."""

    def end(self) -> None:
        """The last stage is over."""
        now = time.perf_counter()
        self.seconds[self._name] = self.seconds.get(self._name, 0.0) + now - self._began
        self._began = now


def rebuilt(source: Source) -> tuple[Stages, Report]:
    """Rebuild and switch; how long each stage took."""
    stages = Stages()
    report = rebuild(source, accept=False, processes=os.cpu_count() or 1, progress=stages)
    stages.end()
    return stages, report


def serving(kafka: str, prefix: str, url: str, *, ends: dict[int, int]) -> float:
    """Seconds of the real projector, with its publishers, from its first claim to the log's end."""
    with tempfile.TemporaryDirectory() as home:
        env = {k: v for k, v in os.environ.items() if not k.startswith("SHIPLOG_")} | {
            "SHIPLOG_HOME": home,
            "SHIPLOG_KAFKA": kafka,
            "SHIPLOG_DATABASE_URL": url,
            "SHIPLOG_TOPIC_PREFIX": prefix,
            "SHIPLOG_PARTITIONS": str(len(ends)),
            "SHIPLOG_CACHED_SHIPMENTS": "1000000",
        }
        process = subprocess.Popen(compiled.command("services.projector"), env=env, stderr=subprocess.DEVNULL)
        try:
            with psycopg.connect(url, autocommit=True) as conn:
                while not conn.execute("SELECT sum(owner_epoch) FROM model_1.checkpoints").fetchone()[0]:
                    time.sleep(0.01)
                began = time.perf_counter()
                while checkpoints(url) != ends:
                    time.sleep(0.05)
                return time.perf_counter() - began
        finally:
            process.terminate()
            process.wait(30)


def tables(url: str, model: str) -> dict[str, str]:
    """A digest of every row of each table of the model, in the order of its key."""
    with psycopg.connect(url) as conn:
        return {
            table: conn.execute(
                f"SELECT md5(string_agg(md5(t::text), '' ORDER BY {key})) FROM {model}.{table} t"
            ).fetchone()[0]
            for table, key in _TABLES.items()
        }


def main() -> int:
    """Measure, print, add to build/bench.json."""
    parser = argparse.ArgumentParser(prog="make rebuild-bench")
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--shipments", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=2)
    chosen = parser.parse_args()
    sys.setswitchinterval(0.0005)
    home = Path(tempfile.mkdtemp(prefix="shiplog-bench-"))
    stack = start_stack(home)
    rates: dict[str, list[float]] = {name: [] for name in _RATES}
    try:
        prefix = f"rebuild-{secrets.token_hex(3)}-"
        topic, ends = seed(stack.kafka, prefix, count=chosen.records, shipments=chosen.shipments)
        total = sum(ends.values())
        topic_id, partitions = topic_facts(stack.kafka, topic)
        seconds = serving(stack.kafka, prefix, fresh_database(stack.database_url), ends=ends)
        rates["live_with_publishers"].append(total / seconds)
        for _ in range(chosen.rounds):
            url = fresh_database(stack.database_url)
            rates["live"].append(total / projected(stack.kafka, topic, url, ends=ends, cache=1_000_000))
            source = Source(
                kafka=stack.kafka, topic=topic, status_topic=f"{prefix}shipment-status",
                topic_id=topic_id, partitions=partitions, database_url=url,
            )  # fmt: skip
            stages, report = rebuilt(source)
            assert report.switched
            assert report.equal
            assert tables(url, "model_1") == tables(url, "model_2")
            whole = sum(stages.seconds.values())
            rates["rebuild"].append(total / (whole - stages.seconds["comparing rows"]))
            rates["rebuild_compared"].append(total / whole)
            print({name: round(taken, 2) for name, taken in stages.seconds.items()})  # noqa: T201
    finally:
        remove_stack(home)
    _report(rates, total)
    return 0


def _report(rates: dict[str, list[float]], total: int) -> None:
    found = {name: statistics.median(each) for name, each in rates.items()}
    out = Path("build/rebuild.json")
    out.parent.mkdir(exist_ok=True)
    result = {
        "records": total,
        "absolute": found,
        "ratios": {
            "rebuild_vs_live": found["rebuild"] / found["live"],
            "rebuild_vs_live_with_publishers": found["rebuild"] / found["live_with_publishers"],
            "rebuild_with_comparison_vs_live": found["rebuild_compared"] / found["live"],
        },
    }
    out.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2))
    print(out.read_text())  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())

"""Our reader against kafka-python's own and librdkafka's, over an uncompressed log and an lz4 one."""

import time

from tests.bench.arena import OTHER_PYTHON, child, ours, theirs
from tests.bench.plan import Plan
from tests.bench.results import Results
from tests.bench.stage import Log, Stage

_SECONDS = 300.0


def measure(stage: Stage, plan: Plan, results: Results) -> None:
    """Rounds of ours, stock, best known; the ratio is the lesser of the two logs'."""
    logs = {
        "plain": stage.log(plan.records, shipments=plan.shipments, compression=None),
        "lz4": stage.log(plan.records, shipments=plan.shipments),
    }
    for _ in range(plan.rounds):
        for form, log in logs.items():
            facts = {"kafka": stage.kafka, "topic": log.topic, "ends": log.ends}
            commands = {
                f"consume_{form}": ours("ours.consume", **facts),
                f"stock_poll_{form}": ours("rivals.stock_poll", **facts),
            }
            if OTHER_PYTHON.exists():
                commands[f"confluent_poll_{form}"] = theirs("rivals.confluent_poll", **facts)
            read = {name: _one(name, command, log, results) for name, command in commands.items()}
            assert len(set(read.values())) == 1, f"not the same records: {read}"
    for form in logs:
        results.compare(f"consume_vs_stock_{form}", f"consume_{form}", f"stock_poll_{form}")
    both = [results.ratios[f"consume_vs_stock_{form}"] for form in logs]
    results.ratios["consume_vs_stock"] = min(both)


def _one(name: str, command: list[str], log: Log, results: Results) -> tuple[int, int]:
    """Records and bytes that it has read to the broker's end; reading leaves no trace to look at."""
    with child(name, command) as contestant:
        contestant.hear("ready", within=_SECONDS)
        began = time.monotonic()
        contestant.go()
        told = contestant.hear("read", within=_SECONDS)
        results.add(name, log.total / (time.monotonic() - began))
    assert told["read"] == log.total, f"{name}: {told['read']} of {log.total}"
    return told["read"], told["bytes"]

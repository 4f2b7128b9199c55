"""The demo's main act: simulated parcels in, everything shown read back from the stores."""

from contextlib import closing
from pathlib import Path
from typing import Any, Final

import orjson

from schemas.codec import Record
from schemas.instants import instant_text
from schemas.topics import topics
from services.cli.demo.measures import counted, quantile, read_samples
from services.cli.demo.stage import Stage, open_stage
from services.cli.output import Output
from services.cli.readback.store import read_model
from services.cli.readback.topics import json_object, read_topic
from services.cli.replay.append import LogAppender
from services.cli.simulator.feed import END, POISON, simulate
from services.runtime.clock import monotonic
from services.runtime.producer import LogProducer

Json = dict[str, Any]

_TELLING: Final = {"delivered": 1, "correction": 2, "delay_overdue": 3}
"""Which of a parcel's alerts says most about it."""
_LATENCIES: Final = {
    "logged_to_visible": "shiplog_visible_latency_seconds",
    "logged_to_alerted": "shiplog_alerted_latency_seconds",
}


def simulated_parcels(*, parcels: int, seed: int, keep: bool, output: Output) -> Json:
    """Play `parcels` simulated parcels in virtual time on a fresh stack; what the stores hold then.

    Raises DependencyAway.
    """
    output.note("starting a stack of its own: Kafka, PostgreSQL, ingest, projector, notifier, watchdog")
    with open_stage(keep=keep) as stage:
        file = stage.home / "simulated.ndjson"
        _write(file, simulate(seed=seed, parcels=parcels))
        _poison(stage)
        output.note(f"replaying four months of {parcels:,} parcels in virtual time")
        began = monotonic()
        summary = stage.replay(file, until=instant_text(END))
        told = {"parcels": parcels, "seed": seed, "summary": summary, **_measured(stage, monotonic() - began)}
        told |= _one_parcel(stage)
        if keep:
            told["home"] = str(stage.home)
            output.note(f"left running: export SHIPLOG_HOME={stage.home}; stop it with kill {stage.up_pid}")
    return told


def _write(file: Path, lines: list[Json]) -> None:
    file.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))


def _poison(stage: Stage) -> None:
    names = topics(partitions=stage.settings.partitions)
    with closing(LogProducer(stage.settings.kafka)) as producer:
        appender = LogAppender(producer, topic=names.events.name)
        appender.add_record(Record(b"steppe_post:POISON", POISON, []))
        appender.settle()


def _measured(stage: Stage, seconds: float) -> Json:
    samples = read_samples(stage.ready["metrics"].values())
    visible = counted(samples, "shiplog_visible_total")
    return {
        "seconds": round(seconds, 1),
        "records": int(visible),
        "records_per_second": round(visible / seconds),
        "latency_seconds": {
            name: {"p50": quantile(samples, metric, 0.5), "p99": quantile(samples, metric, 0.99)}
            for name, metric in _LATENCIES.items()
        },
    }


def _one_parcel(stage: Stage) -> Json:
    """The parcel that was told about most, its timeline, and the alert about its delay if there is one."""
    names = topics(partitions=stage.settings.partitions)
    by_parcel: dict[str, list[Json]] = {}
    for row in read_topic(stage.settings.kafka, names.alerts.name):
        alert = json_object(row.value)
        if alert is not None:
            by_parcel.setdefault(alert["shipment"], []).append(alert)
    if not by_parcel:
        return {"shipment": None, "timeline": [], "alert": None}
    key = max(sorted(by_parcel), key=lambda each: (len({a["kind"] for a in by_parcel[each]}), each))
    alert = max(by_parcel[key], key=lambda each: _TELLING.get(each["kind"], 0))
    with read_model(stage.settings.database_url) as model:
        return {"shipment": model.shipment(key), "timeline": model.timeline_of(key), "alert": alert}

"""Rival: Quix Streams, a keyed stateful fold with RocksDB and changelog; newest wins, no PostgreSQL."""

from collections.abc import Callable
from typing import Any

import orjson
from quixstreams import Application

from tests.bench.child import contest


def prepare(kafka: str, topic: str, group: str, folder: str) -> Callable[[], None]:
    """The application, not connected yet."""
    app = Application(
        broker_address=kafka, consumer_group=group, auto_offset_reset="earliest", state_dir=folder,
        loglevel="WARNING", commit_interval=1.0,
        consumer_extra_config={"queued.min.messages": 100_000},
    )  # fmt: skip
    source = app.topic(topic, value_deserializer="bytes", key_deserializer="bytes")
    stream = app.dataframe(source)
    stream = stream.apply(orjson.loads)
    stream.update(_fold, stateful=True)
    return app.run


def _fold(event: dict[str, Any], state: Any) -> None:
    kept = state.get("kept") or {"at": "", "n": 0, "ids": []}
    if event["event_id"] in kept["ids"]:
        return
    kept["ids"].append(event["event_id"])
    kept["n"] += 1
    if event["occurred_at"] >= kept["at"]:
        data = event["data"]
        kept.update(
            at=event["occurred_at"],
            milestone=data["milestone"],
            substatus=data["substatus"],
            facility=data["location"]["facility_id"],
            recorded_at=event["recorded_at"],
        )
    state.set("kept", kept)


if __name__ == "__main__":
    contest(prepare)

"""The three stages behind the log, measured from outside: checkpoints, status topic, committed offsets."""

from collections.abc import Mapping

from services.cli.readback.store import ReadModel
from services.cli.readback.topics import json_object, kafka_away, last_values, reader_of
from services.cli.replay.stages import Behind, Stage, missing
from services.runtime.topics import committed_offsets

Last = Mapping[int, tuple[int, bytes | None]]
"""By partition offset and value of the last status record."""


def projector_stage(model: ReadModel, ends: Mapping[int, int]) -> Stage:
    """The read model has everything below `ends` of the log."""

    def begin() -> Behind:
        return lambda: missing(ends, {c.partition: c.next_offset for c in model.checkpoints()})

    return Stage("projector", begin)


def publisher_stage(model: ReadModel, *, kafka: str, topic: str) -> Stage:
    """The status topic has every change that the read model has when the stage begins."""

    def begin() -> Behind:
        wanted = {c.partition: c.next_seq for c in model.checkpoints() if c.next_seq > 1}
        return lambda: missing(wanted, published(_last(kafka, topic)))

    return Stage("publisher", begin)


def notifier_stage(*, kafka: str, topic: str, group: str) -> Stage:
    """The notifier has told Kafka that it is behind every status record there is when the stage begins."""

    def begin() -> Behind:
        wanted = {partition: offset + 1 for partition, (offset, _) in _last(kafka, topic).items()}
        return lambda: missing(wanted, _committed(kafka, group, topic))

    return Stage("notifier", begin)


def published(last: Last) -> dict[int, int]:
    """By partition the running number that the next change will get."""
    changes = {partition: json_object(value) for partition, (_, value) in last.items()}
    return {partition: int(change["seq"]) + 1 for partition, change in changes.items() if change is not None}


def _last(kafka: str, topic: str) -> dict[int, tuple[int, bytes | None]]:
    with reader_of(kafka, topic) as reader:
        return last_values(reader)


def _committed(kafka: str, group: str, topic: str) -> dict[int, int]:
    with kafka_away():
        return committed_offsets(kafka, group, topic)

"""What a rebuild reads and where it writes: the log, the database, a model by its name."""

from dataclasses import dataclass, field

from services.domain.fold import RULES_VERSION
from services.projector.rebuild.models import Checkpoint
from services.runtime.records import LogReader


@dataclass(frozen=True, slots=True)
class Source:
    """The log and the database of one Shiplog, as every process of a rebuild is told them."""

    kafka: str
    topic: str
    status_topic: str
    topic_id: str
    partitions: int
    database_url: str = field(repr=False)


class CannotRebuild(Exception):
    """The log cannot give what the live model holds, or another rebuild is at work: nothing was changed."""


def prove_log(source: Source, live: list[Checkpoint]) -> None:
    """Raises CannotRebuild unless the log is the live model's, whole, from its first record on."""
    if len(live) != source.partitions:
        raise CannotRebuild(f"the live model has {len(live)} partitions, the log has {source.partitions}")
    other = next((c.topic_id for c in live if c.topic_id not in (None, source.topic_id)), None)
    if other is not None:
        raise CannotRebuild(f"the live model was folded from topic {other}, the log is {source.topic_id}")
    reader = LogReader(source.kafka, source.topic)
    try:
        bounds = reader.bounds(range(source.partitions))
    finally:
        reader.close()
    for checkpoint in live:
        start, end = bounds[checkpoint.partition]
        if start > 0 or checkpoint.next_offset > end:
            raise CannotRebuild(
                f"partition {checkpoint.partition}: the live model holds 0..{checkpoint.next_offset}, "
                f"the log holds {start}..{end}: it cannot be made again from it"
            )


def same_rules(rules_version: int) -> bool:
    """Whether a model of these rules is one that this code folds on."""
    return rules_version == RULES_VERSION

"""What a committed batch, and the state of the partitions, tell the metrics and readiness."""

from collections.abc import Iterable, Mapping

from services.projector.batch import Finished
from services.runtime import metrics
from services.runtime.clock import Clock


def observe(batch: Finished, *, clock: Clock) -> None:
    """Count the batch; latency from the log's own append time, sampled at the first record of each poll."""
    now_ms = clock.now_ms()
    rejected = len(batch.bad)
    metrics.VISIBLE.labels(effect="counted").inc(batch.records - batch.duplicates - rejected)
    metrics.VISIBLE.labels(effect="duplicate").inc(batch.duplicates)
    metrics.VISIBLE.labels(effect="rejected").inc(rejected)
    metrics.BATCH_RECORDS.observe(batch.records)
    metrics.PROGRESS_TIMESTAMP.set(now_ms / 1000)
    for logged_ms in batch.logged_ms:
        metrics.VISIBLE_LATENCY.observe(max(now_ms - logged_ms, 0) / 1000)


def observe_lag(lag: Mapping[int, int], newest_ms: Mapping[int, int], *, topic: str, clock: Clock) -> None:
    """Records behind what was taken, by partition, and how old the newest taken one is while others wait."""
    now_ms = clock.now_ms()
    for partition, behind in lag.items():
        age_ms = max(now_ms - newest_ms.get(partition, now_ms), 0) if behind else 0
        labels = {"topic": topic, "partition": str(partition)}
        metrics.LAG_RECORDS.labels(**labels).set(behind)
        metrics.LAG_SECONDS.labels(**labels).set(age_ms / 1000)
    if not any(lag.values()):
        metrics.PROGRESS_TIMESTAMP.set(now_ms / 1000)


def reasons(stopped: dict[int, str], waiting: Iterable[int]) -> str | None:
    """What readiness says: stopped partitions by reason, partitions not claimed yet."""
    if stopped:
        return "; ".join(f"{p}: {why}" for p, why in sorted(stopped.items()))
    unclaimed = sorted(waiting)
    return f"not claimed yet: {unclaimed}" if unclaimed else None

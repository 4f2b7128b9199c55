"""What a committed batch tells the metrics."""

from services.projector.batch import Batch
from services.runtime import metrics
from services.runtime.clock import Clock


def observe(batch: Batch, *, clock: Clock) -> None:
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

"""Waiting until a wall-clock Shiplog has nothing left to do."""

import orjson

from services.runtime.topics import end_offsets
from tests.chaos.behind import log_ends, notifier_behind, projector_behind, status_ends
from tests.e2e.running import Place, until
from tests.oracle import read_topic


def wait_quiet(place: Place, *, within: float = 90) -> None:
    """Log folded, no deadline due, changes published, announcements told."""
    until(lambda: not _due(place), within=within, what="deadlines proposed")
    until(lambda: projector_behind(place, log_ends(place)) == 0, within=within, what="log folded")
    until(lambda: _unpublished(place) == 0, within=within, what="changes published")
    until(lambda: notifier_behind(place, status_ends(place)) == 0, within=within, what="announcements told")


def _due(place: Place) -> int:
    return int(place.query("SELECT count(*) FROM model_1.shipments WHERE wake_at <= now()")[0][0])


def _unpublished(place: Place) -> int:
    seqs: dict[int, int] = {}
    if not any(end_offsets(place.kafka, place.names.status.name).values()):
        return 1
    for record in read_topic(place.kafka, place.names.status.name):
        seqs[record.partition] = orjson.loads(record.value or b"")["seq"]
    wanted = place.query("SELECT partition, next_seq - 1 FROM model_1.read_checkpoints")
    return sum(max(0, last - seqs.get(p, 0)) for p, last in wanted)

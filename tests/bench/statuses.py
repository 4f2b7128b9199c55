"""A status topic as the projector leaves it, of which every fourth record announces something."""

from collections.abc import Iterator, Sequence

import orjson

from schemas.codec import Record
from schemas.topics import Topics
from services.runtime.kafka import partition_for
from services.runtime.producer import LogProducer
from tests.bench.rivals.plain_fold import effect
from tests.bench.seeds import records
from tests.bench.stage import PARTITIONS

_EVERY = 4
_CHUNK = 2_000


Status = tuple[int, Record, int]
"""(partition, record, announcements in it)"""


def fill(kafka: str, names: Topics, statuses: Sequence[Status]) -> int:
    """Write status records; how many announcements they hold."""
    producer = LogProducer(kafka)
    batches = [
        [(partition, record) for partition, record, _ in statuses[n : n + _CHUNK]]
        for n in range(0, len(statuses), _CHUNK)
    ]
    for future in [producer.send(names.status.name, batch) for batch in batches]:
        future.result(60)
    producer.close()
    return sum(announced for _, _, announced in statuses)


def status_records(count: int, *, shipments: int) -> Iterator[Status]:
    """What first scans change, told for every fourth."""
    offsets = [0] * PARTITIONS
    for n, scan in enumerate(records(count, shipments=shipments, twice=0.0)):
        partition = partition_for(scan.key, PARTITIONS)
        found = effect(None, scan.value, partition=partition, offset=offsets[partition])
        assert found is not None
        changed = orjson.loads(found.timeline[-1])
        offsets[partition] += 1
        changed["seq"] = offsets[partition]
        changed["announcements"] = [_announcement(changed)] if n % _EVERY == 0 else []
        yield partition, Record(scan.key, orjson.dumps(changed), []), len(changed["announcements"])


def _announcement(changed: dict[str, object]) -> dict[str, object]:
    return {
        "alert_id": changed["cause_event_id"], "kind": "out_for_delivery",
        "cause": changed["cause_event_id"], "n": 1, "occurred_at": changed["occurred_at"],
        "leg_no": 1, "use_no": 1, "reason": None, "party": None,
        "late_by": None, "condition": None, "corrects": None,
    }  # fmt: skip

"""Whether a stopped service has unfinished records: there for it before it was stopped, and not done."""

from collections.abc import Mapping

import orjson

from services.runtime.topics import end_offsets
from tests.e2e.running import Place
from tests.oracle import read_topic

Ends = Mapping[int, int]


def log_ends(place: Place) -> dict[int, int]:
    """The log's end offsets now."""
    return end_offsets(place.kafka, place.names.events.name)


def status_ends(place: Place) -> dict[int, int]:
    """The status topic's end offsets now."""
    return end_offsets(place.kafka, place.names.status.name, read_committed=True)


def projector_behind(place: Place, ends: Ends) -> int:
    """Records of the log below `ends` that are not committed in the read model."""
    done = dict(place.query("SELECT partition, next_offset FROM model_1.read_checkpoints"))
    return sum(max(0, end - done.get(p, 0)) for p, end in ends.items())


def notifier_behind(place: Place, ends: Ends) -> int:
    """Announcements in the status topic below `ends` whose alert is not in the alerts topic."""
    told = {
        orjson.loads(r.value or b"")["alert_id"] for r in read_topic(place.kafka, place.names.alerts.name)
    }
    return sum(
        announcement["alert_id"] not in told
        for record in read_topic(place.kafka, place.names.status.name)
        if record.offset < ends.get(record.partition, 0)
        for announcement in orjson.loads(record.value or b"")["announcements"]
    )

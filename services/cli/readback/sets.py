"""The whole sets that can be exported: shipments, timeline, alerts, the log's envelopes."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from schemas.alert import Alert
from schemas.codec import UndecodableRecord
from schemas.event import Envelope, Wire
from schemas.status import ShipmentView
from schemas.topics import topics
from services.cli.readback.store import read_model
from services.cli.readback.topics import Row, json_object, read_topic
from services.projector.decode import decoded
from services.runtime.config import Settings

Json = dict[str, Any]

_TIMELINE: Final = (
    "partition",
    "src_offset",
    "shipment",
    "event_id",
    "type",
    "recorded_at",
    "event",
    "change",
)


def columns_of(what: str) -> tuple[str, ...]:
    """The columns of a set, in the order of their definition."""
    models: dict[str, type[Wire]] = {"shipments": ShipmentView, "alerts": Alert, "events": Envelope}
    return tuple(models[what].model_fields) if what in models else _TIMELINE


def rows_of(what: str, settings: Settings, *, skipped: Callable[[str], None]) -> Iterator[Json]:
    """The rows of `shipments`, `timeline`, `alerts` or `events`, streamed; raises DependencyAway.

    Records that are no events (the projector puts them aside) are left out; `skipped` hears how many.
    """
    names = topics(prefix=settings.topic_prefix, partitions=settings.partitions)
    if what in ("shipments", "timeline"):
        with read_model(settings.database_url) as model:
            yield from model.shipment_rows() if what == "shipments" else model.timeline_rows()
        return
    topic, read = (names.alerts, _alert) if what == "alerts" else (names.events, _envelope)
    left_out = 0
    for row in read_topic(settings.kafka, topic.name):
        members = read(row)
        if members is None:
            left_out += 1
        else:
            yield members
    if left_out:
        skipped(f"{left_out} records of {topic.name} are none of its values and were left out")


def _alert(row: Row) -> Json | None:
    return json_object(row.value)


def _envelope(row: Row) -> Json | None:
    try:
        return decoded(row.key, row.value)[1]
    except UndecodableRecord:
        return None

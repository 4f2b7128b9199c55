"""Our fold as somebody uses it who has only the domain: JSON through pydantic, one row after the other.

Left out in the rivals' favour: checksums, running numbers and dead letters.
"""

from typing import Any, NamedTuple

import orjson

from schemas.event import Envelope
from services.domain.announce import NOTHING_SAID, Said, announce, said_json
from services.domain.deadlines import wake_ms
from services.domain.facts import Fact, fact_of
from services.domain.fold import fold
from services.domain.moments import instant
from services.domain.shipment import Shipment, unseen
from services.domain.view import axes, changed, view

Json = dict[str, Any]


class Known(NamedTuple):
    """A shipment as far as it is known."""

    shipment: Shipment
    said: Said = NOTHING_SAID
    shown: tuple[Any, ...] | None = None


class Effect(NamedTuple):
    """What an event changed: the state after it, its timeline row, its shipment row."""

    after: Known
    timeline: tuple[Any, ...]
    shipment: tuple[Any, ...]


def read(value: bytes) -> tuple[Fact, Json]:
    """The event in a record, validated by pydantic."""
    members = orjson.loads(value)
    Envelope.model_validate(members)
    return fact_of(members), members


def effect(known: Known | None, value: bytes, *, partition: int, offset: int) -> Effect | None:
    """What a record changes; None for a duplicate."""
    fact, members = read(value)
    before = known or Known(unseen(members["shipment"]))
    after = fold(before.shipment, fact)
    if after is before.shipment:
        return None
    was = before.shipment if known else None
    shown = view(after)
    values = tuple(shown.values())
    said, announcements = announce(before.said, was, after, fact)
    changes = changed(before.shown, values)
    change = None
    if changes or announcements:
        change = orjson.dumps(
            {
                "schema_version": 1,
                "shipment": after.key,
                "cause_event_id": fact.event_id,
                "cause_type": members["type"],
                "occurred_at": members.get("occurred_at"),
                "src_partition": partition,
                "src_offset": offset,
                "before": axes(was) if was else None,
                "after": shown,
                "changes": changes,
                "announcements": announcements,
            }
        ).decode()
    timeline = (
        partition, offset, after.key, fact.event_id, members["type"], fact.mapping_version, fact.digest,
        members["recorded_at"], value.decode(), change,
    )  # fmt: skip
    return Effect(Known(after, said, values), timeline, _row(after, said, shown, partition, offset))


def _row(shipment: Shipment, said: Said, shown: Json, partition: int, offset: int) -> tuple[Any, ...]:
    told, due = said_json(said), wake_ms(shipment)
    return (
        shipment.key, partition, offset, shipment.key.partition(":")[0], shipment.track.milestone,
        shipment.status, shipment.track.leg_no, shipment.use_no, shipment.order.order_id,
        shipment.order.customer_id, orjson.dumps(shown).decode(),
        None if told is None else orjson.dumps(told).decode(),
        None if due is None else instant(due), 0,
    )  # fmt: skip

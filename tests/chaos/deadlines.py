"""Whether any deadline was told that should not have been, judged by the log alone."""

from collections.abc import Iterable
from typing import Any

import orjson

from schemas.codec import UndecodableRecord, decode_event
from schemas.instants import instant_ms
from services.domain.facts import fact_of
from services.domain.fold import fold_all
from services.domain.view import view
from tests.oracle import Finding, Read, some

Json = dict[str, Any]


def false_deadlines(log: Iterable[Read]) -> list[Finding]:
    """Deadlines told before they came, and overdue ones of parcels whose delivery was known in time.

    By the log alone: what was recorded until the deadline is folded, whatever its offset.
    """
    shipments: dict[str, list[Json]] = {}
    passed: list[tuple[str, Json, int]] = []
    for record in log:
        try:
            decode_event(record.value)
        except UndecodableRecord:
            continue
        envelope = orjson.loads(record.value or b"")
        if envelope["type"] == "DeadlinePassed":
            passed.append((envelope["shipment"], envelope["data"], record.timestamp))
        else:
            shipments.setdefault(envelope["shipment"], []).append(envelope)
    early = [(key, data) for key, data, at in passed if instant_ms(data["deadline"]) > at]
    known = [
        (key, data)
        for key, data, _ in passed
        if data["kind"] == "promise_overdue" and _was_delivered(key, shipments.get(key, []), data["deadline"])
    ]
    return some("deadlines before their time", early) + some("false overdue", known)


def _was_delivered(key: str, members: list[Json], deadline: str) -> bool:
    until = instant_ms(deadline)
    in_time = [fact_of(e) for e in members if instant_ms(e["recorded_at"]) <= until]
    return bool(in_time) and view(fold_all(key, in_time))["milestone"] == "delivered"

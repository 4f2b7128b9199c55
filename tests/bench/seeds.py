"""Seeded scans for the bench: so many over so many shipments, some late, some twice."""

import random
from collections.abc import Iterator

from schemas.codec import Record, event_record
from schemas.ids import event_id
from schemas.instants import instant_text

_ORIGIN_MS = 1_790_000_000_000
_STEPS = (
    ("info_received", "label_created"),
    ("picked_up", "collected"),
    ("in_transit", "hub_departed"),
    ("in_transit", "hub_arrived"),
    ("out_for_delivery", "loaded"),
    ("delivered", "signed"),
)

Steps = tuple[tuple[str, str], ...]


def journey(scans: int) -> Steps:
    """The steps of a shipment of so many scans: from hub to hub as long as it takes."""
    if scans <= len(_STEPS):
        return _STEPS[:scans]
    return _STEPS[:2] + tuple(_STEPS[2 + n % 2] for n in range(scans - 4)) + _STEPS[4:]


def records(
    count: int,
    *,
    shipments: int,
    steps: Steps = _STEPS,
    seed: int = 1,
    late: float = 0.05,
    twice: float = 0.02,
) -> Iterator[Record]:
    """`count` records: each shipment walks its steps to the end, `late` of them are dated too early.

    A late scan is dated before the last one, so that it has to be sorted in.
    """
    source = random.Random(seed)
    done = [0] * shipments
    last_ms = [0] * shipments
    walking = list(range(shipments))
    lately: list[Record] = []
    for n in range(count):
        if lately and source.random() < twice:
            yield source.choice(lately)
            continue
        place = source.randrange(len(walking))
        shipment = walking[place]
        milestone, substatus = steps[done[shipment] % len(steps)]
        done[shipment] += 1
        if done[shipment] % len(steps) == 0:
            walking[place] = walking[-1]
            walking.pop()
            walking = walking or list(range(shipments))
        at_ms = _ORIGIN_MS + n * 300
        if source.random() < late and last_ms[shipment]:
            at_ms = last_ms[shipment] - 60_000
        last_ms[shipment] = at_ms
        record = event_record(_envelope(shipment, milestone, substatus, at_ms, source))
        if len(lately) < 2_000:
            lately.append(record)
        else:
            lately[n % 2_000] = record
        yield record


def _envelope(
    shipment: int, milestone: str, substatus: str, at_ms: int, source: random.Random
) -> dict[str, object]:
    carrier, number = ("dhl", "ups", "gls")[shipment % 3], f"SHP{shipment:010d}"
    at = instant_text(at_ms)
    data = {
        "milestone": milestone,
        "substatus": substatus,
        "location": {"facility_id": f"HUB-{source.randrange(400):04d}"},
    }
    return {
        "event_id": event_id("ScanRecorded", (carrier, number), data=data, time=at, raw_code=substatus),
        "type": "ScanRecorded",
        "schema_version": 1,
        "shipment": f"{carrier}:{number}",
        "occurred_at": at,
        "tz_confidence": "exact",
        "time_precision": "instant",
        "recorded_at": instant_text(at_ms + 90_000),
        "source": {"channel": "api", "trust": "bearer"},
        "data": data,
        "raw": {"code": substatus},
    }

"""Stories without end, by a seed: promises due within seconds, late scans, duplicates, exceptions."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

_STEPS = ("info_received", "picked_up", "in_transit", "out_for_delivery", "delivered")
_OPEN = 400
_LATE = 0.05
_AGAIN = 0.02
_WRONG = 0.01
_FAR = timedelta(hours=12)


def stories(*, seed: int, events: int, soonest: float = 2.0) -> Iterator[list[Json]]:
    """Requests of about `events` events, of many parcels at once.

    A third of the parcels are promised for `soonest` to four times as many seconds ahead and may or may
    not be delivered by then, a third for twelve hours ahead, the rest for no time at all.
    """
    chance = random.Random(seed)
    parcels: list[_Parcel] = []
    number = 0
    sent: list[Json] = []
    held: list[Json] = []
    while True:
        batch: list[Json] = []
        while len(batch) < events:
            if len(parcels) < _OPEN and chance.random() < 0.4:
                number += 1
                parcels.append(_Parcel(f"R{seed}N{number:07d}", chance, soonest=soonest))
            if not parcels:
                continue
            parcel = chance.choice(parcels)
            event = parcel.next()
            if event is None:
                parcels.remove(parcel)
                continue
            (held if chance.random() < _LATE else batch).append(event)
            if held and chance.random() < _LATE:
                batch.append(held.pop(0))
            if sent and chance.random() < _AGAIN:
                batch.append(chance.choice(sent))
        sent = (sent + batch)[-500:]
        yield batch


class _Parcel:
    """One parcel's events, in order; times lie in the last minutes, as carriers tell them."""

    def __init__(self, name: str, chance: random.Random, *, soonest: float) -> None:
        self._parcel = {"carrier": "acme", "tracking_number": name}
        self._chance = chance
        self._soonest = soonest
        self._told = 0
        self._steps = len(_STEPS) if chance.random() < 0.7 else chance.randint(1, len(_STEPS) - 1)
        self._began = datetime.now(UTC) - timedelta(minutes=10)

    def next(self) -> Json | None:
        """Its next event; None at the end of its story."""
        number, self._told = self._told, self._told + 1
        if number == 0:
            return self._parcel | {
                "type": "ShipmentRegistered",
                "occurred_at": _text(self._began),
                "data": self._registration(),
            }
        if number > self._steps:
            return None
        at = datetime.now(UTC) if number == len(_STEPS) else self._began + timedelta(seconds=30 * number)
        data: Json = {"milestone": _STEPS[number - 1]}
        if self._chance.random() < _WRONG:
            data = {"milestone": "exception", "reason": "damaged"}
        return self._parcel | {"type": "ScanRecorded", "occurred_at": _text(at), "data": data}

    def _registration(self) -> Json:
        data: Json = {"order_id": f"O-{self._parcel['tracking_number']}"}
        kind = self._chance.randrange(3)
        if kind < 2:
            ahead = timedelta(seconds=self._soonest * self._chance.uniform(1, 4)) if kind else _FAR
            data["promise"] = {"kind": "order_promised", "to": _text(datetime.now(UTC) + ahead)}
        return data


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")

"""Writes one parcel's events as canonical lines, times the way its carrier writes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from schemas.ids import event_id
from schemas.instants import datetime_of, instant_text
from schemas.vocabulary import EventType
from services.cli.simulator.carriers import Carrier

Json = dict[str, Any]

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


@dataclass(slots=True)
class Pen:
    """One parcel's lines so far. Moments are milliseconds since 1970; a line is recorded minutes after it."""

    carrier: Carrier
    number: str
    random: Random
    lines: list[Json] = field(default_factory=list)

    def registered(self, at_ms: int, *, order: str, promised_ms: int) -> None:
        """The merchant's order with its promise, a local date."""
        promise = {"kind": "order_promised", "to": self.date(promised_ms), "zone": self.carrier.zone}
        data = {"order_id": order, "customer_id": f"C-{order[2:]}", "merchant": "shop", "promise": promise}
        self._write(EventType.SHIPMENT_REGISTERED, at_ms, data, lag_ms=0)

    def scan(self, milestone: str, at_ms: int, *, lag_ms: int | None = None, **data: Any) -> str:
        """A scan somewhere on the way; its event id."""
        city = self.random.choice(self.carrier.cities)
        data = {"milestone": milestone, "location": {"city": city, "country": self.carrier.country}, **data}
        said_id = f"{self.number}-{len(self.lines)}"
        code = data.get("substatus") or milestone
        self._write(EventType.SCAN_RECORDED, at_ms, data, lag_ms=lag_ms, code=code, said_id=said_id)
        return event_id(
            EventType.SCAN_RECORDED,
            (self.carrier.code, self.number),
            data=data,
            time=None,
            carrier_event_id=said_id,
        )

    def revised(self, at_ms: int, *, to_ms: int, kind: str, cause: str) -> None:
        """A new delivery date."""
        data = {"kind": kind, "to": self.date(to_ms), "zone": self.carrier.zone, "cause": cause}
        self._write(EventType.DELIVERY_DATE_REVISED, at_ms, data)

    def retracted(self, target: str, at_ms: int, *, corrective: str | None = None) -> None:
        """An earlier event was wrong."""
        data = {"retracts": target, "reason": "did_not_occur"}
        self._write(
            EventType.EVENT_RETRACTED, at_ms, data | ({"corrective_ids": [corrective]} if corrective else {})
        )

    def cancelled(self, at_ms: int) -> None:
        """The sender calls it off."""
        self._write(EventType.SHIPMENT_CANCELLED, at_ms, {"reason": "sender_request", "party": "sender"})

    def case(self, event: EventType, at_ms: int, **data: Any) -> None:
        """A case is opened or resolved."""
        self._write(event, at_ms, {"case_id": f"K-{self.number}", **data})

    def date(self, at_ms: int) -> str:
        """The carrier's local date of a moment."""
        return datetime_of(at_ms).astimezone(ZoneInfo(self.carrier.zone)).date().isoformat()

    def _write(
        self,
        kind: EventType,
        at_ms: int,
        data: Mapping[str, Any],
        *,
        lag_ms: int | None = None,
        code: str | None = None,
        said_id: str | None = None,
    ) -> None:
        lag_ms = self.random.randrange(1, 20) * MINUTE if lag_ms is None else lag_ms
        line: Json = {
            "type": str(kind),
            "carrier": self.carrier.code,
            "tracking_number": self.number,
            **self._time(at_ms),
            "recorded_at": instant_text(at_ms + lag_ms),
            "data": dict(data),
        }
        if said_id is not None:
            line["carrier_event_id"] = said_id
        if code is not None:
            line["raw"] = {"code": code.upper()}
        self.lines.append(line)

    def _time(self, at_ms: int) -> Json:
        if self.carrier.writes == "utc":
            return {"occurred_at": instant_text(at_ms)}
        local = datetime_of(at_ms).astimezone(ZoneInfo(self.carrier.zone))
        if self.carrier.writes == "offset":
            return {"occurred_at": local.isoformat(timespec="seconds")}
        wall = {"occurred_at": local.replace(tzinfo=None).isoformat(timespec="seconds")}
        return wall | ({"zone": self.carrier.zone} if self.carrier.writes == "zone" else {})

"""Parcels that the pages' tests look at: told to a running Shiplog, waited for until they can be read."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.builders import canonical, canonical_registered, canonical_scan

Json = dict[str, Any]

ALMATY = {"city": "Almaty", "country": "KZ", "lat": 43.24, "lon": 76.95}
ASTANA = {"city": "Astana", "country": "KZ", "lat": 51.13, "lon": 71.43}
WARSAW = {"name": "Hub WAW", "city": "Warsaw", "country": "PL", "lat": 52.17, "lon": 20.97}
BERLIN = {"city": "Berlin", "country": "DE", "lat": 52.52, "lon": 13.40}


def ago(*, days: float = 0, hours: float = 0, minutes: float = 0) -> int:
    """Milliseconds of an instant so long before now."""
    at = datetime.now(UTC) - timedelta(days=days, hours=hours, minutes=minutes)
    return int(at.timestamp() * 1000)


def in_days(days: int) -> str:
    """The date so many days from now."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def local(milliseconds: int, offset_hours: int) -> str:
    """The instant as a carrier writes it, with the offset of its place."""
    at = datetime.fromtimestamp(milliseconds / 1000, UTC) + timedelta(hours=offset_hours)
    return f"{at:%Y-%m-%dT%H:%M:%S}{offset_hours:+03d}:00"


def estimate(to: str, *, at: int, cause: str | None = None) -> Json:
    """The carrier's estimate of the day of delivery."""
    line = canonical("DeliveryDateRevised", to=to, cause=cause, at=at)
    line["data"]["kind"] = "carrier_estimate"
    return line


def of(carrier: str, number: str, lines: list[Json]) -> list[Json]:
    """The lines told of one parcel."""
    return [line | {"carrier": carrier, "tracking_number": number} for line in lines]


def travelling(number: str) -> list[Json]:
    """On its way over three countries, its date revised twice, one stage not scanned by anybody."""
    promise = {"kind": "order_promised", "to": in_days(2), "zone": "Europe/Berlin"}
    lines = [
        canonical_registered(
            f"O-{number}", customer_id="C-7", merchant="kaspi", service="Express Saver", promise=promise,
            at=local(ago(days=4), 5),
        ),
        canonical_scan("picked_up", substatus="collected", at=local(ago(days=3.8), 5), location=ALMATY),
        canonical_scan("in_transit", substatus="hub_departed", at=local(ago(days=3), 5), location=ASTANA),
        estimate(in_days(1), at=ago(days=2, hours=20)),
        canonical_scan(
            "in_transit", substatus="hub_arrived", code="AR", at=local(ago(days=1), 1), location=WARSAW
        ) | {"raw": {"code": "AR", "text": "Arrived at facility"}},
        estimate(in_days(2), at=ago(hours=20), cause="weather"),
    ]  # fmt: skip
    return of("ups", number, lines)


def told(kind: str, number: str) -> list[Json]:
    """A parcel in one state of all those that need words."""
    head = [
        canonical_registered(f"O-{number}", customer_id="C-7", merchant="kaspi", at=ago(days=9)),
        canonical_scan("picked_up", at=ago(days=8), location=WARSAW),
        canonical_scan("in_transit", at=ago(days=7), location=BERLIN),
    ]
    tail: dict[str, list[Json]] = {
        "waiting": [],
        "quiet": [],
        "address": [
            canonical_scan(
                "delivery_attempted", substatus="address_not_found", party="recipient", at=ago(hours=5),
                location=BERLIN, attempt=1,
            )
        ],
        "lost": [canonical_scan("lost", substatus="carrier_declared", party="carrier", at=ago(hours=5))],
        "delivered": [
            canonical_scan("out_for_delivery", at=ago(hours=9), location=BERLIN),
            canonical_scan(
                "delivered", substatus="signed", at=local(ago(hours=5), 1), location=BERLIN,
                proof={"name": "A. Smith"},
            ),
        ],
        "returning": [
            canonical_scan("delivery_attempted", substatus="refused", party="recipient", at=ago(hours=30)),
            canonical_scan("returning", substatus="refused", at=ago(hours=5), location=BERLIN),
        ],
        "customs": [
            canonical_scan(
                "in_transit", substatus="customs_in", reason="customs_hold", party="customs", at=ago(days=1),
                location=WARSAW, action={"who": "recipient", "until": in_days(5)},
            )
        ],
    }  # fmt: skip
    return of("gls", number, (head[:1] if kind == "waiting" else head) + tail[kind])


def tell(ingest: str, query: str, lines: list[Json]) -> str:
    """Send the lines, wait until the last can be read; the shipment's key."""
    answer = httpx.post(f"{ingest}/v1/events", json=lines, timeout=30)
    answer.raise_for_status()
    assert answer.json()["rejected"] == [], answer.text
    last = answer.json()["event_ids"][-1]
    key = f"{lines[0]['carrier']}:{lines[0]['tracking_number']}"
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        found = httpx.get(f"{query}/v1/shipments/{key}", timeout=10)
        if found.status_code == 200 and any(e["event_id"] == last for e in found.json()["timeline"]):
            return key
        time.sleep(0.05)
    raise AssertionError(f"{key} cannot be read after 15 s")


def retraction(event_id: str) -> Json:
    """The withdrawal of an event."""
    return canonical("EventRetracted", retracts=event_id, reason="incorrect_data", at=ago(minutes=1))


def id_of(query: str, key: str, milestone: str) -> str:
    """The event id of the newest scan of a milestone."""
    timeline = httpx.get(f"{query}/v1/shipments/{key}", timeout=10).json()["timeline"]
    return str([e for e in timeline if e["data"].get("milestone") == milestone][-1]["event_id"])


def ups(serial: int) -> str:
    """A number of UPS with a right check digit."""
    body = f"999AA1{serial:09d}"
    digits = [int(c) if c.isdigit() else (ord(c) - 3) % 10 for c in body]
    total = sum(d * (2 if i % 2 else 1) for i, d in enumerate(digits))
    return f"1Z{body}{-total % 10}"

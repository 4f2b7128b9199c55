"""From a checked event to the envelope that is logged."""

from dataclasses import dataclass
from typing import Any, Literal

from schemas.event import SCHEMA_VERSION
from schemas.ids import event_id
from schemas.vocabulary import EventType, Trust
from services.domain.numbers.judgement import VERSION, judged
from services.ingest.checks import Checked

Json = dict[str, Any]
Channel = Literal["api", "webhook", "file", "replay", "command"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """How events reach us; the `source` of their envelopes."""

    channel: Channel
    trust: Trust
    carrier_account: str | None = None
    batch: str | None = None


def envelope_of(
    event: Checked, *, recorded_at: str, origin: Origin, mapping_version: int = 1, sha256: str | None = None
) -> Json:
    """The envelope, without absent members; its personal data is still open.

    `recorded_at` is a UTC instant as on the wire; `sha256` is that of the carrier's own text of
    this fact, in hex, where one was read.
    """
    moment = event.moment
    # no id depends on what we think of a number
    judgement = judged(event.carrier, event.number) if event.type == EventType.SHIPMENT_REGISTERED else {}
    envelope: Json = {
        "event_id": event_id(
            event.type,
            (event.carrier, event.number),
            data=event.data,
            time=moment.identity,
            raw_code=(event.raw or {}).get("code"),
            carrier_event_id=event.carrier_event_id,
        ),
        "type": event.type,
        "schema_version": SCHEMA_VERSION,
        "shipment": f"{event.carrier}:{event.number}",
        "occurred_at": moment.occurred_at,
        "occurred_local": moment.occurred_local,
        "utc_offset": moment.utc_offset,
        "tz_confidence": moment.tz_confidence,
        "time_precision": moment.time_precision,
        "recorded_at": recorded_at,
        "source": _source(origin, event.carrier_event_id),
        "order_hint": event.order_hint,
        "data": event.data | judgement,
        "raw": event.raw if sha256 is None else (event.raw or {}) | {"sha256": sha256},
        "mapping_version": max(mapping_version, VERSION) if judgement else mapping_version,
    }
    return {name: value for name, value in envelope.items() if value is not None}


def _source(origin: Origin, carrier_event_id: str | None) -> Json:
    source: Json = {"channel": origin.channel, "trust": origin.trust}
    if origin.carrier_account is not None:
        source["carrier_account"] = origin.carrier_account
    if origin.batch is not None:
        source["batch"] = origin.batch
    if carrier_event_id is not None:
        source["carrier_event_id"] = carrier_event_id
    return source

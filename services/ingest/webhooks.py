"""A carrier's own payload on its way in: verified first, read second, kept either way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from schemas.instants import instant_text
from services.ingest.carrier import (
    Carrier,
    InvalidPayload,
    ParsedEvent,
    ParsedPayload,
    SignatureInvalid,
    WebhookRequest,
)
from services.ingest.checks import InvalidEvent, check_event
from services.ingest.envelope import Origin, envelope_of
from services.ingest.intake import Rejection
from services.ingest.service import Answer, Ingest
from services.runtime import metrics
from services.runtime.deadletter import DeadLetter
from services.runtime.log import get_logger

Json = dict[str, Any]

_LOG: Final = get_logger(__name__)


class UnknownCarrier(LookupError):
    """No carrier of the registry has this code."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a native payload gave."""

    envelopes: list[Json]
    rejections: list[Rejection]


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The carriers' way in."""

    ingest: Ingest
    carriers: Mapping[str, Carrier]
    secrets: Mapping[str, Mapping[str, str]]
    code_version: str

    def carrier(self, code: str) -> Carrier:
        """The carrier of that code; raises UnknownCarrier."""
        if code not in self.carriers:
            metrics.UNKNOWN_CARRIERS.inc()
            raise UnknownCarrier(code)
        return self.carriers[code]

    def take(
        self, carrier: Carrier, *, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        """Log what the request tells; what cannot be read is kept in `.rejected`.

        Raises SignatureInvalid (nothing is kept), KeysAway and Overloaded.
        """
        secrets = self.secrets.get(carrier.code, {})
        request = WebhookRequest(method=method, path=path, headers=headers, body=body, secrets=secrets)
        try:
            verified = carrier.verify(request)
        except SignatureInvalid:
            metrics.SIGNATURE_FAILURES.labels(carrier.code).inc()
            raise
        now_ms = self.ingest.clock.now_ms()
        origin = Origin(channel="webhook", trust="signed_body", carrier_account=verified.account)
        try:
            read = read_payload(carrier, body, origin=origin, now=instant_text(now_ms))
        except InvalidPayload as error:
            read = Read([], [Rejection(1, "", str(error))])
        self.ingest.log(read.envelopes, now_ms=now_ms)
        if read.rejections:
            self._keep(carrier, body, now_ms=now_ms, why=read.rejections[0])
        ids = [envelope["event_id"] for envelope in read.envelopes]
        return Answer(ids, read.rejections, len(read.rejections))

    def _keep(self, carrier: Carrier, body: bytes, *, now_ms: int, why: Rejection) -> None:
        _LOG.warning("payload_not_read", carrier=carrier.code, pointer=why.pointer, detail=why.detail)
        metrics.REJECTED.labels(carrier.code, "invalid_payload").inc()
        letter = DeadLetter(
            value=body,
            key=None,
            original_topic=f"webhook/{carrier.code}",
            partition=None,
            offset=None,
            event_id=None,
            attempt=1,
            error_class="invalid_payload",
            first_failure=instant_text(now_ms),
            code_version=self.code_version,
        )
        publisher = self.ingest.publisher
        with publisher.unlogged.holding(now_ms):
            publisher.publish(self.ingest.topics.rejected.name, [letter.record()], since_ms=now_ms)


def read_payload(carrier: Carrier, body: bytes, *, origin: Origin, now: str) -> Read:
    """The envelopes of a native payload, personal data still open; raises InvalidPayload.

    An event that cannot be taken is among the rejections, numbered from 1 in the payload's order.
    """
    parsed = carrier.parse(body)
    _tell(carrier, parsed)
    envelopes: list[Json] = []
    rejections: list[Rejection] = []
    for number, event in enumerate(parsed.events, start=1):
        try:
            envelopes.append(_envelope(carrier, event, origin=origin, now=now))
        except InvalidEvent as error:
            rejections.append(Rejection(number, error.pointer, error.detail))
    return Read(envelopes, rejections)


def _envelope(carrier: Carrier, event: ParsedEvent, *, origin: Origin, now: str) -> Json:
    checked = check_event(event.members, zone_inferred=event.zone_inferred)
    return envelope_of(
        checked,
        recorded_at=now,
        origin=origin,
        mapping_version=carrier.mapping_version,
        sha256=event.sha256,
    )


def _tell(carrier: Carrier, parsed: ParsedPayload) -> None:
    unknown = sum(not event.known for event in parsed.events)
    if unknown:
        metrics.UNKNOWN_CODES.labels(carrier.code).inc(unknown)
    for warning in parsed.warnings:
        _LOG.warning("payload_defect", carrier=carrier.code, detail=warning)
    for error in parsed.errors:
        _LOG.info("carrier_error", carrier=carrier.code, code=error.code)

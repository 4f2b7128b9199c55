"""A carrier's own payload on its way in: verified first, read second, kept either way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from schemas.instants import instant_text
from services.ingest.carrier import Carrier, InvalidPayload, SignatureInvalid, WebhookRequest
from services.ingest.envelope import Origin
from services.ingest.intake import Rejection
from services.ingest.native import Read, read_payload, unread
from services.ingest.service import Answer, Ingest
from services.runtime import metrics
from services.runtime.deadletter import DeadLetter
from services.runtime.log import get_logger

_LOG: Final = get_logger(__name__)


class UnknownCarrier(LookupError):
    """No carrier of the registry has this code."""


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
        now_ms = self.ingest.clock.now_ms()
        request = WebhookRequest(
            method=method, path=path, headers=headers, body=body, secrets=secrets, now_ms=now_ms
        )
        try:
            verified = carrier.verify(request)
        except SignatureInvalid:
            metrics.SIGNATURE_FAILURES.labels(carrier.code).inc()
            raise
        origin = Origin(channel="webhook", trust=verified.trust, carrier_account=verified.account)
        try:
            read = read_payload(carrier, body, origin=origin, now=instant_text(now_ms))
        except InvalidPayload as error:
            read = unread(str(error))
        _tell(carrier, read)
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


def _tell(carrier: Carrier, read: Read) -> None:
    if read.unknown:
        metrics.UNKNOWN_CODES.labels(carrier.code).inc(read.unknown)
    for warning in read.warnings:
        _LOG.warning("payload_defect", carrier=carrier.code, detail=warning)
    for error in read.errors:
        _LOG.info("carrier_error", carrier=carrier.code, code=error.code)

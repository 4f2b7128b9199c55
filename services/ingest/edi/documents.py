"""Documents of standards: X12 214, EDIFACT IFTSTA, EPCIS and DCSA, which need no carrier of their own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from services.ingest.carrier import InvalidPayload, ParsedPayload
from services.ingest.edi.dcsa import parse as parse_dcsa
from services.ingest.edi.epcis import parse as parse_epcis
from services.ingest.edi.iftsta import SOURCES as IFTSTA
from services.ingest.edi.iftsta import parse as parse_iftsta
from services.ingest.edi.x12 import SOURCES as X12
from services.ingest.edi.x12 import parse as parse_x12

OWN_CARRIER: Final = "edi"
"""Whose events a document's are, where no carrier is named."""


class _Parse(Protocol):
    def __call__(self, payload: bytes, *, carrier: str) -> ParsedPayload: ...


_PARSERS: Final[dict[str, _Parse]] = {
    "x12-214": parse_x12,
    "iftsta": parse_iftsta,
    "epcis": parse_epcis,
    "dcsa": parse_dcsa,
}
FORMATS: Final = tuple(_PARSERS)
"""What documents are written in."""

SOURCES: Final[dict[str, tuple[str, ...]]] = {
    "x12-214": X12,
    "iftsta": IFTSTA,
    "epcis": ("GS1 EPCIS 2.0 and CBV 2.0 (June 2022)", "GS1 EPCIS 1.2 (September 2016)"),
    "dcsa": ("DCSA Track & Trace 2.2, 2.3 and 3.0.0-Beta-1", "DCSA Event Domain 3.2.0"),
}
"""The documents each is read by."""


@dataclass(frozen=True, slots=True)
class Documents:
    """The reader of one carrier's documents; without a `format` each is taken for what it begins like."""

    code: str = OWN_CARRIER
    format: str | None = None
    mapping_version: int = 1

    def parse(self, payload: bytes) -> ParsedPayload:
        """The facts in it; raises InvalidPayload."""
        return parse_document(self.format or detect(payload), payload, self.code)


def parse_document(format: str, payload: bytes, carrier: str = OWN_CARRIER) -> ParsedPayload:  # noqa: A002
    """The facts in a document written in `format`, as events of `carrier`; raises InvalidPayload."""
    return _PARSERS[format](payload, carrier=carrier)


def detect(payload: bytes) -> str:
    """The format of a document by what it begins with; raises InvalidPayload."""
    start = payload.removeprefix(b"\xef\xbb\xbf").lstrip()[:4096]
    for fits, name in _SIGNS:
        if fits(start):
            return name
    raise InvalidPayload(f"neither of {', '.join(FORMATS)}")


def _is_dcsa(start: bytes) -> bool:
    return any(
        word in start for word in (b'"eventClassifierCode"', b'"eventType"', b'"eventID"', b'"metadata"')
    )


def _is_epcis(start: bytes) -> bool:
    words = (b"EPCISDocument", b"EPCISQueryDocument", b"epcis", b"ObjectEvent", b"eventTimeZoneOffset")
    return any(word in start for word in words)


_SIGNS: Final[tuple[tuple[Callable[[bytes], bool], str], ...]] = (
    (lambda start: start.startswith((b"ISA", b"GS", b"ST*214", b"ST|214")), "x12-214"),
    (lambda start: start.startswith((b"UNA", b"UNB", b"UNH")), "iftsta"),
    (lambda start: start.startswith(b"<") or _is_epcis(start), "epcis"),
    (lambda start: start.startswith((b"{", b"[")) and _is_dcsa(start), "dcsa"),
)

"""UN/EDIFACT IFTSTA, the international multimodal status report message, D.93A and later."""

from typing import Final

from services.ingest.carrier import InvalidPayload, ParsedEvent, ParsedPayload
from services.ingest.codebooks import iftsta as codes
from services.ingest.edi import iftsta_places, iftsta_times
from services.ingest.edi.defects import Defects
from services.ingest.edi.edifact_envelope import Envelopes
from services.ingest.edi.edifact_stream import interchanges_of
from services.ingest.edi.iftsta_facts import Teller
from services.ingest.reading.scans import payload as payload_of

SOURCES: Final = (*codes.SOURCES, iftsta_times.SOURCE, iftsta_places.SOURCE)


def parse(payload: bytes, *, carrier: str) -> ParsedPayload:
    """The facts of every IFTSTA in the stream; raises InvalidPayload where there is none."""
    defects = Defects()
    interchanges = interchanges_of(payload, defects)
    teller = Teller(carrier, defects)
    events: list[ParsedEvent] = []
    messages = 0
    for interchange in interchanges:
        envelopes = Envelopes(interchange, defects)
        for message in envelopes.messages():
            messages += 1
            events += teller.events(message)
    if not messages:
        raise InvalidPayload("; ".join(["no IFTSTA message", *defects.told])[:2000])
    return payload_of(events, warnings=defects.told)

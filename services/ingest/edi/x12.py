"""ASC X12 214, the transportation carrier shipment status message, releases 004010 and later."""

from typing import Final

from services.ingest.carrier import InvalidPayload, ParsedEvent, ParsedPayload
from services.ingest.codebooks import x12_214
from services.ingest.edi import x12_times
from services.ingest.edi.defects import Defects
from services.ingest.edi.x12_envelope import Envelopes
from services.ingest.edi.x12_facts import Teller
from services.ingest.edi.x12_stream import interchanges_of
from services.ingest.reading.scans import payload as payload_of

SOURCES: Final = (x12_214.SOURCE, x12_times.SOURCE)


def parse(payload: bytes, *, carrier: str) -> ParsedPayload:
    """The facts of every 214 in the stream; raises InvalidPayload where there is none."""
    defects = Defects()
    interchanges = interchanges_of(payload, defects)
    events: list[ParsedEvent] = []
    transactions = 0
    for interchange in interchanges:
        envelopes = Envelopes(interchange, defects)
        teller = Teller(carrier, interchange.element, defects)
        for transaction in envelopes.transactions():
            transactions += 1
            events += teller.events(transaction)
    if not transactions:
        raise InvalidPayload("; ".join(["no 214 transaction", *defects.told])[:2000])
    return payload_of(events, warnings=defects.told)

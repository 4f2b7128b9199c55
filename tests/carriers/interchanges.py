"""Interchanges written by hand: X12 214 and EDIFACT IFTSTA, and what is read of them."""

from typing import Any

from services.ingest.carrier import ParsedEvent, ParsedPayload
from services.ingest.checks import check_event
from services.ingest.edi import iftsta, x12
from services.ingest.envelope import Origin, envelope_of
from services.ingest.moment import Moment

Json = dict[str, Any]
PARTIES = {"carrier", "sender", "recipient", "customs", "weather", "other", None}

ISA = "ISA*00*          *00*          *02*WOLF           *01*123456789      *260302*0900*U*00401*000000007*0*P*>~"  # noqa: E501
GS = "GS*QM*WOLF*123456789*20260302*0900*7*X*004010~"
X12_ENDS = "GE*1*7~IEA*1*000000007~"
X4 = "AT7*X4*NS***20260301*2215*CT~MS1*Dallas*TX*US~"
D1 = "AT7*D1*NS***20260302*0800*CT~MS1*Austin*TX~"

UNB = "UNB+UNOC:3+HAULER+SHOP+260302:0900+77'"
ARRIVED = "STS+1+1'DTM+334:202603011415:203'LOC+14+DEHAM:139:6:HAMBURG'"
DELIVERED = "STS+1+21'DTM+334:202603020800:203'LOC+14+DEBER:139:6:BERLIN'"


def transaction(*segments: str) -> str:
    """A 214 of the shipment PRO123, with right counts."""
    body = "".join(segments)
    return f"ST*214*0001~B10*PRO123*SHIP9*WOLF~{body}SE*{body.count('~') + 3}*0001~"


def x12_of(*segments: str) -> str:
    """An interchange with one 214."""
    return ISA + GS + transaction(*segments) + X12_ENDS


def message(*segments: str, directory: str = "D:01B:UN", reference: str = "1") -> str:
    """An IFTSTA of the consignment AB12, with right counts."""
    body = "".join(segments)
    return f"UNH+{reference}+IFTSTA:{directory}'CNI+1+AB12'{body}UNT+{body.count(chr(39)) + 3}+{reference}'"


def iftsta_of(*segments: str, directory: str = "D:01B:UN") -> str:
    """An interchange with one IFTSTA."""
    return UNB + message(*segments, directory=directory) + "UNZ+1+77'"


def read_x12(text: str) -> ParsedPayload:
    """What a stream of X12 says."""
    return x12.parse(text.encode("latin-1"), carrier="edi")


def read_iftsta(text: str | bytes) -> ParsedPayload:
    """What a stream of EDIFACT says."""
    return iftsta.parse(text if isinstance(text, bytes) else text.encode("latin-1"), carrier="edi")


def codes(told: ParsedPayload) -> list[str]:
    """The raw codes of its scans."""
    return [event.members["raw"]["code"] for event in told.events]


def only(told: ParsedPayload) -> Json:
    """The members of its one event."""
    (event,) = told.events
    return event.members


def moment(event: ParsedEvent) -> Moment:
    """When it happened, as the log will say."""
    return check_event(event.members, zone_inferred=event.zone_inferred).moment


def ids(told: ParsedPayload) -> list[str]:
    """The ids of its events."""
    origin = Origin(channel="file", trust="manual")
    return [
        envelope_of(check_event(event.members), recorded_at="", origin=origin)["event_id"]
        for event in told.events
    ]

"""FedEx: a scan event, the same in both APIs, and what its codes mean together."""

from dataclasses import replace
from typing import Any, Final, NamedTuple

from services.ingest.carrier import Json, ParsedEvent
from services.ingest.codebooks.fedex import ARRIVALS, DELAYS, DELIVERED_TO, EVENTS, EXCEPTIONS, TROUBLE
from services.ingest.reading import scans
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.times import When, iso, written

CARRIER: Final = "fedex"
_CODELIST: Final = "fedex-event-type"
_SLASHES: Final = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y")


class Scan(NamedTuple):
    """What FedEx says happened: a type, and the codes beside it that say why and where."""

    kind: str | None
    when: When
    text: str | None = None
    exception: str | None = None
    derived: str | None = None
    at_type: str | None = None
    delay: str | None = None
    location: Json | None = None

    def meaning(self) -> Meaning | None:
        """What its codes do together; None where no table has its type nor its status."""
        base = EVENTS.get(self.kind or "") or EVENTS.get(self.derived or "")
        if base is None:
            return None
        if base == EVENTS["AR"]:
            base = base._replace(substatus=ARRIVALS.get(self.at_type or "", base.substatus))
        found = EXCEPTIONS.get(self.exception or "")
        if found is not None:
            base = _refined(base, found, whole=self.kind in TROUBLE or found.milestone == base.milestone)
        if base.reason is None and (delayed := DELAYS.get(self.delay or "")) is not None:
            return base._replace(reason=delayed[0], party=delayed[1])
        return base

    def delivered(self) -> bool:
        """Whether it says that the parcel was delivered."""
        meaning = self.meaning()
        return meaning is not None and meaning.milestone == "delivered"

    def known(self) -> bool:
        """Whether the tables have its type and its exception."""
        return (self.kind in EVENTS or self.kind is None) and (
            self.exception is None or self.exception in EXCEPTIONS
        )


def scan_of(
    number: str,
    scan: Scan,
    *,
    source: Any,
    proof: Json | None = None,
    delivered_to: str | None = None,
) -> ParsedEvent:
    """The scan; a `delivered_to` that is known says more of a delivery than its own codes.

    Several exceptions of one type come in one second, so the exception belongs to the identity.
    """
    meaning, delivered = scan.meaning(), scan.delivered()
    if meaning is not None and delivered and meaning.substatus is None:
        meaning = meaning._replace(substatus=DELIVERED_TO.get(delivered_to or ""))
    event = scans.scan(
        CARRIER,
        number,
        code=scan.kind or scan.derived,
        meaning=meaning,
        when=scan.when,
        source=source,
        text=scan.text,
        location=scan.location,
        codelist=_CODELIST,
        proof=proof if delivered else None,
        carrier_event_id=_identity(scan) if scan.exception else None,
    )
    return replace(event, known=meaning is not None and scan.known())


def time_of(text: str | None) -> When:
    """ISO with its offset, as documented; older answers have dates with slashes."""
    when = iso(text)
    return when if when.text is not None else written(text, *_SLASHES)


def date_of(text: str | None) -> str | None:
    """A date of delivery: FedEx writes a date without a time as its midnight."""
    when = time_of(text).text
    return when[:10] if when is not None and when[10:19] == "T00:00:00" else when


def _identity(scan: Scan) -> str:
    facility = (scan.location or {}).get("facility_id")
    return "/".join(part or "" for part in (scan.kind, scan.exception, scan.when.text, facility))


def _refined(base: Meaning, exception: Meaning, *, whole: bool) -> Meaning:
    """What an exception adds: everything to an event that tells of trouble, else only its reason."""
    reason, party = (exception.reason, exception.party) if exception.reason else (base.reason, base.party)
    if not whole:
        return base._replace(reason=reason, party=party)
    return exception._replace(
        substatus=exception.substatus or (base.substatus if exception.milestone == base.milestone else None),
        reason=reason,
        party=party,
    )

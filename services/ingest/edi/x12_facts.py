"""What a 214 transaction says: scans and expected deliveries of one shipment.

References (L11), equipment (MS2) and addresses (N1) have no member in a scan and are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from services.ingest.carrier import Json, ParsedEvent
from services.ingest.codebooks import x12_214 as codes
from services.ingest.codebooks.reasons import with_reason
from services.ingest.edi.defects import Defects
from services.ingest.edi.timed import Timed, bound, dated, latest
from services.ingest.edi.x12_envelope import Transaction, element
from services.ingest.edi.x12_loops import Loop, Loops, loops_of
from services.ingest.edi.x12_places import place_of
from services.ingest.edi.x12_stream import Segment
from services.ingest.edi.x12_times import timed
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.scans import revision, scan

_APPOINTMENT_LIST: Final = "X12 1652"


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells one transaction's events; what it leaves out it says in `defects`."""

    carrier: str
    separator: str
    defects: Defects

    def events(self, transaction: Transaction) -> Iterator[ParsedEvent]:
        """Its scans, then its expected deliveries."""
        name = f"transaction {transaction.control}"
        loops, halves = loops_of(transaction)
        for loop in halves:
            self._warn(loop.at7, f"{name} is cut off within this status: left out")
        number = loops.number
        if number is None:
            self.defects.add(f"{name} names no shipment (B10): left out")
            return
        times, estimates = [], []
        for loop in loops.statuses:
            when = self._time(loop)
            if _is_to_come(loop.at7):
                estimates.append((loop, when))
            else:
                times.append(when)
                yield self._scan(number, loops, loop, when, transaction.version)
        # asked again it must be the same event: dated by what is known with it, else by its group
        told_at = latest(times) if times else timed(*transaction.dated, "")[0]
        for loop, when in estimates:
            yield from self._estimate(number, loop, when, told_at)

    def _time(self, loop: Loop) -> Timed:
        when, fault = timed(*(element(loop.at7, position) for position in (5, 6, 7)))
        if fault:
            self._warn(loop.at7, fault)
        return when

    def _scan(self, number: str, loops: Loops, loop: Loop, when: Timed, version: str) -> ParsedEvent:
        written = [self.separator.join(segment) for segment in (loop.at7, loop.ms1) if segment]
        event = scan(
            self.carrier,
            number,
            code=element(loop.at7, 1),
            meaning=self._meaning(loop.at7),
            when=when.when,
            source=written,
            text=written[0],
            codelist=codes.CODELIST,
            codelist_version=version or None,
            piece=loops.package(loop),
        )
        return dated(event, when, location=self._location(loop))

    def _meaning(self, at7: Segment) -> Meaning | None:
        meaning, why = codes.STATUSES.get(element(at7, 1)), element(at7, 2)
        if meaning is None or not why:
            return meaning
        if why not in codes.REASONS:
            self._warn(at7, f"{why[:8]!r} is no reason code we know")
            return meaning
        return with_reason(meaning, codes.REASONS[why])

    def _location(self, loop: Loop) -> Json:
        if loop.ms1 is None:
            return {}
        location, fault = place_of(loop.ms1)
        if fault:
            self._warn(loop.ms1, fault)
        return location

    def _estimate(self, number: str, loop: Loop, when: Timed, told_at: Timed) -> Iterator[ParsedEvent]:
        status, appointment = element(loop.at7, 1), element(loop.at7, 3)
        if status not in codes.ESTIMATES and appointment not in codes.DELIVERY_APPOINTMENTS:
            what = codes.NOT_OF_DELIVERY.get(
                status or appointment, "neither a status nor an appointment we know"
            )
            self._warn(loop.at7, f"{what}: left out")
            return
        source = self.separator.join(loop.at7)
        told = revision(self.carrier, number, kind="carrier_estimate", to=bound(when), source=source)
        if told is None:
            self._warn(loop.at7, "no date: left out")
            return
        # due at the door, at the carrier's terminal, or by appointment: the cause says which
        cause = f"{codes.CODELIST} {status}" if status else f"{_APPOINTMENT_LIST} {appointment}"
        data = told.members["data"] | {"cause": cause}
        yield dated(replace(told, members=told.members | {"data": data}), told_at)

    def _warn(self, segment: Segment, fault: str) -> None:
        self.defects.add(f"{self.separator.join(segment)[:64]!r}: {fault}")


def _is_to_come(at7: Segment) -> bool:
    """Whether it tells of a time to come: an appointment, or a status that is an estimate."""
    code = element(at7, 1)
    return not code or code in codes.ESTIMATES or code in codes.NOT_OF_DELIVERY

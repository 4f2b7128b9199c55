"""What an IFTSTA message says: scans and expected deliveries of its consignments."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.ingest.carrier import ParsedEvent
from services.ingest.edi.defects import Defects
from services.ingest.edi.edifact_envelope import Message, component
from services.ingest.edi.edifact_stream import Segment
from services.ingest.edi.iftsta_codes import as_written, coded
from services.ingest.edi.iftsta_loops import Scope, Status, statuses_of
from services.ingest.edi.iftsta_places import place_of
from services.ingest.edi.iftsta_times import DUE, HAPPENED, PREPARED, prepared, timed
from services.ingest.edi.timed import UNDATED, Timed, bound, dated, latest
from services.ingest.reading.scans import RevisionKind, revision, scan


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells one message's events; what it leaves out it says in `defects`."""

    carrier: str
    defects: Defects

    def events(self, message: Message) -> Iterator[ParsedEvent]:
        """Its scans, then its expected deliveries."""
        name = f"message {message.reference}"
        statuses, halves, whole = statuses_of(message)
        if not statuses and not halves:
            self.defects.add(f"{name} has no STS")
        for status in halves:
            self.defects.add(f"{name} is cut off within {_text(status.sts)!r}: this status is left out")
        times: dict[str, list[Timed]] = {}
        estimates: dict[tuple[str, str], Segment] = {}
        for status in statuses:
            number = status.number
            if number is None:
                self.defects.add(f"{name}: {_text(status.sts)!r} names no parcel: left out")
                continue
            when = self._time(status)
            times.setdefault(number, []).append(when)
            due = {(number, each): status.time([each]) for each in DUE}
            estimates |= {key: dtm for key, dtm in due.items() if dtm is not None}
            yield self._scan(number, status, when, message)
        for (number, qualifier), dtm in estimates.items():
            told_at = latest([each for each in times[number] if each.when.text]) if times[number] else UNDATED
            told_at = told_at if told_at.when.text else self._prepared(message, whole)
            yield from self._estimate(number, DUE[qualifier], dtm, told_at)

    def _time(self, status: Status) -> Timed:
        found = status.time(HAPPENED)
        if found is None:
            self.defects.add(f"{_text(status.sts)!r} is undated: no DTM says when it happened")
            return UNDATED
        return self._read(found)

    def _read(self, dtm: Segment) -> Timed:
        when, fault = timed(component(dtm, 1, 1), component(dtm, 1, 2))
        if fault:
            self.defects.add(f"{_text(dtm)!r}: {fault}")
        return when

    def _prepared(self, message: Message, whole: Scope) -> Timed:
        made = [dtm for dtm in whole.every("DTM") if component(dtm, 1) == PREPARED]
        return self._read(made[0]) if made else prepared(*message.prepared)

    def _scan(self, number: str, status: Status, when: Timed, message: Message) -> ParsedEvent:
        document = status.message.every("BGM")
        found = coded(status.sts, message, document[0] if document else [])
        if found.fault:
            self.defects.add(f"{_text(status.sts)!r}: {found.fault}")
        texts = [part for ftx in status.own.every("FTX") for part in (ftx[4] if len(ftx) > 4 else []) if part]
        here = status.location
        event = scan(
            self.carrier,
            number,
            code=found.code,
            meaning=found.meaning,
            when=when.when,
            source=[status.sts, status.own.segments, here],
            text=" ".join(texts) or None,
            codelist=found.codelist,
            codelist_version=found.version,
            piece=status.package,
        )
        return dated(event, when, location=place_of(here) if here else None)

    def _estimate(
        self, number: str, kind: RevisionKind, dtm: Segment, told_at: Timed
    ) -> Iterator[ParsedEvent]:
        told = revision(self.carrier, number, kind=kind, to=bound(self._read(dtm)), source=dtm)
        if told is not None:
            yield dated(told, told_at)


def _text(segment: Segment) -> str:
    return "+".join(as_written(segment, position) for position in range(len(segment)))[:64]

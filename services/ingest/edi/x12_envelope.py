"""X12's envelopes: the 214 transactions of an interchange, and every count and number that is wrong.

A wrong count is survived and told; a transaction that is cut off is given as far as it came.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from services.ingest.edi.defects import Defects
from services.ingest.edi.x12_stream import Interchange, Segment

OLDEST: Final = "004010"
"""Before it AT7 had its date and time elsewhere."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One 214, from ST to SE; `whole`: its SE has come. `dated`: GS04 and GS05, when its group was made."""

    control: str
    version: str
    dated: tuple[str, str]
    segments: list[Segment]
    whole: bool


@dataclass(slots=True)
class _Open:
    """An envelope whose end has not come; `inside` counts what it must say it holds."""

    head: Segment
    segments: list[Segment] = field(default_factory=list)
    inside: int = 0


def element(segment: Segment, position: int) -> str:
    """The stripped element at its one-based position; empty where it is absent."""
    return segment[position].strip() if position < len(segment) else ""


class Envelopes:
    """Opens and closes the envelopes of one interchange; `defects` tell what was survived."""

    def __init__(self, interchange: Interchange, defects: Defects) -> None:
        self._interchange = interchange
        self._name = f"interchange {interchange.control}"
        self._outer = _Open(interchange.header)
        self._group: _Open | None = None
        self._set: _Open | None = None
        self.defects = defects

    def transactions(self) -> Iterator[Transaction]:
        """The 214s in it, in their order."""
        if element(self._interchange.header, 15) == "T":
            self.defects.add(f"{self._name} is marked as a test (ISA15)")
        closed = False
        for segment in self._interchange.segments:
            if closed:
                self.defects.add(f"{self._name}: {segment[0][:8]!r} behind its IEA is left out")
                continue
            yield from self._segment(segment)
            closed = segment[0] == "IEA"
        yield from self._end_group(None)
        if self._interchange.rest:
            self.defects.add(
                f"{self._name} ends within the segment {self._interchange.rest[:24]!r}: left out"
            )
        if not closed:
            self.defects.add(f"{self._name} is cut off: no IEA")

    def _segment(self, segment: Segment) -> Iterator[Transaction]:
        match segment[0]:
            case "GS":
                yield from self._end_group(None)
                self._group = _Open(segment)
                self._outer.inside += 1
            case "ST":
                yield from self._end_set(None)
                self._set = _Open(segment)
                if self._group is not None:
                    self._group.inside += 1
            case "SE":
                yield from self._end_set(segment)
            case "GE":
                yield from self._end_group(segment)
            case "IEA":
                yield from self._end_group(None)
                self._compare(f"{self._name}: IEA", segment, self._outer.inside, self._interchange.control)
            case tag if self._set is None:
                self.defects.add(f"{self._name}: {tag[:8]!r} outside of a transaction is left out")
            case _:
                self._set.segments.append(segment)

    def _end_set(self, trailer: Segment | None) -> Iterator[Transaction]:
        opened, self._set = self._set, None
        if opened is None:
            if trailer is not None:
                self.defects.add(f"{self._name}: an SE without its ST")
            return
        control, name = element(opened.head, 2), f"{self._name}, transaction {element(opened.head, 2)}"
        if trailer is None:
            self.defects.add(f"{name} is cut off: no SE")
        else:
            self._compare(f"{name}: SE", trailer, len(opened.segments) + 2, control)
        group = self._group.head if self._group is not None else []
        version = element(group, 8)
        if element(opened.head, 1) != "214":
            self.defects.add(f"{name} is a {element(opened.head, 1)[:8]!r}, not a 214: left out")
        elif version and version[:6] < OLDEST:
            self.defects.add(f"{name} is of release {version[:6]!r}, older than {OLDEST}: left out")
        else:
            dated = (element(group, 4), element(group, 5))
            yield Transaction(control, version[:6], dated, opened.segments, trailer is not None)

    def _end_group(self, trailer: Segment | None) -> Iterator[Transaction]:
        yield from self._end_set(None)
        opened, self._group = self._group, None
        if trailer is not None and opened is not None:
            self._compare(f"{self._name}: GE", trailer, opened.inside, element(opened.head, 6))
        elif trailer is not None:
            self.defects.add(f"{self._name}: a GE without its GS")
        elif opened is not None:
            self.defects.add(f"{self._name}, group {element(opened.head, 6)} is cut off: no GE")

    def _compare(self, what: str, trailer: Segment, counted: int, control: str) -> None:
        told, number = element(trailer, 1), element(trailer, 2)
        if told.lstrip("0") != str(counted).lstrip("0"):
            self.defects.add(f"{what} counts {told[:12]!r}, there are {counted}")
        if number.lstrip("0") != control.lstrip("0"):
            self.defects.add(f"{what} has the control number {number[:16]!r}, not {control[:16]!r}")

"""A 214 transaction sorted into its statuses, the packages of its lines and its numbers."""

from dataclasses import dataclass, field
from typing import Final

from services.ingest.edi.x12_envelope import Transaction, element
from services.ingest.edi.x12_stream import Segment

_NUMBERS: Final = ("CN", "2I")
"""Qualifiers of L11 that name the carrier's number: its reference (PRO), a tracking number."""
_PIECES: Final = ("GM", "CP")
"""Qualifiers of MAN that name one package: its SSCC, the carrier's own package number."""


@dataclass(slots=True)
class Loop:
    """One AT7 and the MS1 that follows it; `line` counts the LX it stands in."""

    at7: Segment
    line: int
    ms1: Segment | None = None


@dataclass(slots=True)
class Loops:
    """The statuses in their order, the packages by line (0 before the first), and all that numbers it."""

    statuses: list[Loop] = field(default_factory=list)
    packages: dict[int, set[str]] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    b10: Segment = field(default_factory=list)

    @property
    def number(self) -> str | None:
        """The carrier's number, else any other that the shipment has.

        B10-01 is the carrier's (the PRO) and B10-02 the shipper's: by the shipper's the parcel
        would have another number in every feed but this one.
        """
        named = [self.references.get(qualifier, "") for qualifier in _NUMBERS]
        found = [element(self.b10, 1), element(self.b10, 6), *named, element(self.b10, 2)]
        return next((number for number in found if number), None)

    def package(self, loop: Loop) -> str | None:
        """The one package that a status speaks of; a line with several speaks of all of them."""
        packages = self.packages.get(loop.line, set())
        return next(iter(packages)) if len(packages) == 1 else None


def loops_of(transaction: Transaction) -> tuple[Loops, list[Loop]]:
    """The loops of a transaction, and those at a cut-off end that may have lost their place or package."""
    loops, line = Loops(), 0
    for segment in transaction.segments:
        match segment[0]:
            case "B10":
                loops.b10 = segment
            case "LX":
                line += 1
            case "AT7":
                loops.statuses.append(Loop(segment, line))
            case "MS1" if loops.statuses and loops.statuses[-1].ms1 is None:
                loops.statuses[-1].ms1 = segment
            case "L11":
                loops.references.setdefault(element(segment, 2), element(segment, 1))
            case "MAN" if element(segment, 1) in _PIECES:
                loops.packages.setdefault(line, set()).add(element(segment, 2))
    halves = [] if transaction.whole else _halves(loops, line)
    loops.statuses = loops.statuses[: len(loops.statuses) - len(halves)]
    return loops, halves


def _halves(loops: Loops, last_line: int) -> list[Loop]:
    """An event is not taken by halves: without its package it would have another id."""
    if loops.packages and last_line not in loops.packages:
        return [loop for loop in loops.statuses if loop.line == last_line]
    return [loop for loop in loops.statuses[-1:] if loop.ms1 is None]

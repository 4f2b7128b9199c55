"""An IFTSTA message sorted into its statuses, each with what is said of it and around it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from services.ingest.edi.edifact_envelope import Message, component
from services.ingest.edi.edifact_stream import Segment
from services.ingest.edi.iftsta_times import HAPPENED

_NUMBERS: Final = ("CW", "AAM", "AWB", "HWB", "MWB", "CN", "AAS", "BM", "UCN", "SRN", "CU")
"""Qualifiers of RFF that number a parcel, the best first: package, waybills, carrier, documents, shipper."""
_PACKAGE: Final = "CW"
_SSCC: Final = "BJ"
_HERE: Final = ("14", "175", "174")
"""Qualifiers of where the goods are, where an activity happens, where the means of transport is."""


class Scope:
    """The segments of one level, by tag, and by tag and qualifier."""

    __slots__ = ("_first", "segments")

    def __init__(self) -> None:
        self.segments: dict[str, list[Segment]] = {}
        self._first: dict[tuple[str, str], Segment] = {}

    def add(self, segment: Segment) -> None:
        """Keep a segment."""
        tag = segment[0][0]
        self.segments.setdefault(tag, []).append(segment)
        self._first.setdefault((tag, component(segment, 1)), segment)

    def every(self, tag: str) -> list[Segment]:
        """The segments of a tag, in their order."""
        return self.segments.get(tag, [])

    def first(self, tag: str, qualifiers: Iterable[str]) -> Segment | None:
        """The first segment with the first of the qualifiers that stands here."""
        return next((self._first[tag, each] for each in qualifiers if (tag, each) in self._first), None)


@dataclass(frozen=True, slots=True)
class Status:
    """One STS and what surrounds it; `document` is the number that its consignment has in CNI."""

    sts: Segment
    own: Scope
    consignment: Scope
    document: str
    message: Scope

    @property
    def number(self) -> str | None:
        """The number of the consignment, else the nearest number of the parcel."""
        if self.document:
            return self.document
        for scope in (self.own, self.consignment, self.message):
            reference = scope.first("RFF", _NUMBERS)
            if reference is not None and component(reference, 1, 1):
                return component(reference, 1, 1)
        return None

    @property
    def package(self) -> str | None:
        """The one package of the consignment that the status speaks of."""
        named = {component(each, 2) for each in self.own.every("GIN") if component(each, 1) == _SSCC}
        if self.document and not named:
            reference = self.own.first("RFF", [_PACKAGE])
            named = {component(reference, 1, 1)} if reference is not None else set()
        only = next(iter(named)) if len(named) == 1 else ""
        return only or None

    @property
    def location(self) -> Segment | None:
        """The LOC that says where it happened, the status's own or else its consignment's.

        Where several stand and none is of the goods, none is sure to be the place.
        """
        for scope in (self.own, self.consignment):
            here = scope.first("LOC", _HERE)
            if here is None and len(scope.every("LOC")) == 1:
                here = scope.every("LOC")[0]
            if here is not None or scope.every("LOC"):
                return here
        return None

    def time(self, qualifiers: Iterable[str]) -> Segment | None:
        """The DTM with the first of the qualifiers that the status has, or else its consignment."""
        known = list(qualifiers)
        own = self.own.first("DTM", known)
        return self.consignment.first("DTM", known) if own is None else own


def statuses_of(message: Message) -> tuple[list[Status], list[Status], Scope]:
    """The statuses of a message, those that its cut-off end leaves by halves, and what is said of all."""
    whole = level = Scope()
    consignment, document = Scope(), ""
    found: list[Status] = []
    for segment in message.segments:
        match component(segment, 0):
            case "CNI":
                document = component(segment, 2)
                consignment = level = Scope()
            case "STS":
                level = Scope()
                found.append(Status(segment, level, consignment, document, whole))
            case _:
                level.add(segment)
    halves = [] if message.whole else [status for status in found[-1:] if _may_lack(status, found)]
    return found[: len(found) - len(halves)], halves, whole


def _may_lack(last: Status, found: list[Status]) -> bool:
    """Without its time, its place or its package it would be another event."""
    packed = any(status.package for status in found[:-1]) and last.package is None
    return packed or last.location is None or last.time(HAPPENED) is None

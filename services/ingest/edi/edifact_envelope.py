"""EDIFACT's envelopes: the IFTSTA messages of an interchange, and every count and reference that is wrong.

A wrong count is survived and told; a message that is cut off is given as far as it came.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from services.ingest.edi.defects import Defects
from services.ingest.edi.edifact_stream import Interchange, Segment


@dataclass(frozen=True, slots=True)
class Message:
    """One IFTSTA, without UNH and UNT; `whole`: its UNT has come.

    `directory` as in "D.07B"; `association` is the code of whoever made a subset of it; `prepared`
    are date and time of its interchange.
    """

    reference: str
    directory: str
    association: str
    prepared: tuple[str, str]
    segments: list[Segment]
    whole: bool


@dataclass(slots=True)
class _Open:
    """An envelope whose end has not come; `inside` counts what it must say it holds."""

    reference: str
    head: Segment
    segments: list[Segment] = field(default_factory=list)
    inside: int = 0


def component(segment: Segment, element: int, position: int = 0) -> str:
    """The component at `position` of an element, the tag being element 0; empty where it is absent."""
    if element >= len(segment) or position >= len(segment[element]):
        return ""
    return segment[element][position]


class Envelopes:
    """Opens and closes the envelopes of one interchange; `defects` tell what was survived."""

    def __init__(self, interchange: Interchange, defects: Defects) -> None:
        self._interchange = interchange
        self._outer: _Open | None = None
        self._group: _Open | None = None
        self._message: _Open | None = None
        self._groups = 0
        self.defects = defects

    def messages(self) -> Iterator[Message]:
        """The IFTSTAs in it, in their order."""
        ends = {"UNT": self._end_message, "UNE": self._end_group, "UNZ": self._end_interchange}
        begins = {"UNB": self._begin_interchange, "UNG": self._begin_group, "UNH": self._begin_message}
        for segment in self._interchange.segments:
            tag = component(segment, 0)
            if tag in ends:
                yield from ends[tag](segment)
            elif tag in begins:
                yield from begins[tag](segment)
            elif self._message is not None:
                self._message.segments.append(segment)
            else:
                self.defects.add(f"{tag[:8]!r} outside of a message is left out")
        yield from self._end_group(None)
        if self._interchange.rest:
            self.defects.add(f"it ends within the segment {self._interchange.rest[:24]!r}: left out")
        if self._outer is not None:
            self.defects.add(f"interchange {self._outer.reference} is cut off: no UNZ")

    def _begin_interchange(self, head: Segment) -> Iterator[Message]:
        yield from self._end_group(None)
        self._outer = _Open(component(head, 5), head)
        if component(head, 11) == "1":
            self.defects.add(f"interchange {self._outer.reference} is marked as a test (0035)")

    def _begin_group(self, head: Segment) -> Iterator[Message]:
        yield from self._end_group(None)
        self._group = _Open(component(head, 5), head)
        self._groups += 1

    def _begin_message(self, head: Segment) -> Iterator[Message]:
        yield from self._end_message(None)
        self._message = _Open(component(head, 1), head)
        for envelope in (self._outer, self._group):
            if envelope is not None:
                envelope.inside += 1

    def _end_message(self, trailer: Segment | None) -> Iterator[Message]:
        opened, self._message = self._message, None
        if opened is None:
            if trailer is not None:
                self.defects.add("a UNT without its UNH")
            return
        name = f"message {opened.reference}"
        if trailer is None:
            self.defects.add(f"{name} is cut off: no UNT")
        else:
            self._compare(f"{name}: UNT", trailer, len(opened.segments) + 2, opened.reference)
        kind = component(opened.head, 2)
        if kind != "IFTSTA":
            self.defects.add(f"{name} is a {kind[:8]!r}, not an IFTSTA: left out")
            return
        outer = self._outer.head if self._outer is not None else []
        yield Message(
            opened.reference,
            f"{component(opened.head, 2, 1)}.{component(opened.head, 2, 2)}",
            component(opened.head, 2, 4),
            (component(outer, 4), component(outer, 4, 1)),
            opened.segments,
            trailer is not None,
        )

    def _end_group(self, trailer: Segment | None) -> Iterator[Message]:
        yield from self._end_message(None)
        opened, self._group = self._group, None
        if trailer is not None and opened is not None:
            self._compare("UNE", trailer, opened.inside, opened.reference)
        elif trailer is not None:
            self.defects.add("a UNE without its UNG")
        elif opened is not None:
            self.defects.add(f"group {opened.reference} is cut off: no UNE")

    def _end_interchange(self, trailer: Segment) -> Iterator[Message]:
        yield from self._end_group(None)
        opened, self._outer = self._outer, None
        if opened is None:
            self.defects.add("a UNZ without its UNB")
        else:
            self._compare("UNZ", trailer, self._groups or opened.inside, opened.reference)

    def _compare(self, what: str, trailer: Segment, counted: int, reference: str) -> None:
        told, number = component(trailer, 1), component(trailer, 2)
        if told.lstrip("0") != str(counted).lstrip("0"):
            self.defects.add(f"{what} counts {told[:12]!r}, there are {counted}")
        if number != reference:
            self.defects.add(f"{what} has the reference {number[:16]!r}, not {reference[:16]!r}")

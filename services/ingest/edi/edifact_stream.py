"""EDIFACT as it comes over the wire: its interchanges, each cut into segments, elements and components.

The service characters are those of UNA, else the usual ones; the character set is the one that UNB
names. Line ends are no EDIFACT characters: they are layout.
"""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from services.ingest.carrier import InvalidPayload
from services.ingest.edi.defects import Defects

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_SEGMENTS: Final = 500_000
MAX_INTERCHANGES: Final = 10_000

_START: Final = re.compile(
    rb"(?:UNA(?P<una>[^\r\n]{6})\s*)?UN[BH](?P<element>[!-/:-@\[-`{-~])(?P<set>UNO[A-Z]|KECA)?"
)
_HOLD: Final = "\ufdd0\ufdd1\ufdd2\ufdd3"
"""In place of released service characters; no text has these (Unicode: noncharacters)."""
_LINE_ENDS: Final = str.maketrans("", "", "\r\n" + _HOLD)

_CHARSETS: Final = {
    "UNOC": "latin-1",
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
    "UNOG": "iso8859-3",
    "UNOH": "iso8859-4",
    "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9",
    "UNOW": "utf-8",
    "UNOX": "iso2022_jp_2",
    "UNOY": "utf-8",
    "KECA": "cp949",
}
"""Python's codec for each syntax identifier (0001) beyond ASCII; UNOA and UNOB are ASCII."""

Segment = list[list[str]]
"""Elements, each of its components; the tag is the first element."""


class Marks(NamedTuple):
    """The service characters."""

    component: str = ":"
    element: str = "+"
    release: str = "?"
    end: str = "'"


@dataclass(frozen=True, slots=True)
class Interchange:
    """One interchange; `rest` is text behind the last complete segment."""

    marks: Marks
    segments: list[Segment]
    rest: str


def interchanges_of(payload: bytes, defects: Defects) -> list[Interchange]:
    """The interchanges of a stream; raises InvalidPayload."""
    if len(payload) > MAX_BYTES:
        raise InvalidPayload(f"EDIFACT of more than {MAX_BYTES} bytes")
    heads = [head for head in _START.finditer(payload) if head["una"] or head["set"]]
    first = _START.search(payload[:4096])
    if first is not None and (not heads or first.start() < heads[0].start()):
        heads.insert(0, first)
    if not heads:
        raise InvalidPayload("neither UNB nor UNH: this is no EDIFACT interchange")
    if len(heads) > MAX_INTERCHANGES:
        raise InvalidPayload(f"EDIFACT of more than {MAX_INTERCHANGES} interchanges")
    start = heads[0].start()
    if payload[:start].strip():
        defects.add(f"{start} bytes before the first UNB are left out")
    ends = [*(head.start() for head in heads[1:]), len(payload)]
    return [
        _interchange(payload[head.start() : end], head, defects)
        for head, end in zip(heads, ends, strict=True)
    ]


def _interchange(part: bytes, head: re.Match[bytes], defects: Defects) -> Interchange:
    marks = Marks()
    if head["una"] is not None:
        una = head["una"].decode("latin-1")
        # a space for the release character says that there is none
        marks = Marks(una[0], una[1], una[3].strip(), una[5])
        part = part[9:]
    text = _held(_decoded(part, (head["set"] or b"").decode(), defects).translate(_LINE_ENDS), marks)
    if text.count(marks.end) > MAX_SEGMENTS:
        raise InvalidPayload(f"EDIFACT of more than {MAX_SEGMENTS} segments")
    pieces = text.split(marks.end)
    segments = [_segment(piece.strip(), marks) for piece in pieces[:-1] if piece.strip()]
    rest = pieces[-1].strip(" \t\x00\x1a")
    if rest.startswith(f"UNZ{marks.element}"):
        # the very last segment without its terminator; whether it is whole its count and reference tell
        segments.append(_segment(rest, marks))
        rest = ""
    return Interchange(marks, segments, rest)


def _decoded(part: bytes, charset: str, defects: Defects) -> str:
    codec = _CHARSETS.get(charset, "ascii")
    for candidate in (codec, "utf-8", "cp1252"):
        try:
            text = part.decode(candidate)
        except UnicodeDecodeError:
            continue
        if candidate != codec:
            defects.add(f"characters outside of {charset or 'ASCII'}: read as {candidate}")
        return text
    defects.add(f"characters outside of {charset or 'ASCII'}: read as latin-1")
    return part.decode("latin-1")


def _held(text: str, marks: Marks) -> str:
    """The text with what is released held back, so that it can be split by the marks that are left."""
    if not marks.release or marks.release not in text:
        return text
    # two release characters first: read from the left, the first releases the second
    for character in (marks.release, marks.end, marks.element, marks.component):
        text = text.replace(marks.release + character, _HOLD[marks.index(character)])
    return text.replace(marks.release, "")


def _segment(text: str, marks: Marks) -> Segment:
    segment = [element.split(marks.component) for element in text.split(marks.element)]
    if " " not in text and not any(held in text for held in _HOLD):
        return segment
    back = {ord(held): mark for held, mark in zip(_HOLD, marks, strict=True)}
    return [[component.translate(back).strip() for component in element] for element in segment]

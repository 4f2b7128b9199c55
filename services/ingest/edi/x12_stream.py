"""X12 as it comes over the wire: its interchanges, each cut into segments and elements.

The delimiters are those of each ISA segment. Line ends are no X12 characters: they are layout,
unless the segments end with them.
"""

import re
from dataclasses import dataclass
from typing import Final

from services.ingest.carrier import InvalidPayload
from services.ingest.edi.defects import Defects

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_SEGMENTS: Final = 500_000
MAX_INTERCHANGES: Final = 10_000

# separators are ASCII and elements of ISA are short: no text makes these look far ahead
_SEPARATOR: Final = r"(?P<s>[\x01-\x08\x0b\x0c\x0e-\x1f!-/:-@\[-`{-~])"
_ISA: Final = re.compile(rf"ISA{_SEPARATOR}(?:(?:(?!(?P=s)).){{0,64}}(?P=s)){{15}}.(?P<end>.)", re.DOTALL)
_NEXT_ISA: Final = re.compile(
    rf"ISA{_SEPARATOR}..(?P=s).{{10}}(?P=s)..(?P=s).{{10}}(?P=s)..(?P=s)", re.DOTALL
)
_LINE_ENDS: Final = str.maketrans("", "", "\r\n")

Segment = list[str]


@dataclass(frozen=True, slots=True)
class Interchange:
    """One interchange: `header` is its ISA segment, `element` what its elements are parted by.

    `rest` is text behind the last complete segment.
    """

    header: Segment
    segments: list[Segment]
    element: str
    rest: str

    @property
    def control(self) -> str:
        """Its control number, ISA13."""
        return self.header[13].strip()


def interchanges_of(payload: bytes, defects: Defects) -> list[Interchange]:
    """The interchanges of a stream; raises InvalidPayload."""
    text = _text_of(payload)
    starts = _starts(text)
    if not starts:
        raise InvalidPayload("no ISA segment: this is no X12 interchange")
    if len(starts) > MAX_INTERCHANGES:
        raise InvalidPayload(f"X12 of more than {MAX_INTERCHANGES} interchanges")
    if starts[0]:
        defects.add(f"{starts[0]} characters before the first ISA are left out")
    ends = [*starts[1:], len(text)]
    return [_interchange(text[start:end]) for start, end in zip(starts, ends, strict=True)]


def _text_of(payload: bytes) -> str:
    if len(payload) > MAX_BYTES:
        raise InvalidPayload(f"X12 of more than {MAX_BYTES} bytes")
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        # the extended character set of X12 is that of ISO 8859-1
        text = payload.decode("latin-1")
    flat = text.translate(_LINE_ENDS).strip("\ufeff\x00 \t")
    head = _ISA.search(flat)
    if head is None or not head["end"].isalnum():
        return flat
    # no terminator is left between ISA and GS: here the segments end with their lines
    return "\n".join(line for line in re.split("[\r\n]+", text) if line.strip()) + "\n"


def _starts(text: str) -> list[int]:
    """Where interchanges begin; the first ISA may be padded short, inside the text only a full one counts."""
    starts = [match.start() for match in _NEXT_ISA.finditer(text)]
    first = text.find("ISA", 0, 4096)
    if first >= 0 and (not starts or first < starts[0]) and _ISA.match(text, first):
        starts.insert(0, first)
    return starts


def _interchange(text: str) -> Interchange:
    head = _ISA.match(text)
    if head is None:
        raise InvalidPayload("an ISA segment without its 16 elements")
    element, end = head["s"], head["end"]
    if text.count(end) > MAX_SEGMENTS:
        raise InvalidPayload(f"X12 of more than {MAX_SEGMENTS} segments")
    pieces = text.split(end)
    segments = [piece.strip(" \t\r\n").split(element) for piece in pieces[1:-1] if piece.strip(" \t\r\n")]
    rest = pieces[-1].strip(" \t\r\n\x00\x1a")
    header = head.group()[:-1].split(element)
    if rest.split(element) == ["IEA", *_counts(segments, header)]:
        # the very last segment, complete but for its terminator
        segments.append(rest.split(element))
        rest = ""
    return Interchange(header, segments, element, rest)


def _counts(segments: list[Segment], header: Segment) -> list[str]:
    """What the IEA of these segments must say."""
    return [str(sum(segment[0] == "GS" for segment in segments)), header[13].strip()]

"""PostgreSQL's COPY text for timeline and shipment rows, and timeline rows out of it."""

import re
from typing import Final

ShipmentRow = tuple[
    str, int, int, str, str | None, str, int, int, str | None, str | None, str, str | None, str | None, int
]
"""shipment, partition, version, carrier, milestone, status, leg_no, use_no, order_id, customer_id, view,
said, wake_at, hash: the columns of `shipments` in order."""

TimelineRow = tuple[int, str, str, str, str, str, str, str, int | None, str | None]
"""src_offset, shipment, event_id, type, mapping_version, digest, recorded_at, event, seq, change: the columns
of `timeline` in order, but for the partition."""

NULL: Final = "\\N"
_ESCAPE: Final = re.compile(r"\\(.)")
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}


def escaped(text: str) -> str:
    """Text as COPY reads it back unchanged."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text or "\t" in text or "\r" in text:
        text = text.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return text


def escaped_bytes(text: bytes) -> bytes:
    """UTF-8 text as COPY reads it back unchanged; most JSON needs nothing."""
    if b"\\" in text:
        text = text.replace(b"\\", b"\\\\")
    if b"\n" in text or b"\t" in text or b"\r" in text:
        text = text.replace(b"\n", b"\\n").replace(b"\t", b"\\t").replace(b"\r", b"\\r")
    return text


def copy_line(row: ShipmentRow) -> str:
    """One shipment row as a line of COPY text."""
    (
        shipment, partition, version, carrier, milestone, status, leg_no, use_no, order_id, customer_id,
        view, said, wake_at, hash_,
    ) = row  # fmt: skip
    return (
        f"{escaped(shipment)}\t{partition}\t{version}\t{escaped(carrier)}\t{_text(milestone)}\t{status}\t"
        f"{leg_no}\t{use_no}\t{_text(order_id)}\t{_text(customer_id)}\t{escaped(view)}\t{_text(said)}\t"
        f"{_text(wake_at)}\t{hash_}\n"
    )


def timeline_rows(lines: bytes) -> list[TimelineRow]:
    """The rows in COPY text of the timeline."""
    return [_timeline_row(line) for line in lines.decode().split("\n")[:-1]]


def _timeline_row(line: str) -> TimelineRow:
    _, offset, shipment, event_id, type_, mapping, digest, recorded_at, event, seq, change = line.split("\t")
    return (
        int(offset),
        _plain(shipment),
        event_id,
        type_,
        mapping,
        digest,
        recorded_at,
        _plain(event),
        None if seq == NULL else int(seq),
        None if change == NULL else _plain(change),
    )


def _plain(text: str) -> str:
    """The inverse of `escaped`."""
    return _ESCAPE.sub(lambda found: _ESCAPED[found[1]], text) if "\\" in text else text


def _text(value: str | None) -> str:
    return NULL if value is None else escaped(value)


def signed(value: int) -> int:
    """An unsigned 64-bit sum as PostgreSQL's bigint holds it."""
    value &= 0xFFFFFFFFFFFFFFFF
    return value - 0x10000000000000000 if value >= 0x8000000000000000 else value


def unsigned(value: int) -> int:
    """The inverse of `signed`."""
    return value & 0xFFFFFFFFFFFFFFFF

"""Records encoded quickly: kafka-python's batches byte for byte, each record joined from known parts."""

from typing import Final

from kafka.record.default_records import DefaultRecordBatchBuilder, DefaultRecordMetadata
from kafka.record.memory_records import MemoryRecordsBuilder

from schemas.codec import Headers

MAGIC: Final = 2
_NULL: Final = b"\x01"
"""The length -1."""
_NO_ATTRIBUTES: Final = b"\x00"
_FEW_VALUED: Final = frozenset({"ce_specversion", "ce_type", "ce_source", "content-type"})
_MOST_KNOWN: Final = 1_000


class QuickRecords(MemoryRecordsBuilder):  # type: ignore[misc]  # the library has no types
    """A batch in the making whose records are encoded by `QuickBuilder`."""

    def __init__(self, compression: int, batch_size: int) -> None:
        super().__init__(MAGIC, compression, batch_size)
        self._builder = QuickBuilder(
            magic=MAGIC, compression_type=compression, is_transactional=False, producer_id=-1,
            producer_epoch=-1, base_sequence=-1, batch_size=batch_size,
        )  # fmt: skip


class QuickBuilder(DefaultRecordBatchBuilder):  # type: ignore[misc]  # the library has no types
    """The library's builder with a quicker way of writing a record."""

    _first_timestamp: int | None
    _max_timestamp: int

    def append(
        self, offset: int, timestamp: int | None, key: bytes | None, value: bytes | None, headers: Headers
    ) -> DefaultRecordMetadata | None:
        """Write one record; None when the batch has no room for it and is not empty."""
        began = self._first_timestamp
        if timestamp is None or (began is not None and timestamp < began):
            # from the library itself, or the clock was set back: it knows the time, and negative numbers
            return super().append(offset, timestamp, key, value, headers)
        parts = [_NO_ATTRIBUTES, number(0 if began is None else timestamp - began), number(offset)]
        parts += (_NULL,) if key is None else (number(len(key)), key)
        parts += (_NULL,) if value is None else (number(len(value)), value)
        parts.append(number(len(headers)))
        for header in headers:
            known = _known.get(header)
            if known is None:
                parts += _header(*header)
            else:
                parts.append(known)
        record = b"".join(parts)
        length = number(len(record))
        size = len(record) + len(length)
        if size + len(self._buffer) > self._batch_size and began is not None:
            return None
        if began is None:
            self._first_timestamp = self._max_timestamp = timestamp
        elif timestamp > self._max_timestamp:
            self._max_timestamp = timestamp
        self._num_records += 1
        self._last_offset = offset
        self._buffer += length
        self._buffer += record
        return DefaultRecordMetadata(offset, size, timestamp)


def varint(value: int) -> bytes:
    """A number, not negative, as Kafka's records have it: zigzag, seven bits a byte, the lowest first."""
    rest, found = value << 1, bytearray()
    while rest > 0x7F:
        found.append(rest & 0x7F | 0x80)
        rest >>= 7
    found.append(rest)
    return bytes(found)


_VARINTS: Final = [varint(value) for value in range(4_096)]
_names: Final[dict[str, bytes]] = {}
_known: Final[dict[tuple[str, bytes], bytes]] = {}
"""Whole headers as encoded: those with few values."""


def number(value: int) -> bytes:
    """`varint`, looked up where it is small."""
    return _VARINTS[value] if value < 4_096 else varint(value)


def _header(name: str, value: bytes) -> tuple[bytes, ...]:
    encoded = _names.get(name)
    if encoded is None:
        encoded = number(len(name.encode())) + name.encode()
        if len(_names) < _MOST_KNOWN:
            _names[name] = encoded
    parts = (encoded, number(len(value)), value)
    if name in _FEW_VALUED and len(_known) < _MOST_KNOWN:
        _known[name, value] = b"".join(parts)
    return parts

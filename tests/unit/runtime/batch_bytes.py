"""Kafka's record batches (message format v2), built byte by byte as a broker would send them."""

import struct
from dataclasses import dataclass
from typing import Literal

from crc32c import crc32c
from kafka.protocol.consumer import FetchResponse
from kafka.record.memory_records import MemoryRecordsBuilder

AbortedTransaction = FetchResponse.FetchableTopicResponse.PartitionData.AbortedTransaction

_CONTROL_BIT = 1 << 5
_LOG_APPEND_BIT = 1 << 3
_ATTRIBUTES_AT = 21
_CRC_AT = 17
_MAX_TIMESTAMP_AT = 35


@dataclass(frozen=True, slots=True)
class Batch:
    """What to build; `offsets` are the records' own, with the holes that compaction leaves."""

    offsets: tuple[int, ...]
    epoch: int = 3
    codec: Literal[0, 1, 3, 4] = 0
    producer: int = -1
    transactional: bool = False
    control: Literal["", "commit", "abort"] = ""
    log_append: bool = False


def batch_bytes(batch: Batch) -> bytes:
    """The batch as it stands in a fetch response."""
    base = batch.offsets[0]
    builder = MemoryRecordsBuilder(
        magic=2,
        compression_type=batch.codec,
        batch_size=1 << 20,
        transactional=batch.transactional,
        producer_id=batch.producer,
        producer_epoch=0 if batch.producer >= 0 else -1,
        base_sequence=0 if batch.producer >= 0 else -1,
    )
    for offset in batch.offsets:
        builder.skip(offset - base - builder._next_offset)
        builder.append(timestamp=1_700_000_000_000 + offset, **_content(batch, offset))
    builder.close()
    raw = bytearray(builder._buffer)
    struct.pack_into(">q", raw, 0, base)
    struct.pack_into(">i", raw, 12, batch.epoch)
    attributes = struct.unpack_from(">h", raw, _ATTRIBUTES_AT)[0]
    attributes |= (_CONTROL_BIT if batch.control else 0) | (_LOG_APPEND_BIT if batch.log_append else 0)
    struct.pack_into(">h", raw, _ATTRIBUTES_AT, attributes)
    if batch.log_append:
        struct.pack_into(">q", raw, _MAX_TIMESTAMP_AT, 1_800_000_000_000)
    struct.pack_into(">I", raw, _CRC_AT, crc32c(bytes(raw[_ATTRIBUTES_AT:])))
    return bytes(raw)


def _content(batch: Batch, offset: int) -> dict[str, object]:
    if batch.control:
        kind = 0 if batch.control == "abort" else 1
        return {"key": struct.pack(">hh", 0, kind), "value": struct.pack(">hi", 0, 0)}
    return {
        "key": None if offset % 5 == 0 else f"k{offset}".encode(),
        "value": None if offset % 7 == 0 else b"v" * (offset % 50),
        "headers": [("ce_id", str(offset).encode())],
    }

"""Folds records of one partition into a batch, event by event. No I/O.

A change belongs to one event, never to a batch, so where batches end never shows.
"""

from hashlib import sha256
from typing import Any, Final

import orjson

from schemas.codec import UndecodableRecord
from schemas.vocabulary import EventType
from services.domain.announce import NOTHING_SAID, announce, said_of
from services.domain.checksum import shipment_hash
from services.domain.deadlines import wake_ms
from services.domain.facts import Fact, fact_of
from services.domain.fold import fold, fold_all
from services.domain.shipment import Shipment, unseen
from services.domain.view import axes, changed, view
from services.projector.batch import (
    FEW_CHANGES,
    FEW_RECORDS,
    BadRecord,
    Batch,
    Published,
    Records,
    close_row,
)
from services.projector.decode import claimed_event_id, decoded
from services.projector.lane import Lane
from services.projector.rows import NULL, escaped, escaped_bytes
from services.projector.states import State
from services.runtime.kafka import partition_for

_FOLD_ERRORS: Final = (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError)
"""What a bug in the fold may raise on one record: it goes to the dead letters, the partition goes on."""

_NULL: Final = NULL.encode()
_ODD: Final = 0x9E3779B97F4A7C15
"""2**64 by the golden ratio: spreads neighbouring offsets over the whole sum."""


def missing(lane: Lane, records: Records, *, partitions: int) -> list[str]:
    """The shipments of these records that are not in memory, to be loaded before the fold.

    A key of another partition is left out: its record is refused, whatever is stored of the shipment.
    """
    if lane.states.complete:
        return []
    keys = {key for _, _, key, _ in records if key is not None}
    keys = {key for key in keys if partition_for(key, partitions) == lane.claimed.partition}
    names = [key.decode("utf-8", "replace") for key in keys]
    return [name for name in names if lane.states.get(name) is None]


def restored(key: str, envelopes: list[str], said: str | None, *, stored_hash: int) -> State:
    """A state from its timeline rows (envelope JSON, in offset order) and what was said."""
    facts = [fact_of(orjson.loads(envelope)) for envelope in envelopes]
    shipment = fold_all(key, facts)
    members = view(shipment)
    return State(
        shipment=shipment,
        said=said_of(orjson.loads(said) if said else None),
        view=tuple(members.values()),
        view_json=b"",
        hash=stored_hash,
    )


def take(batch: Batch, records: Records, *, partitions: int, keep: bool = False) -> None:
    """Fold the records into the batch and the lane; stops at the bad record that is one too many.

    `keep`: more records follow, so that no shipment's row is made before `finish`.
    """
    last = {} if keep else {key: offset for offset, _, key, _ in records}
    batch.many = batch.many or (len(records) >= FEW_RECORDS and not keep and not batch.rows)
    for offset, timestamp_ms, key, value in records:
        try:
            fact, members = decoded(key, value)
            state = _state(batch, members["shipment"], key or b"", partitions=partitions)
            _apply(batch, state, fact, members, value or b"", offset=offset)
            if last.get(key) == offset and batch.touched.pop(state.shipment.key, None) is not None:
                close_row(batch, state.shipment.key, state)
        except UndecodableRecord as error:
            if not _reject(batch, (offset, timestamp_ms, key, value), error.error_class):
                return
        except _FOLD_ERRORS as error:
            if not _reject(batch, (offset, timestamp_ms, key, value), f"fold_{type(error).__name__}"):
                return
        batch.lane.next_offset = offset + 1
        batch.records += 1
    if records:
        batch.logged_ms.append(records[0][1])


def _state(batch: Batch, key: str, raw_key: bytes, *, partitions: int) -> State:
    states = batch.lane.states
    state = states.get(key)
    if state is None:
        if partition_for(raw_key, partitions) != batch.lane.partition:
            raise UndecodableRecord("wrong_partition", "the partition is not the key's")
        state = State(shipment=unseen(key), said=NOTHING_SAID, view=None, view_json=b"", hash=0)
        states.put(key, state)
    return state


def _apply(
    batch: Batch, state: State, fact: Fact, members: dict[str, Any], value: bytes, *, offset: int
) -> None:
    """One event's whole effect: the timeline row, the change, what is announced, the sums."""
    lane, was = batch.lane, state.view
    before = state.shipment
    after = fold(before, fact)
    if after is before:
        batch.duplicates += 1
        lane.last_event_id = fact.event_id
        return
    shown = view(after)
    values = tuple(shown.values())
    said, announcements = announce(state.said, None if was is None else before, after, fact)
    changes = changed(was, values)
    shown_json = orjson.dumps(shown)
    change = b""
    if changes or announcements:
        change = _change(
            None if was is None else before, fact, members, (lane.claimed.partition, offset),
            shown_json, changes, announcements,
        )  # fmt: skip
    hash_ = shipment_hash(after, shown_json)
    if was is None:
        lane.shipments += 1
    lane.state_sum += hash_ - state.hash
    lane.last_event_id = fact.event_id
    state.shipment, state.said, state.hash = after, said, hash_
    state.view, state.view_json = values, shown_json
    state.version, state.batch = offset, batch.number
    if not _only_later(before, after, fact):
        _wake(state, fact)
    batch.touched[after.key] = state
    _timeline_row(batch, fact, members, value, change, offset=offset)


def _only_later(before: Shipment, after: Shipment, fact: Fact) -> bool:
    """Whether the next deadline cannot have come nearer: a scan behind all others of a parcel on its way.

    Such a scan moves `stale` and `expired` away and may fulfil the promise, nothing else.
    """
    was, now = before.track, after.track
    return (
        fact.type == EventType.SCAN_RECORDED
        and after.plain
        and before.plain
        and after.facts[-1] is fact
        and was.last_physical is not None
        and now.last_physical is fact
    )


def _wake(state: State, fact: Fact) -> None:
    """Ordinary events only move the alarm to the earlier; a passed deadline sets the next one exactly."""
    due = wake_ms(state.shipment)
    if fact.type == EventType.DEADLINE_PASSED:
        state.wake_ms, state.wake_exact = due, True
    elif due is not None and (state.wake_ms is None or due < state.wake_ms):
        state.wake_ms = due


def _change(
    before: Shipment | None,
    fact: Fact,
    members: dict[str, Any],
    place: tuple[int, int],
    shown: bytes,
    changes: list[str],
    announcements: tuple[dict[str, Any], ...],
) -> bytes:
    """StatusChanged as JSON, all but the running number, which the publisher puts in front."""
    return orjson.dumps(
        {
            "schema_version": 1,
            "shipment": members["shipment"],
            "cause_event_id": fact.event_id,
            "cause_type": members["type"],
            "occurred_at": members.get("occurred_at"),
            "src_partition": place[0],
            "src_offset": place[1],
            "before": None if before is None else axes(before),
            "after": orjson.Fragment(shown),
            "changes": changes,
            "announcements": announcements,
        }
    )


def _timeline_row(
    batch: Batch, fact: Fact, members: dict[str, Any], value: bytes, change: bytes, *, offset: int
) -> None:
    lane, seq = batch.lane, _NULL
    partition = lane.claimed.partition
    if change:
        seq = b"%d" % lane.next_seq
        if batch.changes < FEW_CHANGES:
            row = Published(offset, lane.next_seq, members["shipment"], fact.event_id, change)
            batch.published.append(row)
        batch.changes += 1
        lane.next_seq += 1
    told = int.from_bytes(sha256(change).digest()[:8], "big")
    lane.history_sum += (told ^ fact.digest) * _ODD + (offset << 16 | partition) * _ODD
    # its type written down: compiled, a value of unknown type is formatted the long way
    recorded_at: str = members["recorded_at"]
    head = (
        f"{partition}\t{offset}\t{escaped(members['shipment'])}\t{fact.event_id}\t{fact.type}\t"
        f"{fact.mapping_version}\t{fact.digest}\t{recorded_at}\t"
    )
    # the change, our own, has no line breaks
    told_row = change.replace(b"\\", b"\\\\") or _NULL
    # one copy while the parts are hot; the parts kept apart until the end cost a fifth of the fold
    batch.timeline.append(b"".join((head.encode(), escaped_bytes(value), b"\t%s\t" % seq, told_row, b"\n")))


def _reject(batch: Batch, record: tuple[int, int, bytes | None, bytes | None], error_class: str) -> bool:
    """Put the record among the bad ones; False when it is one too many, and the batch ends before it."""
    offset, timestamp_ms, key, value = record
    if batch.lane.bad.would_exceed(offset):
        batch.overflow = offset
        return False
    batch.lane.bad.add(offset)
    batch.lane.last_event_id = None
    batch.bad.append(BadRecord(offset, timestamp_ms, key, value, error_class, claimed_event_id(value)))
    return True

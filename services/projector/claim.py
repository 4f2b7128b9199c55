"""Taking a partition: raise the epoch, note the writing backend, prove that the log is the one we folded.

Runs away from Kafka's IO thread. A stopped owner in mid-COPY holds the checkpoint row for ever (no
server timeout fires while it waits for COPY data), so after `lock_timeout` its backend is ended.
"""

from datetime import datetime
from typing import Final, Protocol

import psycopg

from services.domain.fold import RULES_VERSION
from services.projector.lane import Claimed
from services.projector.rows import unsigned
from services.projector.store import queries
from services.runtime.postgres import Connection, Queries, current_model

_LOCK_TIMEOUT: Final = "2s"
_ATTEMPTS: Final = 5


class LogDiverged(RuntimeError):
    """The log is not the one this model was folded from: rebuild."""


class RulesDiffer(RuntimeError):
    """The model was folded by other rules: rebuild."""


class LogFacts(Protocol):
    """What the claim asks of the log."""

    def bounds(self, partition: int) -> tuple[int, int]:
        """First offset and end offset."""
        ...

    def event_id_at(self, partition: int, offset: int) -> str | None:
        """The event id claimed by the record at `offset`, if one can be read."""
        ...


def claim(conn: Connection, partition: int, *, writer_pid: int, topic_id: str, log: LogFacts) -> Claimed:
    """Own `partition` from the returned offset on; states may be read only after this returned.

    `conn` is in autocommit mode. Raises LogDiverged, RulesDiffer, psycopg.Error.
    """
    named = queries()
    while True:
        model = current_model(conn)
        row = conn.execute(named.get("rules_version", model=model)).fetchone()
        if row is None or row[0] != RULES_VERSION:
            raise RulesDiffer(f"{model} has rules {row and row[0]}, this is {RULES_VERSION}: rebuild")
        taken = _take(conn, named, model, partition, writer_pid=writer_pid, topic_id=topic_id)
        # a switch that held the row while we waited for it has named another model by now
        if current_model(conn) == model:
            break
    claimed, claimed_topic = taken
    if claimed_topic != topic_id:
        raise LogDiverged(f"topic id {topic_id} is not {claimed_topic}: log diverged, rebuild")
    _prove(claimed, log)
    return claimed


def _take(
    conn: Connection, named: Queries, model: str, partition: int, *, writer_pid: int, topic_id: str
) -> tuple[Claimed, str]:
    started = _backend_started(conn, named, writer_pid)
    wanted = {"partition": partition, "pid": writer_pid, "started": started, "topic_id": topic_id}
    for attempt in range(_ATTEMPTS):
        try:
            with conn.transaction():
                conn.execute("SELECT set_config('lock_timeout', %s, true)", (_LOCK_TIMEOUT,))
                row = conn.execute(named.get("note_owner", model=model), wanted).fetchone()
            break
        except psycopg.errors.LockNotAvailable:
            if attempt == _ATTEMPTS - 1:
                raise
            conn.execute(named.get("end_owner", model=model), wanted)
    if row is None:
        raise LogDiverged(f"{model} has no partition {partition}: log diverged, rebuild")
    epoch, next_offset, next_seq, last_event_id, kept_topic, shipments, state_sum, history_sum = row
    return (
        Claimed(
            model=model,
            partition=partition,
            epoch=epoch,
            next_offset=next_offset,
            next_seq=next_seq,
            last_event_id=last_event_id,
            shipments=shipments,
            state_sum=unsigned(state_sum),
            history_sum=unsigned(history_sum),
        ),
        kept_topic,
    )


def _backend_started(conn: Connection, named: Queries, pid: int) -> datetime:
    row = conn.execute(named.get("backend_started"), {"pid": pid}).fetchone()
    if row is None:
        raise psycopg.OperationalError(f"the writing backend {pid} is gone")
    started: datetime = row[0]
    return started


def _prove(claimed: Claimed, log: LogFacts) -> None:
    start, end = log.bounds(claimed.partition)
    if not start <= claimed.next_offset <= end:
        raise LogDiverged(
            f"partition {claimed.partition}: offset {claimed.next_offset} outside {start}..{end}: "
            "log diverged, rebuild"
        )
    if claimed.last_event_id is None or claimed.next_offset == start:
        return
    found = log.event_id_at(claimed.partition, claimed.next_offset - 1)
    if found != claimed.last_event_id:
        raise LogDiverged(
            f"partition {claimed.partition}: record {claimed.next_offset - 1} is {found}, "
            f"folded was {claimed.last_event_id}: log diverged, rebuild"
        )

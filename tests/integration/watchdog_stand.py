"""A read model as the projector leaves it, and fakes of the log around the watchdog."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import orjson
import psycopg

from schemas.codec import Record
from schemas.instants import datetime_of, instant_ms
from schemas.topics import topics
from services.domain.deadlines import wake_ms
from services.domain.facts import fact_of
from services.domain.fold import fold_all
from services.notifier.store import WatchdogStore
from services.notifier.watchdog.tick import Watchdog
from services.projector.migrate import migrate
from services.runtime.clock import VirtualClock
from services.runtime.outcomes import BrokerUnavailable, Outcome, Sent

PARTITIONS = 4
EVENTS = topics(partitions=PARTITIONS).events
Json = dict[str, Any]


class Model:
    """The tables of one migrated database."""

    def __init__(self, url: str) -> None:
        migrate(url, partitions=PARTITIONS)
        self._conn = psycopg.connect(url, autocommit=True)
        self._offset = 0

    def close(self) -> None:
        """Let go of the connection."""
        self._conn.close()

    def put(self, *envelopes: Json, partition: int = 0, wake_at: int | None = None) -> None:
        """One shipment with these facts; the alarm as the fold sets it unless `wake_at` is given."""
        key = envelopes[0]["shipment"]
        shipment = fold_all(key, [fact_of(envelope) for envelope in envelopes])
        alarm = wake_ms(shipment) if wake_at is None else wake_at
        for envelope in envelopes:
            self.tell(envelope, partition=partition)
        self._conn.execute(
            "INSERT INTO model_1.shipments (shipment, partition, version, carrier, status, leg_no, use_no,"
            " view, wake_at, hash) VALUES (%s, %s, %s, %s, 'in_transit', 1, 1, '{}', %s, 0)",
            (
                key,
                partition,
                self._offset,
                key.partition(":")[0],
                None if alarm is None else datetime_of(alarm),
            ),
        )

    def tell(self, envelope: Json, *, partition: int = 0) -> None:
        """One more row of the timeline."""
        self._offset += 1
        self._conn.execute(
            "INSERT INTO model_1.timeline (partition, src_offset, shipment, event_id, type, mapping_version,"
            " digest, recorded_at, event) VALUES (%s, %s, %s, %s, %s, 1, 0, %s, %s)",
            (
                partition,
                self._offset,
                envelope["shipment"],
                envelope["event_id"],
                envelope["type"],
                datetime_of(instant_ms(envelope["recorded_at"])),
                orjson.dumps(envelope).decode(),
            ),
        )
        self.checkpoint(partition, self._offset + 1)

    def checkpoint(self, partition: int, next_offset: int) -> None:
        """The projector has come this far."""
        self._conn.execute(
            "UPDATE model_1.checkpoints SET next_offset = %s WHERE partition = %s", (next_offset, partition)
        )

    def ingest(self, instance: str, *, oldest_unlogged: int | None, seen_at: int) -> None:
        """What an ingest instance tells of itself."""
        self._conn.execute(
            "INSERT INTO core.ingest_instances VALUES (%s, %s, %s)"
            " ON CONFLICT (instance) DO UPDATE SET oldest_unlogged = excluded.oldest_unlogged",
            (
                instance,
                None if oldest_unlogged is None else datetime_of(oldest_unlogged),
                datetime_of(seen_at),
            ),
        )

    def clock(self, mode: str) -> None:
        """The stack's clock mode."""
        self._conn.execute("INSERT INTO core.clock (mode) VALUES (%s)", (mode,))

    def alarm(self, key: str) -> int | None:
        """When the shipment's alarm is set for."""
        row = self._conn.execute(
            "SELECT wake_at FROM model_1.shipments WHERE shipment = %s", (key,)
        ).fetchone()
        assert row is not None
        return None if row[0] is None else int(row[0].timestamp() * 1000)

    def move(self, key: str) -> None:
        """The projector folds one more event of the shipment that leaves its alarm alone."""
        self._conn.execute("UPDATE model_1.shipments SET version = version + 1 WHERE shipment = %s", (key,))


class FakeLog:
    """Takes records as the producer does; its ends are set by hand and follow what the test says."""

    def __init__(self) -> None:
        self.records: list[tuple[int | None, Record]] = []
        self.ends: Mapping[int, int] = dict.fromkeys(range(PARTITIONS), 0)
        self.away = False

    def __call__(self) -> Mapping[int, int]:
        return self.ends

    def send(self, topic: str, records: Sequence[tuple[int | None, Record]]) -> "Future[list[Outcome]]":
        answer: Future[list[Outcome]] = Future()
        if self.away:
            answer.set_exception(BrokerUnavailable("away"))
        else:
            assert topic == EVENTS.name
            self.records += records
            answer.set_result([Sent(partition or 0, len(self.records)) for partition, _ in records])
        return answer

    def proposals(self) -> list[tuple[str, str, int]]:
        """(shipment, kind, deadline) of everything proposed, in order."""
        envelopes = [orjson.loads(record.value) for _, record in self.records]
        return [(e["shipment"], e["data"]["kind"], instant_ms(e["data"]["deadline"])) for e in envelopes]


def watchdog(url: str, log: FakeLog, clock: VirtualClock, **rules: Any) -> Watchdog:
    """A watchdog on the database, with nothing remembered."""
    return Watchdog(store=WatchdogStore(url), ends=log, producer=log, events=EVENTS, clock=clock, **rules)

"""A Kafka in memory: partitions with transactions, fencing and markers, and the producers upon it."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Literal

from schemas.codec import Record
from services.runtime.kafka import partition_for
from services.runtime.outcomes import BrokerUnavailable, Outcome, RecordRefused, Refused, Sent
from services.runtime.sink import LastRecord, SinkLost

Fault = Literal["send", "commit", "answer"]
"""Where the broker goes away: at the first record, before the commit, or after it."""


class Fenced(Exception):
    """Another producer has taken the transactional id."""


@dataclass(slots=True)
class Entry:
    """What stands at one offset; a marker ends the transaction of its producer."""

    kind: Literal["data", "commit", "abort"]
    record: Record | None
    producer: tuple[str, int] | None


@dataclass(slots=True)
class _Transactions:
    epoch: int = -1
    open_on: set[tuple[str, int]] = field(default_factory=set)


class FakeBroker:
    """Topics by name, each a list of partitions. `away` fails everything; `faults` fail once each."""

    def __init__(self, *, partitions: int = 4, max_record_bytes: int = 2 * 1024 * 1024) -> None:
        self.partitions = partitions
        self.max_record_bytes = max_record_bytes
        self.away = False
        self.faults: list[Fault] = []
        self._logs: dict[tuple[str, int], list[Entry]] = {}
        self._transactions: dict[str, _Transactions] = {}

    def log(self, topic: str, partition: int) -> list[Entry]:
        """Everything in a partition, markers and aborted records too; the index is the offset."""
        return self._logs.setdefault((topic, partition), [])

    def append(self, topic: str, partition: int, record: Record) -> int:
        """A record outside of any transaction; its offset."""
        self.require_presence()
        self.log(topic, partition).append(Entry("data", record, None))
        return len(self.log(topic, partition)) - 1

    def committed(self, topic: str, partition: int) -> list[tuple[int, Record]]:
        """What a read-committed reader sees: (offset, record), up to the first open transaction."""
        entries = self.log(topic, partition)
        fate: dict[tuple[str, int], str] = {}
        seen: list[tuple[int, Record, str]] = []
        for offset in range(len(entries) - 1, -1, -1):
            entry = entries[offset]
            if entry.record is None:
                assert entry.producer is not None
                fate[entry.producer] = entry.kind
            else:
                seen.append(
                    (offset, entry.record, fate.get(entry.producer, "open") if entry.producer else "commit")
                )
        seen.reverse()
        stable = next((offset for offset, _, end in seen if end == "open"), len(entries))
        return [(offset, record) for offset, record, end in seen if end == "commit" and offset < stable]

    def init_transactions(self, transactional_id: str) -> int:
        """The new owner's epoch; fences the old one and aborts what it left open."""
        self.require_presence()
        state = self._transactions.setdefault(transactional_id, _Transactions())
        self._end(transactional_id, "abort")
        state.epoch += 1
        return state.epoch

    def send(self, owner: tuple[str, int], topic: str, partition: int, record: Record) -> int:
        """A record in the owner's transaction; its offset. Raises Fenced, RecordRefused."""
        self._require_owner(owner)
        self.strike("send")
        if len(record.value) > self.max_record_bytes:
            raise RecordRefused("too_large", f"{len(record.value)} bytes")
        self._transactions[owner[0]].open_on.add((topic, partition))
        self.log(topic, partition).append(Entry("data", record, owner))
        return len(self.log(topic, partition)) - 1

    def commit(self, owner: tuple[str, int]) -> None:
        """End the owner's transaction so that its records are seen. Raises Fenced."""
        self._require_owner(owner)
        self.strike("commit")
        self._end(owner[0], "commit")
        self.strike("answer")

    def abort(self, owner: tuple[str, int]) -> None:
        """End the owner's transaction so that its records are never seen. Raises Fenced."""
        self._require_owner(owner)
        self._end(owner[0], "abort")

    def forget(self, owner: tuple[str, int]) -> None:
        """End the owner's transaction for the coordinator alone, as a crash may: no marker is written."""
        self._transactions[owner[0]].open_on.clear()

    def void_forgotten(self, topic: str, partition: int, owner: tuple[str, int]) -> None:
        """Abort what a former owner of the transactional id has left open in the partition."""
        for epoch in range(owner[1]):
            entries = [entry for entry in self.log(topic, partition) if entry.producer == (owner[0], epoch)]
            if entries and entries[-1].kind == "data":
                self._settle(topic, partition, (owner[0], epoch), "abort")

    def require_presence(self) -> None:
        """Raises BrokerUnavailable while the broker is away."""
        if self.away:
            raise BrokerUnavailable("away")

    def strike(self, fault: Fault) -> None:
        """Raises BrokerUnavailable once for each of `faults`."""
        self.require_presence()
        if fault in self.faults:
            self.faults.remove(fault)
            raise BrokerUnavailable(fault)

    def _require_owner(self, owner: tuple[str, int]) -> None:
        self.require_presence()
        if self._transactions[owner[0]].epoch != owner[1]:
            raise Fenced(f"{owner[0]} belongs to another")

    def _end(self, transactional_id: str, kind: Literal["commit", "abort"]) -> None:
        state = self._transactions[transactional_id]
        for topic, partition in sorted(state.open_on):
            # a marker settles its producer's records since the marker before; epochs tell them apart here
            self._settle(topic, partition, (transactional_id, state.epoch), kind)
        state.open_on.clear()

    def _settle(
        self, topic: str, partition: int, owner: tuple[str, int], kind: Literal["commit", "abort"]
    ) -> None:
        self.log(topic, partition).append(Entry(kind, None, owner))


class FakeSink:
    """FencedSink's surface upon a FakeBroker."""

    def __init__(self, broker: FakeBroker, topic: str, partition: int, transactional_id: str) -> None:
        self._broker = broker
        self._place = (topic, partition)
        self._transactional_id = transactional_id
        self._owner: tuple[str, int] | None = None

    def open(self) -> LastRecord | None:
        """As FencedSink.open."""
        if self._owner is not None:
            raise SinkLost("the sink is open already")
        try:
            self._owner = self._transactional_id, self._broker.init_transactions(self._transactional_id)
            self._broker.void_forgotten(*self._place, self._owner)
        except BrokerUnavailable as error:
            raise SinkLost(str(error)) from error
        seen = self._broker.committed(*self._place)
        return (seen[-1][0], seen[-1][1].key, seen[-1][1].value) if seen else None

    def append(self, records: Sequence[Record]) -> int | None:
        """As FencedSink.append."""
        owner = self._owner
        if owner is None:
            raise SinkLost("the sink is closed")
        if not records:
            return None
        try:
            offsets = [self._broker.send(owner, *self._place, record) for record in records]
            self._broker.commit(owner)
        except (BrokerUnavailable, Fenced) as error:
            self.close()
            raise SinkLost(str(error)) from error
        except RecordRefused:
            self.close()
            raise
        return offsets[-1]

    def close(self) -> None:
        """As FencedSink.close."""
        self._owner = None


class FakeProducer:
    """LogProducer's surface upon a FakeBroker; batches are acknowledged at once."""

    def __init__(self, broker: FakeBroker) -> None:
        self._broker = broker
        self.closed = False
        self.in_flight_bytes = 0

    def send(
        self, topic: str, records: Sequence[tuple[int | None, Record]], *, wait: bool = True
    ) -> "Future[list[Outcome]]":
        """As LogProducer.send; a fault "send" fails the future, `away` raises."""
        self._broker.require_presence()
        result: Future[list[Outcome]] = Future()
        try:
            result.set_result([self._one(topic, partition, record) for partition, record in records])
        except BrokerUnavailable as error:
            result.set_exception(error)
        return result

    def close(self) -> None:
        """As LogProducer.close."""
        self.closed = True

    def _one(self, topic: str, partition: int | None, record: Record) -> Outcome:
        self._broker.strike("send")
        if len(record.value) > self._broker.max_record_bytes:
            return Refused("too_large", f"{len(record.value)} bytes")
        chosen = partition_for(record.key, self._broker.partitions) if partition is None else partition
        return Sent(chosen, self._broker.append(topic, chosen, record))

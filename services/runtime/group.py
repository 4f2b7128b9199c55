"""Reading the log as a member of a consumer group: the group gives partitions, the caller says from where."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from kafka import ConsumerRebalanceListener, OffsetAndMetadata, TopicPartition
from kafka import errors as kafka_errors
from kafka.coordinator.assignors.range import RangePartitionAssignor

from services.runtime.fetched import LogRecord
from services.runtime.intents import Intents
from services.runtime.kafka import kafka_trouble
from services.runtime.records import MAX_POLL_RECORDS, Isolation, LogReader


class GroupReader(LogReader):
    """Reads the partitions that a consumer group gives it, each from where `release` says.

    Static membership with the range assignor (the cooperative one silences every member for a second).
    The group's callbacks come on the client's IO thread, where no work may be done: they only record
    what is intended, and `take_intents` hands it to the loop.
    """

    def __init__(
        self,
        bootstrap: str,
        topic: str,
        *,
        group_id: str,
        group_instance_id: str | None,
        session_timeout: timedelta,
        isolation: Isolation = "read_uncommitted",
    ) -> None:
        session_ms = round(session_timeout.total_seconds() * 1000)
        super().__init__(
            bootstrap,
            topic,
            isolation=isolation,
            group_id=group_id,
            group_instance_id=group_instance_id,
            session_timeout_ms=session_ms,
            heartbeat_interval_ms=min(1_000, session_ms // 3),
            partition_assignment_strategy=[RangePartitionAssignor],
        )
        self._intents = Intents()
        # a leader that joins before it has the topic's metadata gives everybody nothing, for minutes
        with kafka_trouble():
            self._consumer.partitions_for_topic(topic)
        self._consumer.subscribe([topic], listener=_Listener(self))

    def take_intents(self) -> tuple[set[int], set[int], set[int]]:
        """(assigned, revoked, lost) since the last call.

        A partition may be in two: let go of the revoked and lost ones first, then claim the assigned.
        """
        return self._intents.take()

    def release(self, partition: int, offset: int) -> bool:
        """Deliver an assigned partition from `offset`; False when the group has changed its mind since."""

        def start() -> bool:
            if self._tp(partition) not in self._consumer.assignment():
                return False
            self.seek(partition, offset)
            self.resume([partition])
            return True

        return self._intents.release(partition, start)

    def poll(self, timeout_ms: int, max_records: int = MAX_POLL_RECORDS) -> dict[int, list[LogRecord]]:
        """As LogReader's; also keeps the membership alive. Only released partitions are delivered.

        Raises MemberFenced once a commit has shown it: before that, a member whose instance id was taken
        goes on polling and is told nothing.
        """
        polled = super().poll(timeout_ms, max_records)
        released = self._intents.released()
        return {partition: records for partition, records in polled.items() if partition in released}

    def commit(self, offsets: Mapping[int, int]) -> None:
        """Tell Kafka the next offsets, for lag dashboards; failures are left alone (but see `poll`)."""
        told = {
            self._tp(partition): OffsetAndMetadata(offset, "", -1) for partition, offset in offsets.items()
        }
        try:
            self._consumer.commit_async(told, callback=_forget)
        except kafka_errors.KafkaError as error:
            _forget(told, error)

    def _hold(self, partitions: Iterable[int]) -> None:
        """Paused, and put somewhere: a position must exist, and no offset is known before the claim."""
        self.pause(partitions)
        for partition in partitions:
            self.seek(partition, 0)


def _forget(_offsets: object, _answer: object) -> None:
    """The library would log every failed commit; the database has the offset that counts."""


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # no types there
    def __init__(self, reader: GroupReader) -> None:
        self._reader = reader

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._reader._intents.note("revoked", {tp.partition for tp in revoked})

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        partitions = {tp.partition for tp in assigned}
        self._reader._intents.note("assigned", partitions, hold=lambda: self._reader._hold(partitions))

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        self._reader._intents.note("lost", {tp.partition for tp in lost})

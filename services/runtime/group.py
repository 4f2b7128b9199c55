"""Reading the log as a member of a consumer group: the group gives partitions, the caller says from where."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from kafka import ConsumerRebalanceListener, OffsetAndMetadata, TopicPartition
from kafka import errors as kafka_errors
from kafka.coordinator.assignors.range import RangePartitionAssignor

from services.runtime.fetched import LogRecord
from services.runtime.intents import Intents
from services.runtime.kafka import kafka_trouble
from services.runtime.outcomes import BrokerUnavailable
from services.runtime.records import MAX_POLL_RECORDS, Isolation, LogReader

_POLL_WITHIN_MS: Final = 60_000
"""A group that moves partitions waits so long for a member that is there and does not poll, and so do all
others; it is also how long an answer of the group is waited for (the library's own: five minutes)."""


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
        known: set[int] = set()
        super().__init__(
            bootstrap,
            topic,
            isolation=isolation,
            group_id=group_id,
            group_instance_id=group_instance_id,
            session_timeout_ms=session_ms,
            heartbeat_interval_ms=min(1_000, session_ms // 3),
            max_poll_interval_ms=max(_POLL_WITHIN_MS, session_ms),
            partition_assignment_strategy=[_range_over(topic, known)],
        )
        self._intents = Intents()
        with kafka_trouble():
            known |= self._consumer.partitions_for_topic(topic) or set()
        if not known:
            raise BrokerUnavailable(f"the broker does not tell the partitions of {topic}")
        self._consumer.subscribe([topic], listener=_Listener(self))

    def take_intents(self) -> tuple[set[int], set[int], set[int]]:
        """(assigned, revoked, lost) since the last call.

        A partition may be in two: let go of the revoked and lost ones first, then claim the assigned.
        """
        return self._intents.take()

    @property
    def is_answered(self) -> bool:
        """Whether the group has ever taken this member in."""
        return self._intents.was_told

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


def _range_over(topic: str, known: set[int]) -> type[RangePartitionAssignor]:
    """The range assignor, sure of our topic's partitions: their number never changes.

    The library's own asks the metadata of the moment, and a leader that has none yet gives everybody
    nothing, until somebody joins or leaves.
    """

    class Known:
        """The cluster's metadata as far as the assignor asks for it."""

        def __init__(self, cluster: Any) -> None:
            self._cluster = cluster

        def partitions_for_topic(self, name: str) -> set[int] | None:
            """The partitions of a topic."""
            return known if name == topic else self._cluster.partitions_for_topic(name)

    class KnownRange(RangePartitionAssignor):  # type: ignore[misc]  # no types there
        """The range assignor upon them."""

        @classmethod
        def assign(cls, cluster: Any, members: Any) -> Any:
            """As the library's."""
            return super().assign(Known(cluster), members)

    return KnownRange


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

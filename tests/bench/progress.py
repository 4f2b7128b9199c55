"""How far a contestant has come, asked of PostgreSQL and of the broker, never of itself."""

import psycopg
from kafka import KafkaAdminClient
from kafka.errors import RetriableError

from services.runtime.records import LogReader


class Checkpoints:
    """Records whose effects are committed in PostgreSQL."""

    def __init__(self, url: str) -> None:
        self._conn = psycopg.connect(url, autocommit=True)

    def __call__(self) -> int:
        row = self._conn.execute("SELECT sum(next_offset)::bigint FROM model_1.read_checkpoints").fetchone()
        return int(row[0]) if row else 0

    def close(self) -> None:
        """Let go of the connection."""
        self._conn.close()


class Ends:
    """Records that stand in a topic; transactions' markers count as well."""

    def __init__(self, kafka: str, topic: str) -> None:
        self._reader = LogReader(kafka, topic)
        self._partitions = self._reader.partitions()

    def __call__(self) -> int:
        return sum(end for _, end in self._reader.bounds(self._partitions).values())

    def close(self) -> None:
        """Let go of the connection."""
        self._reader.close()


class Committed:
    """What a consumer group has told the broker to be done with."""

    def __init__(self, kafka: str, group: str, topic: str) -> None:
        self._admin = KafkaAdminClient(bootstrap_servers=kafka)
        self._group, self._topic = group, topic

    def __call__(self) -> int:
        try:
            told = self._admin.list_group_offsets({self._group: None})[self._group]
        except RetriableError:
            return 0  # nobody has heard of the group yet
        return sum(each.offset for tp, each in told.items() if tp.topic == self._topic and each.offset > 0)

    def close(self) -> None:
        """Let go of the connection."""
        self._admin.close()


class Readable:
    """Records that a reader of committed ones has seen, markers left out."""

    def __init__(self, kafka: str, topic: str) -> None:
        self._reader = LogReader(kafka, topic, isolation="read_committed")
        self._reader.assign(dict.fromkeys(self._reader.partitions(), 0))
        self._count = 0

    def __call__(self) -> int:
        self._count += sum(len(records) for records in self._reader.poll(5, 100_000).values())
        return self._count

    def close(self) -> None:
        """Let go of the connection."""
        self._reader.close()

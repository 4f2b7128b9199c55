"""What of a process's work is unfinished, read from the broker and the database beside the proxies."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from tests.chaos.harness.network import Network
from tests.e2e.running import Place

_OWNERS = """
SELECT c.partition, a.client_port FROM model_1.checkpoints c
JOIN pg_stat_activity a ON a.pid = c.owner_pid AND a.backend_start = c.owner_started
"""
_AT_ONCE: Final[Any] = {"reconnect_backoff_max_ms": 500, "metadata_max_age_ms": 2_000}
"""A broker that is back is found at once: how long it takes to see a recovery is no part of it."""
_DUE = "SELECT count(*) FROM model_1.shipments WHERE wake_at <= now()"


class Tail:
    """Reads a topic on, from its beginning, committed records only."""

    def __init__(self, kafka: str, topic: str) -> None:
        self._kafka, self._topic = kafka, topic
        self._consumer: KafkaConsumer | None = None
        self._places: list[TopicPartition] = []
        self._next: dict[TopicPartition, int] = {}

    def ends(self) -> dict[int, int]:
        """Its last stable offsets now; raises KafkaError."""
        return {tp.partition: end for tp, end in self._read(self._ends).items()}

    def read(self) -> list[tuple[int, int, bytes]]:
        """(partition, offset, value) of what has come since the last call; raises KafkaError."""
        return self._read(self._rest)

    def close(self) -> None:
        """Let go of the broker."""
        if self._consumer is not None:
            self._consumer.close()
            self._consumer = None

    def _ends(self, consumer: KafkaConsumer) -> dict[TopicPartition, int]:
        ends: dict[TopicPartition, int] = consumer.end_offsets(self._places)
        return ends

    def _rest(self, consumer: KafkaConsumer) -> list[tuple[int, int, bytes]]:
        ends = self._ends(consumer)
        found = []
        for _ in range(600):
            for tp, records in consumer.poll(timeout_ms=100, max_records=5_000).items():
                found += [(r.partition, r.offset, r.value or b"") for r in records]
                self._next[tp] = records[-1].offset + 1
            if all(consumer.position(tp) >= end for tp, end in ends.items()):
                return found
        raise KafkaError(f"{self._topic} could not be read to its end")

    def _read(self, work: Callable[[KafkaConsumer], Any]) -> Any:
        try:
            return work(self._connected())
        except (KafkaError, AssertionError, TypeError):
            # whatever a client says whose broker has just died: the next look has a new one
            self.close()
            return work(self._connected())

    def _connected(self) -> KafkaConsumer:
        if self._consumer is None:
            consumer = KafkaConsumer(
                bootstrap_servers=self._kafka.split(","), isolation_level="read_committed", group_id=None,
                enable_auto_commit=False, auto_offset_reset="earliest", metrics_enabled=False,
                request_timeout_ms=8_000, max_partition_fetch_bytes=8 << 20, **_AT_ONCE,
            )  # fmt: skip
            self._places = [
                TopicPartition(self._topic, p) for p in consumer.partitions_for_topic(self._topic) or ()
            ]
            if not self._places:
                consumer.close()
                raise KafkaError(f"no partitions of {self._topic}")
            consumer.assign(self._places)
            for tp in self._places:
                consumer.seek(tp, self._next.get(tp, 0))
            self._consumer = consumer
        return self._consumer


class Sight:
    """Looks from outside. One thread at a time."""

    def __init__(self, place: Place, network: Network) -> None:
        self._place = place
        self._network = network
        self._log = Tail(place.kafka, place.names.events.name)
        self._status = Tail(place.kafka, place.names.status.name)
        self._alerts = Tail(place.kafka, place.names.alerts.name)
        self._announced: dict[int, set[str]] = defaultdict(set)
        self._told: set[str] = set()
        self._kinds: Counter[str] = Counter()
        self._last_seq: dict[int, int] = {}
        self._admin: KafkaAdminClient | None = None

    def log_ends(self) -> dict[int, int]:
        """Where the log ends now."""
        return self._log.ends()

    def unfolded(self, ends: Mapping[int, int], partitions: set[int] | None = None) -> int:
        """Records of the log below `ends` that are not committed in the read model."""
        done = dict(self._place.query("SELECT partition, next_offset FROM model_1.read_checkpoints"))
        return sum(
            max(0, end - done.get(p, 0)) for p, end in ends.items() if partitions is None or p in partitions
        )

    def untold(self, partitions: set[int] | None = None) -> set[str]:
        """Announcements in the status topic whose alert is not in the alerts topic."""
        # the statuses first: an alert told between the two readings is not one that is missing
        for partition, _, value in self._status.read():
            change = orjson.loads(value)
            self._last_seq[partition] = change["seq"]
            self._announced[partition] |= {each["alert_id"] for each in change["announcements"]}
        for _, _, value in self._alerts.read():
            alert = orjson.loads(value)
            self._told.add(alert["alert_id"])
            self._kinds[alert["kind"]] += 1
        for open_ in self._announced.values():
            open_ -= self._told
        wanted = self._announced if partitions is None else partitions
        return {each for p in wanted for each in self._announced[p]}

    def told_of(self, kind: str) -> int:
        """Alerts of a kind seen by `untold`."""
        return self._kinds[kind]

    def due(self) -> int:
        """Deadlines that have come and are not folded."""
        return int(self._place.query(_DUE)[0][0])

    def unpublished(self) -> int:
        """Changes in the read model that the status topic did not hold when `untold` last looked."""
        wanted = self._place.query("SELECT partition, next_seq - 1 FROM model_1.read_checkpoints")
        return sum(max(0, last - self._last_seq.get(p, 0)) for p, last in wanted)

    def claimed(self, name: str) -> set[int]:
        """The partitions whose writing backend serves that projector."""
        found = self._place.query(_OWNERS)
        return {p for p, port in found if self._network.whose(port) == f"postgres/{name}"}

    def epochs(self) -> dict[int, int]:
        """The owners' epochs by partition."""
        return dict(self._place.query("SELECT partition, owner_epoch FROM model_1.checkpoints"))

    def assigned(self, name: str) -> set[int]:
        """The partitions the group has given that notifier; raises KafkaError."""
        group = f"{self._place.prefix}notifier"
        try:
            if self._admin is None:
                self._admin = KafkaAdminClient(bootstrap_servers=self._place.kafka.split(","), **_AT_ONCE)
            members = self._admin.describe_groups([group])[group]["members"]
        except KafkaError:
            self._let_go_of_admin()
            raise
        for member in members:
            if (member.get("group_instance_id") or "").endswith(name) and member["member_assignment"]:
                given = member["member_assignment"]["assigned_partitions"]
                return {p for topic in given for p in topic["partitions"]}
        return set()

    def _let_go_of_admin(self) -> None:
        admin, self._admin = self._admin, None
        if admin is not None:
            admin.close()

    def close(self) -> None:
        """Let go of everything."""
        for tail in (self._log, self._status, self._alerts):
            tail.close()
        self._let_go_of_admin()

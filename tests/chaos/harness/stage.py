"""What a run plays on: brokers, database, proxy, processes, load; built and torn down as one."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kafka import KafkaAdminClient

from services.cli.local.faults import start_postgres
from services.cli.local.stack import remove_stack
from services.cli.local.state import StackFile
from services.ingest.keystore import ensure_master_key
from services.projector.migrate import migrate
from services.runtime.topics import ensure_topics
from tests.chaos.harness.brokers import Broker, Brokers
from tests.chaos.harness.fleet import Fleet
from tests.chaos.harness.load import stories
from tests.chaos.harness.network import Network
from tests.chaos.harness.sight import Sight
from tests.chaos.sender import Sender
from tests.e2e.running import PARTITIONS, Place, new_place


@dataclass(slots=True)
class Stage:
    """`outage`: seconds that a killed broker stays away."""

    place: Place
    postgres_home: Path
    network: Network
    brokers: Brokers
    fleet: Fleet
    sight: Sight
    sender: Sender
    outage: float

    def leader(self) -> Broker:
        """Who leads the first partition of the log; the first broker when nobody can be asked."""
        if len(self.brokers.all) == 1:
            return self.brokers.all[0]
        admin = KafkaAdminClient(bootstrap_servers=self.place.kafka.split(","))
        try:
            told = admin.describe_topics([self.place.names.events.name])[0]["partitions"]
        finally:
            admin.close()
        led = next(each["leader_id"] for each in told if each["partition_index"] == 0)
        return next(broker for broker in self.brokers.all if broker.number == led)

    @property
    def kafka_links(self) -> list[str]:
        """Every way of the services to Kafka."""
        return [broker.link for broker in self.brokers.all]


@contextmanager
def staged(
    home: Path,
    *,
    seed: int,
    brokers: int,
    events: int,
    every: float,
    workers: int = 4,
    outage: float = 2.0,
) -> Iterator[Stage]:
    """A whole Shiplog under load-to-be, gone at the end; `events` a request, one `every` seconds."""
    with ExitStack() as undo:
        network = Network(seed)
        undo.callback(network.close)
        cluster = Brokers(home, network, count=brokers)
        undo.callback(cluster.stop)
        postgres_home = home / "postgres"
        undo.callback(remove_stack, postgres_home)
        start_postgres(postgres_home)
        cluster.start()
        part = StackFile(postgres_home).load().postgres
        assert part is not None
        place = new_place(home / "shiplog", kafka=cluster.direct, database_url=part.url)
        ensure_topics(place.kafka, place.names, replication=brokers)
        migrate(place.database_url, partitions=PARTITIONS)
        ensure_master_key(place.home / "master.key")
        port = urlsplit(place.database_url).port or 0
        fleet = Fleet(place, network, kafka=cluster.services, postgres_port=port)
        undo.callback(fleet.stop)
        fleet.start()
        sight = Sight(place, network)
        undo.callback(sight.close)
        sender = Sender(
            lambda: fleet.url("ingest"), stories(seed=seed, events=events), every=every, workers=workers
        )
        yield Stage(place, postgres_home, network, cluster, fleet, sight, sender, outage)

"""One or three Kafka brokers, each also a controller; services reach them through the proxy."""

import os
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from services.cli.local import kafka
from services.cli.local.jars import DEPLOY, kafka_jars
from services.cli.local.ports import free_port
from services.cli.output import Output
from services.runtime.config import passed_on, read_places
from tests.chaos.harness.network import Network
from tests.e2e.running import until

_CLUSTER = "c2hpcGxvZy1jaGFvcy1ydQ"
_START_SECONDS = 90.0


@dataclass(slots=True)
class Broker:
    """`direct` is for the harness, `inner` is where the proxy's `outer` leads."""

    number: int
    folder: Path
    direct: int
    inner: int
    outer: int
    controller: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def link(self) -> str:
        """Its name in the proxy."""
        return f"kafka-{self.number}"


class Brokers:
    """The cluster. `direct` and `services` are the bootstrap addresses."""

    def __init__(self, folder: Path, network: Network, *, count: int) -> None:
        places = read_places()
        self._jars = kafka_jars(
            places.cache, ca_bundle=places.ca_bundle, output=Output(json=True), cancelled=threading.Event()
        )
        self.all: list[Broker] = []
        for number in range(1, count + 1):
            inner = free_port()
            outer = network.open(f"kafka-{number}", inner)
            self.all.append(
                Broker(number, folder / f"kafka-{number}", free_port(), inner, outer, free_port())
            )
        self.direct = ",".join(f"127.0.0.1:{broker.direct}" for broker in self.all)
        self.services = ",".join(f"127.0.0.1:{broker.outer}" for broker in self.all)

    def start(self) -> None:
        """Format, start all at once, wait until each answers."""
        for broker in self.all:
            broker.folder.mkdir(parents=True)
            (broker.folder / "tmp").mkdir()
            (broker.folder / "server.properties").write_text(self._properties(broker))
        words = ("kafka.tools.StorageTool", "format", "-t", _CLUSTER, "-c", "server.properties")
        formatting = [self._java(broker, *words) for broker in self.all]
        assert all(process.wait(_START_SECONDS) == 0 for process in formatting)
        for broker in self.all:
            self.launch(broker)
        for broker in self.all:
            self.wait_ready(broker)

    def launch(self, broker: Broker) -> None:
        """Start a broker that is down; it is not ready yet."""
        broker.process = self._java(broker, "kafka.Kafka", "server.properties")

    def wait_ready(self, broker: Broker) -> None:
        """Return when it answers."""
        until(lambda: kafka.knows_a_broker(broker.direct), within=_START_SECONDS, what=broker.link)

    def send(self, broker: Broker, number: signal.Signals) -> None:
        """Signal it; after a SIGKILL it is gone when this returns."""
        assert broker.process is not None
        os.kill(broker.process.pid, number)
        if number is signal.SIGKILL:
            broker.process.wait(30)

    def stop(self) -> None:
        """End all of them; nobody needs their logs any more."""
        for broker in self.all:
            if broker.process is not None and broker.process.poll() is None:
                broker.process.kill()
                broker.process.wait(30)

    def _java(self, broker: Broker, main_class: str, *words: str) -> subprocess.Popen[bytes]:
        with (broker.folder / "kafka.log").open("ab") as log:
            return subprocess.Popen(
                kafka._java(self._jars, main_class, *words),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=passed_on(), cwd=broker.folder,
                start_new_session=True,
            )  # fmt: skip

    def _properties(self, broker: Broker) -> str:
        copies = min(len(self.all), 3)
        least = 2 if copies == 3 else 1
        voters = ",".join(f"{b.number}@127.0.0.1:{b.controller}" for b in self.all)
        own = f"PLAINTEXT://127.0.0.1:{broker.direct},CONTROLLER://127.0.0.1:{broker.controller}"
        lines = {
            "node.id": broker.number,
            "controller.quorum.voters": voters,
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SERVICES:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "listeners": f"{own},SERVICES://127.0.0.1:{broker.inner}",
            "advertised.listeners": f"{own},SERVICES://127.0.0.1:{broker.outer}",
            "log.dirs": "log",
            "offsets.topic.replication.factor": copies,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": least,
            # a killed leader is followed by another one within seconds
            "controller.quorum.election.timeout.ms": 1_000,
            "controller.quorum.fetch.timeout.ms": 2_000,
        }
        text = (DEPLOY / "kafka.properties").read_text()
        return text + "".join(f"\n{name}={value}" for name, value in lines.items()) + "\n"

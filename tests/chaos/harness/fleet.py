"""Our processes: two projectors, two notifiers, ingest, watchdog, each with its own way to PostgreSQL."""

import os
import random
import signal
import threading
from urllib.parse import urlsplit, urlunsplit

import httpx

from services.cli.local.ports import free_port
from services.cli.run import MODULES, Service
from services.cli.up.supervisor import Child, Supervisor
from tests.chaos.harness.network import Network
from tests.chaos.harness.plan import OWN
from tests.e2e.running import Place, metric, until

_SESSION_MS = "4000"
_TICK_SECONDS = 0.05


class Fleet:
    """The children of one supervisor, as `shiplog up` has them, ticked by a thread. Thread-safe."""

    def __init__(self, place: Place, network: Network, *, kafka: str, postgres_port: int) -> None:
        self._place = place
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self.ports = {name: free_port() for name in OWN}
        self._children = {
            name: Child(
                name,
                MODULES[Service(name.partition("-")[0])],
                self._env(name, kafka, network.open(f"postgres/{name}", postgres_port)),
                f"{self.url(name)}/healthz",
            )
            for name in OWN
        }
        self._plain = {name: child.env for name, child in self._children.items()}
        # what is stopped on purpose must stay: only the stall tests have the probes
        self._supervisor = Supervisor(list(self._children.values()), jitter=random.random)
        self._thread = threading.Thread(target=self._keep, name="fleet", daemon=True)

    def start(self) -> None:
        """Start all and wait until they are ready."""
        self._thread.start()
        for name in OWN:
            self.wait_ready(name, within=120)

    def url(self, name: str) -> str:
        """Where a process serves /readyz and /metrics, and ingest its routes."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def pid(self, name: str) -> int | None:
        """The process that is it now."""
        with self._lock:
            return self._children[name].pid

    def deaths(self, name: str) -> int:
        """How often it has died lately."""
        return self._children[name].deaths

    def send(self, pid: int | None, number: signal.Signals) -> bool:
        """Whether the process was there to be signalled."""
        with self._lock:
            if pid is None or pid not in self._supervisor.pids().values():
                return False
            os.kill(pid, number)
        return True

    def skew(self, name: str, hours: float) -> None:
        """Give the next process of that name a clock that is off by so much; 0: a right one."""
        from tests.chaos.harness.clocks import skewed

        with self._lock:
            self._children[name].env = dict(self._plain[name]) | (skewed(hours) if hours else {})

    def is_ready(self, name: str) -> bool:
        """Whether it says that it can do its work."""
        try:
            return httpx.get(f"{self.url(name)}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def wait_ready(self, name: str, *, within: float) -> None:
        """Until then."""
        until(lambda: self.is_ready(name), within=within, what=f"{name} ready")

    def wait_alive(self, name: str, *, within: float) -> None:
        """Until its loop turns, ready or not: ingest takes events in while Kafka is away."""

        def answers() -> bool:
            try:
                return httpx.get(f"{self.url(name)}/healthz", timeout=2).status_code == 200
            except httpx.HTTPError:
                return False

        until(answers, within=within, what=f"{name} alive")

    def metric(self, name: str, of: str) -> float:
        """The sum of a metric's samples as the process tells them now."""
        return metric(f"{self.url(name)}/metrics", of)

    def stop(self) -> None:
        """Drain all and end."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(10)
        with self._lock:
            for pid in self._supervisor.pids().values():
                os.kill(pid, signal.SIGCONT)
            self._supervisor.stop(seconds=10, hurry=lambda: False)
            self._supervisor.close()

    def _keep(self) -> None:
        while not self._ended.wait(_TICK_SECONDS):
            with self._lock:
                self._supervisor.tick()

    def _env(self, name: str, kafka: str, postgres: int) -> dict[str, str]:
        parts = urlsplit(self._place.database_url)
        credentials, _, _ = parts.netloc.rpartition("@")
        url = urlunsplit(parts._replace(netloc=f"{credentials}@127.0.0.1:{postgres}"))
        home = self._place.home / name
        home.mkdir(parents=True, exist_ok=True)
        return self._place.env | {
            "SHIPLOG_HOME": str(home),
            "SHIPLOG_MASTER_KEY_FILE": str(self._place.home / "master.key"),
            "SHIPLOG_KAFKA": kafka,
            "SHIPLOG_DATABASE_URL": url,
            "SHIPLOG_INSTANCE": name,
            "SHIPLOG_METRICS_PORT": str(self.ports[name]),
            "SHIPLOG_INGEST_PORT": str(self.ports[name]),
            "SHIPLOG_SESSION_TIMEOUT_MS": _SESSION_MS,
            "SHIPLOG_FOLD_PROCESSES": "1",
        }

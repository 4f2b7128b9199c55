"""Prepares the ground, starts the services, says when all is ready, stops them when told to."""

import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final

from services.cli.local.ports import free_port
from services.cli.output import DependencyAway, Output
from services.cli.run import MODULES, Service
from services.cli.up.prepare import Ground, only_one, prepare, stack_of
from services.cli.up.probes import Probes
from services.cli.up.readiness import Ready, readiness
from services.cli.up.supervisor import Child, Supervisor
from services.runtime.clock import monotonic
from services.runtime.config import Settings, inherited, read_places
from services.runtime.log import configure_logging

_READY_SECONDS: Final = 120.0
_DRAIN_SECONDS: Final = 15.0
_TICK_SECONDS: Final = 0.1
_LOCAL_SESSION_MS: Final = 4_000


class Wishes:
    """Counts SIGINT, SIGTERM and SIGHUP: one asks to drain, two to end at once."""

    def __init__(self) -> None:
        self.count = 0

    def take_over(self) -> None:
        """From now on signals are counted here."""
        for number in _stopping():
            signal.signal(number, self._on_signal)

    def _on_signal(self, _: int, __: FrameType | None) -> None:
        self.count += 1


def run_all(home: Path, *, clock: str | None, output: Output) -> int:
    """Run the home's services until told to stop; 0, or 130 when told twice.

    `clock`: `wall`, `virtual`, or None for the one the home has. Raises UsageError, DependencyAway.
    """
    _interrupt_on_signals()
    wishes = Wishes()
    with only_one(home), stack_of(home, output) as settings:
        configure_logging(settings.log_level, "up")
        ground = prepare(settings, clock=clock)
        with _supervised(ground.settings, wishes) as supervisor:
            ready = _wait_ready(ground.settings, supervisor, wishes)
            if ready is not None:
                _tell(output, ground, ready, supervisor)
            while not wishes.count:
                supervisor.tick()
                time.sleep(_TICK_SECONDS)
    return 130 if wishes.count > 1 else 0


@contextmanager
def _supervised(settings: Settings, wishes: Wishes) -> Iterator[Supervisor]:
    children = _children(settings)
    probes = Probes({child.name: child.health for child in children if child.health})
    supervisor = Supervisor(children, jitter=random.random, stalled=probes.stalled)
    wishes.take_over()
    probes.start()
    try:
        yield supervisor
    finally:
        probes.stop()
        supervisor.stop(seconds=_DRAIN_SECONDS, hurry=lambda: wishes.count > 1)
        supervisor.close()


def _children(settings: Settings) -> list[Child]:
    """Every service with its environment.

    Ports and group members' names are chosen once, so that they outlive a restart: a service that comes
    back at once has its partitions at once. Our own broker allows short sessions, others may not.
    """
    shared = inherited() | {"SHIPLOG_HOME": str(settings.home)}
    if read_places().kafka is None:
        shared.setdefault("SHIPLOG_SESSION_TIMEOUT_MS", str(_LOCAL_SESSION_MS))
    served = {
        Service.INGEST: settings.ingest_port or free_port(),
        Service.QUERY: settings.query_port or free_port(),
    }
    shared["SHIPLOG_INGEST_PORT"] = str(served[Service.INGEST])
    shared["SHIPLOG_QUERY_PORT"] = str(served[Service.QUERY])
    children = []
    for number, (service, module) in enumerate(MODULES.items()):
        port = settings.metrics_port + number if settings.metrics_port else free_port()
        env = shared | _own(service.value, port=port)
        # those that answer people have their health where they have their routes
        health = served.get(service, port)
        children.append(Child(service.value, module, env, f"http://{_near(settings.host)}:{health}/healthz"))
    return children


def _near(host: str) -> str:
    """Where a service that listens on `host` is reached from here."""
    if host in ("", "0.0.0.0", "::"):
        return "[::1]" if host == "::" else "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _own(service: str, *, port: int) -> dict[str, str]:
    return {"SHIPLOG_METRICS_PORT": str(port), "SHIPLOG_INSTANCE": f"{service}-1"}


def _wait_ready(settings: Settings, supervisor: Supervisor, wishes: Wishes) -> Ready | None:
    """All services ready; None when told to stop before. Raises DependencyAway when it takes too long."""
    names = [child.name for child in supervisor.children]
    deadline = monotonic() + _READY_SECONDS
    while not wishes.count:
        supervisor.tick()
        ready = readiness(settings.home, supervisor.pids(), services=names)
        if not ready.missing:
            return ready
        if monotonic() > deadline:
            raise DependencyAway(f"not ready after {_READY_SECONDS:.0f} s: {', '.join(ready.missing)}")
        time.sleep(_TICK_SECONDS)
    return None


def _tell(output: Output, ground: Ground, ready: Ready, supervisor: Supervisor) -> None:
    settings = ground.settings
    told: dict[str, Any] = {
        "ready": True,
        "kafka": settings.kafka,
        "database": settings.database_url,
        "ingest": ready.addresses[Service.INGEST]["http"],
        "query": ready.addresses[Service.QUERY]["http"],
        "metrics": ready.metrics(),
        "pids": supervisor.pids(),
        "clock": ground.clock,
    }
    output.result(told, human=lambda: _for_people(told))


def _for_people(told: dict[str, Any]) -> str:
    def rows(part: dict[str, Any]) -> list[str]:
        return [f"  {name:<10} {value}" for name, value in part.items()]

    plain = {name: told[name] for name in ("kafka", "database", "ingest", "query", "clock")}
    return "\n".join(["ready", *rows(plain), "metrics", *rows(told["metrics"]), "Ctrl-C stops everything"])


def _stopping() -> list[signal.Signals]:
    """The signals that stop us; a hang-up only where nobody (`nohup`) has asked to ignore it."""
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([] if ignored else [signal.SIGHUP])]


def _interrupt_on_signals() -> None:
    """While the ground is prepared every signal is like Ctrl-C: what was started so far is stopped again."""

    def interrupt(_: int, __: FrameType | None) -> None:
        sys.stderr.flush()
        raise KeyboardInterrupt

    for number in _stopping():
        signal.signal(number, interrupt)

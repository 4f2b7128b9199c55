"""Wires the read side: the pool, who may call, the features, the HTTP server."""

import gc
import sys
from contextlib import ExitStack
from datetime import timedelta
from typing import Final

from services.query.app import build_app
from services.query.caller import Door
from services.query.parts import Parts
from services.query.store import ReadStore
from services.runtime.config import Settings, read_settings
from services.runtime.health import Health
from services.runtime.http_auth import is_loopback
from services.runtime.http_server import HttpServer, listen
from services.runtime.lifecycle import StopSignal, announce_ready, withdraw_ready
from services.runtime.log import configure_logging
from services.runtime.postgres import unreachable

_STALL_AFTER: Final = timedelta(seconds=15)


def run(settings: Settings, stop: StopSignal) -> int:
    """Answer reads until told to stop; the process's exit code."""
    with ExitStack() as stack:
        store = ReadStore(settings.database_url)
        health = Health(_STALL_AFTER)
        health.add_check("postgres", lambda: unreachable(settings.database_url))
        needed = settings.api_key is not None or not is_loopback(settings.host)
        door = Door(needed=needed, configured=settings.api_key, store=store)
        parts = Parts(settings=settings, store=store, door=door, health=health)
        listener, url = listen(settings.host, settings.query_port)
        stack.callback(withdraw_ready, settings.home, "query")
        HttpServer(
            build_app(parts),
            listener,
            stopped=stop.is_set,
            turn=lambda: _turn(parts, stop),
            ready=lambda: _ready(settings, url),
            lifespan=True,
        ).serve_until_stopped()
    return 0


def _turn(parts: Parts, stop: StopSignal) -> None:
    parts.health.beat()
    if stop.is_set():
        for end in parts.at_stop:
            end()


def _ready(settings: Settings, url: str) -> None:
    # what is here now stays: a collection that looks at it all again would make readers wait for it
    gc.collect()
    gc.freeze()
    announce_ready(settings.home, "query", {"http": url, "metrics": f"{url}/metrics"})


def main() -> int:
    """The entry point of `python -m services.query`."""
    settings = read_settings()
    configure_logging(settings.log_level, "query")
    return run(settings, StopSignal())


if __name__ == "__main__":
    sys.exit(main())

"""`shiplog run SERVICE`: one service in the foreground."""

from enum import StrEnum
from importlib import import_module
from typing import Annotated, Final

import typer


class Service(StrEnum):
    """The services of an installation."""

    INGEST = "ingest"
    PROJECTOR = "projector"
    NOTIFIER = "notifier"
    WATCHDOG = "watchdog"
    QUERY = "query"


MODULES: Final = {
    Service.INGEST: "services.ingest",
    Service.PROJECTOR: "services.projector",
    Service.NOTIFIER: "services.notifier",
    Service.WATCHDOG: "services.notifier.watchdog",
    Service.QUERY: "services.query",
}
"""What `python -m` runs for each service."""


def register(app: typer.Typer) -> None:
    """Add `run`."""
    app.command("run")(run)


def run(service: Annotated[Service, typer.Argument(help="Which service.")]) -> None:
    """Run one service until SIGINT or SIGTERM; a second signal ends it at once."""
    raise typer.Exit(import_module(f"{MODULES[service]}.__main__").main())

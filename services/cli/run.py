"""`shiplog run SERVICE`: one service in the foreground."""

from enum import StrEnum
from importlib import import_module
from typing import Annotated, Final

import typer

from services.cli.output import UsageError


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
}
"""What `python -m` runs for each service that is there."""


def register(app: typer.Typer) -> None:
    """Add `run`."""
    app.command("run")(run)


def run(service: Annotated[Service, typer.Argument(help="Which service.")]) -> None:
    """Run one service until SIGINT or SIGTERM; a second signal ends it at once."""
    if service not in MODULES:
        raise UsageError(
            f"`shiplog run {service}` is not there yet", error="not_implemented", service=service
        )
    raise typer.Exit(import_module(f"{MODULES[service]}.__main__").main())

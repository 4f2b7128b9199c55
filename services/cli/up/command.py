"""The command `up` and its options."""

from enum import StrEnum
from typing import Annotated

import typer

from services.cli.output import JsonFlag, Output


class ClockMode(StrEnum):
    """Whose time deadlines follow."""

    WALL = "wall"
    VIRTUAL = "virtual"


Clock = Annotated[
    ClockMode | None,
    typer.Option(
        help="virtual: time moves only with `shiplog replay`. Fixed at the first `up` of a home (wall)."
    ),
]


def register(app: typer.Typer) -> None:
    """Add `up`."""
    app.command("up")(up)


def up(clock: Clock = None, json: JsonFlag = False) -> None:
    """Run everything on this machine until SIGINT or SIGTERM: local stack, topics, tables, all services."""
    from services.cli.up.running import run_all
    from services.runtime.config import read_places

    code = run_all(read_places().home, clock=clock.value if clock else None, output=Output(json))
    raise typer.Exit(code)

"""Commands that are named in the contract and not there yet: they exit 2 and say so."""

from typing import Annotated

import typer

from services.cli.output import UsageError

PENDING = {
    "verify": "prove the read model against the log",
    "backtest": "run other alert rules over a slice of the log",
}

ANYTHING = {"ignore_unknown_options": True, "allow_extra_args": True}


def register(app: typer.Typer) -> None:
    """Add one command per name, hidden from the manual."""
    for name, purpose in PENDING.items():
        _add(app, name, purpose)


def _add(app: typer.Typer, name: str, purpose: str) -> None:
    @app.command(name, help=f"Not there yet: {purpose}.", context_settings=ANYTHING, hidden=True)
    def pending(_arguments: Annotated[list[str] | None, typer.Argument()] = None) -> None:
        raise UsageError(
            f"`shiplog {name}` is not there yet ({purpose})", error="not_implemented", command=name
        )

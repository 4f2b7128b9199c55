"""`shiplog local`: a real Kafka and a real PostgreSQL on this machine, from Python packages alone."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.output import AnswerIsNo, JsonFlag, Output

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="The stack's folder (default: SHIPLOG_HOME, else ./.shiplog).")
]


def register(app: typer.Typer) -> None:
    """Add `local up|down|env|status`."""
    local = typer.Typer(help="The local Kafka and PostgreSQL.")
    local.command("up")(up)
    local.command("down")(down)
    local.command("env")(env)
    local.command("status")(status)
    app.add_typer(local, name="local")


def up(home: HomeOption = None, json: JsonFlag = False) -> None:
    """Start both and wait until they answer."""
    from services.cli.local.interrupt import terminable
    from services.cli.local.stack import start_stack
    from services.runtime.config import read_places

    output = Output(json=json)
    with terminable():
        stack = start_stack(read_places(home=home).home, output=output)
    found = {"home": str(stack.home), "kafka": stack.kafka, "database": stack.database_url}
    output.result(found, human=f"Kafka       {stack.kafka}\nPostgreSQL  {stack.database_url}")


def down(home: HomeOption = None, json: JsonFlag = False) -> None:
    """Stop both; their data stays."""
    from services.cli.local.stack import stop_stack
    from services.runtime.config import read_places

    folder = read_places(home=home).home
    stop_stack(folder)
    Output(json=json).result({"home": str(folder), "running": False}, human=f"nothing runs in {folder}")


def env(home: HomeOption = None, json: JsonFlag = False) -> None:
    """Print SHIPLOG_KAFKA= and SHIPLOG_DATABASE_URL= lines for a shell."""
    from services.runtime.config import read_settings

    settings = read_settings(home=home)
    values = {"SHIPLOG_KAFKA": settings.kafka, "SHIPLOG_DATABASE_URL": settings.database_url}
    Output(json=json).result(values, human="\n".join(f"{name}={value}" for name, value in values.items()))


def status(home: HomeOption = None, json: JsonFlag = False) -> None:
    """Tell which parts run; exit 1 when one does not."""
    from services.cli.local.stack import status as status_of
    from services.runtime.config import read_places

    folder = read_places(home=home).home
    parts = status_of(folder)
    shown = "\n".join(f"{name:<9} {'runs' if running else 'does not run'}" for name, running in parts.items())
    Output(json=json).result({"home": str(folder), **parts}, human=shown)
    if not all(parts.values()):
        raise AnswerIsNo(f"not everything runs in {folder}")

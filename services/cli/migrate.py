"""`shiplog migrate`: bring the database to today's schema."""

import typer

from services.cli.output import AnswerIsNo, JsonFlag, Output


def register(app: typer.Typer) -> None:
    """Add `migrate`."""
    app.command("migrate")(migrate)


def migrate(json: JsonFlag = False) -> None:
    """Apply the numbered migrations that are missing and create the first read model."""
    from services.cli.readback.store import postgres_away
    from services.projector import migrate as runner
    from services.runtime.config import read_settings

    settings = read_settings()
    try:
        with postgres_away():
            applied = runner.migrate(settings.database_url, partitions=settings.partitions)
    except runner.PartitionCountChanged as error:
        raise AnswerIsNo(str(error), error="partition_count_changed") from error
    Output(json).result({"applied": applied}, human="\n".join(applied) or "nothing to do")

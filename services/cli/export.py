"""`shiplog export`: whole sets, streamed as NDJSON, CSV or Parquet; into a file also resumed."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.output import Output, UsageError
from services.query.exports.forms import Form
from services.query.exports.what import What

if TYPE_CHECKING:
    from services.runtime.config import Settings

FormatOption = Annotated[Form, typer.Option("--format", help="How it is written.")]
After = Annotated[
    str,
    typer.Option(
        help="Go on behind this row: the last `shipment`; of a timeline SHIPMENT/SRC_OFFSET; of events and "
        "alerts PARTITION-OFFSET. CSV then has no heading."
    ),
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", help="Into this file, which is there when it is whole.")
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with the file's export where it broke off, if it did.")
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Errors as JSON; rows stay as --format says.")]


def register(app: typer.Typer) -> None:
    """Add `export`."""
    app.command("export")(export)


def export(
    what: Annotated[What, typer.Argument()],
    form: FormatOption = Form.NDJSON,
    after: After = "",
    output: OutputOption = None,
    resume: Resume = False,
    json: JsonFlag = False,
) -> None:
    """Write all shipments, the timeline, order rows, all alerts, or the log's envelopes.

    The read model's sets are in the order of shipment keys and show one moment, a resumed one two.
    """
    from services.runtime.config import read_settings

    told = Output(json)
    if output is None:
        if resume:
            raise UsageError("--resume needs --output")
        asyncio.run(_to_stdout(what, form, after, read_settings(), told))
    else:
        asyncio.run(_to_file(what, form, after, read_settings(), told, output, resume))


async def _to_stdout(what: What, form: Form, after: str, settings: "Settings", told: Output) -> None:
    from services.cli.readback.sets import pages_of
    from services.query.exports.sets import pen_of

    pen = pen_of(what, form, resumed=bool(after))
    async for page in pages_of(what, settings, after=after, skipped=told.warning):
        sys.stdout.buffer.write(pen.rows([line.row for line in page]))
    sys.stdout.buffer.write(pen.end())
    sys.stdout.buffer.flush()


async def _to_file(
    what: What, form: Form, after: str, settings: "Settings", told: Output, path: Path, resume: bool
) -> None:
    from services.cli.export_file import ExportFile
    from services.cli.readback.sets import pages_of

    with ExportFile(path, what, form, after=after, resume=resume) as file:
        if file.resumed_after is not None:
            told.note(f"going on behind {file.resumed_after or 'the beginning'}")
        async for page in pages_of(what, settings, after=file.after, skipped=told.warning):
            file.add(page)
        file.finish()
    told.note(f"{file.rows} rows in {path}")

"""`shiplog export`: whole sets, streamed as NDJSON or CSV."""

import csv
import io
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Any

import orjson
import typer

from services.cli.output import Output, UsageError

Json = dict[str, Any]


class What(StrEnum):
    """The sets there are."""

    SHIPMENTS = "shipments"
    TIMELINE = "timeline"
    ALERTS = "alerts"
    EVENTS = "events"


class Format(StrEnum):
    """How a set is written."""

    NDJSON = "ndjson"
    CSV = "csv"
    PARQUET = "parquet"


FormatOption = Annotated[Format, typer.Option("--format", help="parquet is not there yet.")]
JsonFlag = Annotated[bool, typer.Option("--json", help="Errors as JSON; rows stay as --format says.")]


def register(app: typer.Typer) -> None:
    """Add `export`."""
    app.command("export")(export)


def export(
    what: Annotated[What, typer.Argument()], form: FormatOption = Format.NDJSON, json: JsonFlag = False
) -> None:
    """Write all shipments, the timeline, all alerts, or the log's envelopes to stdout."""
    from services.cli.readback.sets import columns_of, rows_of
    from services.runtime.config import read_settings

    if form is Format.PARQUET:
        raise UsageError("Parquet is not there yet", error="not_implemented", format=form.value)
    output = Output(json)
    rows = rows_of(what.value, read_settings(), skipped=output.warning)
    if form is Format.NDJSON:
        output.rows(rows)
    else:
        for line in csv_lines(rows, columns=columns_of(what.value)):
            output.text(line)


def csv_lines(rows: Iterable[Json], *, columns: tuple[str, ...]) -> Iterator[str]:
    """RFC 4180 lines without their ends, the heading first; objects and lists as JSON, null as nothing."""
    yield _csv_line(columns)
    for row in rows:
        yield _csv_line([_cell(row.get(column)) for column in columns])


def _csv_line(cells: Iterable[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list | bool):
        return orjson.dumps(value).decode()
    return "" if value is None else value

"""`shiplog import`: append a file, canonical NDJSON or a carrier's own, through ingest's way in."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final

import typer

from services.cli.output import AnswerIsNo, DependencyAway, JsonFlag, Output, UsageError
from services.cli.readers import FormatOption, reader_of

if TYPE_CHECKING:
    from services.cli.importing import Importer
    from services.ingest.carrier import Reader
    from services.ingest.intake import Rejection

_MOST_TOLD: Final = 10_000

CarrierOption = Annotated[
    str | None, typer.Option("--carrier", help="The file is this carrier's own, not canonical NDJSON.")
]


def register(app: typer.Typer) -> None:
    """Add `import`."""
    app.command("import")(import_file)


def import_file(
    file: Annotated[Path, typer.Argument(help="`-` is standard input.")],
    carrier: CarrierOption = None,
    format: FormatOption = None,  # noqa: A002 - the option's name
    json: JsonFlag = False,
) -> None:
    """Append the events of a file to the log; exit 1 when some were not taken, each with its reason."""
    from services.cli.importing import Importer
    from services.ingest.keystore import BadMasterKey
    from services.ingest.sealing import KeysAway
    from services.runtime.config import read_settings
    from services.runtime.outcomes import BrokerUnavailable, RecordRefused

    reader = None if carrier is None else reader_of(carrier, format)
    if carrier is not None and reader is None:
        raise UsageError(f"no carrier of the registry is called {carrier!r}")
    if carrier is None and format is not None:
        raise UsageError("--format is for --carrier: canonical NDJSON has one form")
    output = Output(json)
    try:
        with Importer(read_settings(), batch=file.name) as importer, _opened(file) as source:
            accepted, rejections = _append(importer, source, reader, output)
    except (BrokerUnavailable, KeysAway) as error:
        raise DependencyAway(str(error)) from error
    except RecordRefused as error:
        raise AnswerIsNo(str(error), error="record_refused") from error
    except BadMasterKey as error:
        raise UsageError(str(error)) from error
    _tell(accepted, rejections, output)
    if rejections:
        detail = f"{len(rejections)} events were not taken; the others are in the log"
        raise AnswerIsNo(detail, error="lines_refused")


def _append(
    importer: "Importer", source: BinaryIO, reader: "Reader | None", output: Output
) -> "tuple[int, list[Rejection]]":
    if reader is not None:
        return importer.append_native(reader, source.read(), warn=output.warning)
    with output.progress("events") as move:
        return importer.append_lines(numbered(source), moved=move)


def numbered(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines of a file, from 1; of one that is too long only as much as shows that it is."""
    from services.ingest.intake import MAX_LINE_BYTES

    number = 0
    while line := source.readline(MAX_LINE_BYTES + 2):
        number += 1
        rest = line
        while len(rest) > MAX_LINE_BYTES + 1 and not rest.endswith(b"\n"):
            rest = source.readline(MAX_LINE_BYTES + 2)
        if line.strip():
            yield number, line.strip()


def _opened(file: Path) -> BinaryIO:
    if str(file) == "-":
        return typer.get_binary_stream("stdin")
    try:
        return file.open("rb")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error


def _tell(accepted: int, rejections: "list[Rejection]", output: Output) -> None:
    told = [rejection.json() for rejection in rejections[:_MOST_TOLD]]
    summary = {"accepted": accepted, "rejected": told, "rejected_count": len(rejections)}
    output.result(summary, human=f"{accepted} accepted, {len(rejections)} rejected")
    if not output.json:
        for each in told:
            output.note(f"line {each['line']}: {each['pointer'] or 'text'}: {each['detail']}")

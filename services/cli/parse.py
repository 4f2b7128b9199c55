"""`shiplog parse`: a native payload in, canonical events out as NDJSON; no broker, no database."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.output import AnswerIsNo, CommandError, Output, UsageError
from services.cli.readers import Format, FormatOption, reader_of

if TYPE_CHECKING:
    from services.ingest.carrier import ParsedEvent, Reader


CarrierOption = Annotated[str, typer.Option("--carrier", help="Whose payload it is, as in the registry.")]
JsonAnyway = Annotated[bool, typer.Option("--json", help="As it does anyway: NDJSON, errors as JSON.")]


def register(app: typer.Typer) -> None:
    """Add `parse`."""
    app.command("parse")(parse)


def parse(
    carrier: CarrierOption,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Standard input without it.")] = None,
    format: FormatOption = None,  # noqa: A002 - the option's name
    json: JsonAnyway = False,  # noqa: ARG001 - NDJSON is what this command writes
) -> None:
    """Read a carrier's native payload and write its events; exit 1 when it gives none."""
    output = Output(json=True)
    try:
        written = events_of(carrier, format, _payload(file), output)
    except AnswerIsNo as error:
        # told as JSON with and without --json: whoever reads NDJSON reads this too
        output.failure(error)
        raise typer.Exit(error.exit_code) from error
    output.rows(written)


def _payload(file: Path | None) -> bytes:
    if file is None or str(file) == "-":
        return typer.get_binary_stream("stdin").read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error


def events_of(code: str, form: Format | None, payload: bytes, output: Output) -> list[dict[str, Any]]:
    """The events in a payload as `parse` shows them; warnings go to `output`, raises AnswerIsNo for none."""
    from services.ingest.carrier import InvalidPayload

    carrier = reader_of(code, form)
    if carrier is None:
        raise _no("unknown_carrier", f"no carrier of the registry is called {code!r}")
    try:
        parsed = carrier.parse(payload)
    except InvalidPayload as error:
        raise _no("unreadable", str(error)) from error
    for warning in parsed.warnings:
        output.warning(warning)
    written = [event for each in parsed.events if (event := _written(carrier, each, output))]
    if not written and parsed.errors:
        raise _no("carrier_error", parsed.errors[0].detail, carrier_code=parsed.errors[0].code)
    if not written:
        raise _no("no_event", "the payload gives no event")
    for told in parsed.errors:
        output.warning(f"{told.code}: {told.detail}")
    return written


def _written(carrier: "Reader", event: "ParsedEvent", output: Output) -> dict[str, Any] | None:
    """The event as it is shown, or None with a warning when it could not be taken."""
    from services.ingest.checks import InvalidEvent, check_event
    from services.ingest.envelope import Origin, envelope_of

    try:
        checked = check_event(event.members, zone_inferred=event.zone_inferred)
    except InvalidEvent as error:
        output.warning(f"an event is left out, {error}")
        return None
    origin = Origin(channel="file", trust="manual")
    envelope = envelope_of(checked, recorded_at="", origin=origin, mapping_version=carrier.mapping_version)
    return {
        "event_id": envelope["event_id"],
        "type": checked.type,
        "carrier": checked.carrier,
        "tracking_number": checked.number,
        "shipment": envelope["shipment"],
        "occurred_at": checked.moment.occurred_at,
        "occurred_local": checked.moment.occurred_local,
        "tz_confidence": checked.moment.tz_confidence,
        "raw": checked.raw or {"code": None},
        "data": checked.data,
    }


def _no(error: str, detail: str, *, carrier_code: str | None = None) -> CommandError:
    return AnswerIsNo(detail, error=error, carrier_code=carrier_code)

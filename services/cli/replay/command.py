"""The command `replay`: plays the file, waits for the services, tells what the stores hold."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from schemas.instants import instant_ms
from services.cli.output import AnswerIsNo, JsonFlag, Output, UsageError


class Passing(StrEnum):
    """Whether time passes while a file is played."""

    VIRTUAL = "virtual"
    NONE = "none"


_PATIENCE_S: Final = 120.0
"""`up` may take a minute to see that a service stands still and to start it anew: that is waited for."""

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="Canonical NDJSON.")]
Clock = Annotated[Passing, typer.Option(help="virtual: deadlines fire as time passes; none: no time passes.")]
Until = Annotated[str | None, typer.Option(metavar="T", help="Where time moves to at the end, inclusive.")]
Wait = Annotated[float, typer.Option(min=0.1, help="Seconds without progress after which to give up.")]


def register(app: typer.Typer) -> None:
    """Add `replay`."""
    app.command("replay")(replay)


def replay(
    file: File,
    clock: Clock = Passing.VIRTUAL,
    until: Until = None,
    wait: Wait = _PATIENCE_S,
    json: JsonFlag = False,
) -> None:
    """Append a file of history, in its order, to a stack with a virtual clock; wait until all is done."""
    from services.cli.import_ import numbered
    from services.cli.replay.session import open_session
    from services.runtime.config import read_settings

    output = Output(json)
    until_ms = _moment_ms(until)
    with open_session(read_settings(), virtual=clock is Passing.VIRTUAL, patience=wait) as session:
        size = file.stat().st_size
        with output.progress("replaying (bytes)", total=size) as seen, file.open("rb") as source:
            played = session.player.play(numbered(source), until_ms=until_ms, seen=seen)
        output.note(f"{session.appended} records appended; waiting for projector, publisher and notifier")
        session.settle()
        told = {"events": played.lines, "duplicates": played.duplicates, **session.summary()}
    output.result(told, human=lambda: _for_people(told))
    if played.refused:
        raise AnswerIsNo(
            f"{len(played.refused)} lines were refused, first line {played.refused[0].line}"
            f" {played.refused[0].pointer}: {played.refused[0].detail}; the others are in the log",
            error="lines_refused",
            rejected=[refused.json() for refused in played.refused[:100]],
        )


def _moment_ms(until: str | None) -> int | None:
    if until is None:
        return None
    try:
        return instant_ms(until)
    except ValueError as error:
        raise UsageError(f"--until {until!r} is no RFC 3339 instant") from error


def _for_people(told: dict[str, Any]) -> str:
    lines = []
    for name, value in told.items():
        if isinstance(value, dict):
            lines += [name, *(f"  {word:<22} {count:>9,}" for word, count in value.items())]
        else:
            lines.append(f"{name:<24} {value:>9,}" if isinstance(value, int) else f"{name:<24} {value}")
    return "\n".join(lines)

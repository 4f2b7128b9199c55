"""What a command says: results on stdout, progress and errors on stderr; for people, or `--json`."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Final

import orjson
import typer

DONE: Final = 0
NO: Final = 1
USAGE: Final = 2
AWAY: Final = 3

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON object (or NDJSON for lists) on stdout.")]


class CommandError(Exception):
    """An end of a command that is not `done`; `fields` go beside `detail` into the JSON form."""

    exit_code = NO
    error = "no"

    def __init__(self, detail: str, *, error: str | None = None, **fields: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.error = error or type(self).error
        self.fields = fields


class AnswerIsNo(CommandError):
    """Done, and the answer is no: a check that failed, a difference found, a payload without events."""


class UsageError(CommandError):
    """The command cannot be meant like this, or is not there yet."""

    exit_code = USAGE
    error = "usage"


class DependencyAway(CommandError):
    """Kafka, PostgreSQL or a service is away or did not answer in time."""

    exit_code = AWAY
    error = "dependency_away"


@dataclass(frozen=True, slots=True)
class Output:
    """One command's voice. `json` chooses machines; nothing but results ever reaches stdout."""

    json: bool = False

    def result(self, value: Any, *, human: Callable[[], str] | str | None = None) -> None:
        """The command's one answer: a JSON object, or `human` (text, or what makes it) for people."""
        if self.json or human is None:
            self.line(value)
        else:
            self.text(human if isinstance(human, str) else human())

    def rows(self, values: Iterable[Any]) -> None:
        """NDJSON, one line each, written as they come."""
        for value in values:
            self.line(value)

    def line(self, value: Any) -> None:
        """One value as one line of JSON on stdout, at once."""
        sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
        sys.stdout.buffer.flush()

    def text(self, text: str) -> None:
        """A line for people on stdout."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """What is going on, on stderr."""
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def warning(self, text: str) -> None:
        """A defect that was survived: one JSON line on stderr with `--json`, a plain one without."""
        self.note(orjson.dumps({"warning": text}).decode() if self.json else f"warning: {text}")

    @contextmanager
    def progress(self, label: str, *, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """A bar on stderr when a person watches; gives the function that moves it on by n."""
        if self.json or not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task(label, total=total)
            yield lambda n: bars.advance(task, n)

    def failure(self, error: CommandError) -> None:
        """The command's last word on stderr: one JSON object with `--json`, else `shiplog: …`."""
        if self.json:
            body = {"error": error.error, "detail": error.detail, **error.fields}
            self.note(orjson.dumps(body).decode())
        else:
            self.note(f"shiplog: {error.detail}")

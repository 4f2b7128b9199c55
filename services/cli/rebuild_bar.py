"""The bar that a person sees while a rebuild runs: stage, share, rate, time left."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class _Rate(ProgressColumn):
    """Records per second of the stage."""

    def render(self, task: Task) -> Text:
        """The rate as people read it."""
        rate = task.finished_speed or task.speed
        return Text(f"{rate:,.0f}/s" if rate else "")


class Bar:
    """One line per stage; the last one moves."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task = bars.add_task("starting", total=None)

    def stage(self, name: str, total: int | None) -> None:
        """Close the line and begin another."""
        done = self._bars.tasks[-1]
        self._bars.update(self._task, total=done.completed or 1, completed=done.completed or 1)
        self._task = self._bars.add_task(name, total=total)

    def moved(self, records: int) -> None:
        """Move the last line on."""
        self._bars.advance(self._task, records)


@contextmanager
def bar() -> Iterator[Bar]:
    """A bar on stderr until the block ends."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield Bar(bars)

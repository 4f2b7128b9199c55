"""The bench's table for people and its file for machines."""

import statistics
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from tests.bench.results import RATIOS, Results

FILE = Path("build/bench.json")


def keep(results: Results, machine: dict[str, Any], *, file: Path = FILE) -> None:
    """Write what is known so far."""
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(orjson.dumps(results.json(machine), option=orjson.OPT_INDENT_2))


def show(results: Results, console: Console) -> None:
    """Print what is known."""
    if results.rates:
        console.print(_rates(results))
    if results.ratios or results.reasons:
        console.print(_ratios(results))
    if results.figures:
        console.print(_figures(results))
    for name, why in results.broken.items():
        console.print(f"[red]{name} was left out:[/red] {why}")


def _rates(results: Results) -> Table:
    table = Table("what", "median /s", "least", "most", "rounds", title="rates")
    for name, found in results.rates.items():
        shown = (f"{each:,.0f}" for each in (statistics.median(found), min(found), max(found)))
        table.add_row(name, *shown, str(len(found)))
    return table


def _ratios(results: Results) -> Table:
    table = Table("ratio", "ours / rival", "at least", "stretch", "", title="ratios of this run")
    for name, (least, stretch) in RATIOS.items():
        found = results.ratios.get(name)
        if found is not None:
            mark = "[red]below[/red]" if found < least else "stretch" if found >= stretch else "reached"
            table.add_row(name, f"{found:.2f}", f"{least:g}", f"{stretch:g}", mark)
        elif name in results.reasons:
            table.add_row(name, "-", f"{least:g}", f"{stretch:g}", results.reasons[name])
    return table


def _figures(results: Results) -> Table:
    table = Table("part", "what", "figure", "", title="figures")
    part = ""
    for each in results.figures:
        value = "-" if each.value is None else f"{each.value:,.{_digits(each.value)}f} {each.unit}"
        table.add_row("" if each.part == part else each.part, each.name, value, each.note)
        part = each.part
    return table


def _digits(value: float) -> int:
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2

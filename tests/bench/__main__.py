"""`make bench`: starts its own stack, seeds its logs, runs ours and rivals interleaved, prints medians."""

import argparse
import sys
from typing import Any

from rich.console import Console

from services.cli.local.interrupt import terminable
from tests.bench.machine import machine
from tests.bench.parts import PARTS, Part
from tests.bench.plan import Plan
from tests.bench.profiling import TARGETS, profile
from tests.bench.report import FILE, keep, show
from tests.bench.results import Results
from tests.bench.stage import Stage, fresh_database, seed, staged

_WIDTH = 120

__all__ = ["fresh_database", "seed"]


def main() -> int:
    """Measure, print, write build/bench.json after every part."""
    with terminable():
        return _run(_arguments())


def _run(chosen: argparse.Namespace) -> int:
    plan = Plan(chosen.records, chosen.shipments, chosen.rounds, chosen.window, chosen.seconds)
    console = Console()
    if not console.is_terminal:
        console.width = _WIDTH
    if chosen.profile:
        with staged() as stage:
            console.print(f"wrote {profile(stage, plan, chosen.profile)}")
        return 0
    results, facts = Results(), machine()
    try:
        _measure_all([PARTS[name] for name in chosen.only or PARTS], plan, results, facts, console)
    finally:  # also after Ctrl-C: what is known is known
        show(results, console)
    console.print(f"wrote {FILE}")
    return 0


def _measure_all(
    wanted: list[Part], plan: Plan, results: Results, facts: dict[str, Any], console: Console
) -> None:
    for alone in (False, True):
        parts = [part for part in wanted if part.alone is alone]
        if parts:
            with staged(commit_times=alone) as stage:
                for part in parts:
                    _measure(part, stage, plan, results, console)
                    keep(results, facts)


def _measure(part: Part, stage: Stage, plan: Plan, results: Results, console: Console) -> None:
    """One part; when it breaks the others still count, and the file says why."""
    module = part.measure.__module__
    console.print(f"[dim]{sys.modules[module].__doc__}[/dim]")
    try:
        part.measure(stage, plan, results)
    except Exception as error:  # noqa: BLE001 - told, and the other parts go on
        console.print_exception()
        why = f"{type(error).__name__}: {error}"
        results.figure(module.rpartition(".")[2], "broken", None, "", why)
        for ratio in part.ratios:
            if ratio not in results.ratios:
                results.reasons.setdefault(ratio, why)


def _arguments() -> argparse.Namespace:
    parser, usual = argparse.ArgumentParser(prog="make bench", description=__doc__), Plan()
    parser.add_argument("--records", type=int, default=usual.records)
    parser.add_argument("--shipments", type=int, default=usual.shipments)
    parser.add_argument("--rounds", type=int, default=usual.rounds)
    parser.add_argument("--window", type=float, default=usual.window, help="seconds a slow rival is watched")
    parser.add_argument(
        "--seconds", type=float, default=usual.seconds, help="of load at each rate of latency"
    )
    parser.add_argument("--only", action="append", choices=[*PARTS], help="this part; repeatable")
    parser.add_argument("--profile", choices=TARGETS, help="a flame graph instead of figures")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

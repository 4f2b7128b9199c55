"""Contestants in turns (A B A B A B): what the machine does meanwhile happens to all of them."""

from collections.abc import Callable, Mapping

from tests.bench.arena import ChildFailed
from tests.bench.results import Results


def interleave(results: Results, rounds: int, runs: Mapping[str, Callable[[], float]]) -> None:
    """Run each in turn and keep its rates; one that fails is left out from then on, with the reason."""
    for _ in range(rounds):
        for name, run in runs.items():
            if name in results.broken:
                continue
            try:
                results.add(name, run())
            except ChildFailed as error:
                results.broken[name] = str(error)

"""Waits until the services are done with what a replay appended: projector, its publisher, notifier."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.cli.output import DependencyAway

Behind = Callable[[], int]
"""How many records (or offsets) a stage still has before it; 0 when it is done."""

POLL_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class Stage:
    """One service's share. `begin` fixes what has to be reached and gives the measure of what is missing."""

    name: str
    begin: Callable[[], Behind]


def wait_for(
    stages: Sequence[Stage],
    *,
    patience: float,
    monotonic: Callable[[], float],
    sleep: Callable[[float], None],
) -> None:
    """Return when every stage is done, one after the other, as each feeds the next.

    Raises DependencyAway when the stage that is behind made no progress for `patience` seconds.
    """
    for stage in stages:
        behind = stage.begin()
        least, since = behind(), monotonic()
        while least > 0:
            sleep(POLL_SECONDS)
            now_behind = behind()
            if now_behind < least:
                least, since = now_behind, monotonic()
            elif monotonic() - since > patience:
                raise DependencyAway(
                    f"the {stage.name} made no progress for {patience:g} s, {least} records behind",
                    error="not_done",
                    stage=stage.name,
                    behind=least,
                )


def missing(wanted: Mapping[int, int], reached: Mapping[int, int]) -> int:
    """How far, over all partitions, `reached` lies below `wanted` (both: the next offset or number)."""
    return sum(max(0, end - reached.get(partition, 0)) for partition, end in wanted.items())

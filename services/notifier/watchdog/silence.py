"""Which carriers' whole feeds are silent: then parcels without scans are no news of the parcels.

A carrier with few parcels is silent whenever they are: only one with at least `least_parcels` on their
way is ever called silent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

_MS: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class SilenceRules:
    """From when on no event at all from a carrier is a fault of the feed."""

    threshold: timedelta = timedelta(hours=24)
    least_parcels: int = 20


def silent_carriers(
    heard_ms: Mapping[str, int], parcels: Mapping[str, int], *, now_ms: int, rules: SilenceRules
) -> frozenset[str]:
    """The silent ones. `heard_ms`: when a carrier's newest event was recorded; `parcels`: its open ones."""
    threshold_ms = rules.threshold // _MS
    return frozenset(
        carrier
        for carrier, count in parcels.items()
        if count >= rules.least_parcels and now_ms - heard_ms.get(carrier, now_ms) > threshold_ms
    )

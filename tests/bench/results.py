"""What was measured: rates by name and round, ratios or why there is none, figures beside them."""

import statistics
from dataclasses import dataclass, field
from typing import Any

RATIOS: dict[str, tuple[float, float]] = {
    "projector_vs_writer": (0.55, 0.80),
    "projector_vs_per_event": (70, 110),
    "projector_vs_stock_batched": (3, 4.5),
    "projector_vs_quix": (1.5, 2.5),
    "projector_vs_kafka_streams": (1.5, 2.5),
    "consume_vs_stock": (3, 5),
    "produce_vs_default": (1.8, 2.5),
    "notifier_vs_stock_faust": (1.5, 3),
    "rebuild_vs_live": (2, 4),
}
"""Every ratio: what is asked at least, and what would be better still."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure beside the ratios; `part` groups them in the table."""

    part: str
    name: str
    value: float | None
    unit: str
    note: str = ""


@dataclass(slots=True)
class Results:
    """Filled while the bench runs; can be told of at any time."""

    rates: dict[str, list[float]] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    """By ratio: why it is missing."""
    broken: dict[str, str] = field(default_factory=dict)
    """By contestant: what it died of."""
    figures: list[Figure] = field(default_factory=list)

    def add(self, name: str, rate: float) -> None:
        """One round's rate."""
        self.rates.setdefault(name, []).append(rate)

    def median(self, name: str) -> float | None:
        """The median of a name's rounds; None when none was run."""
        found = self.rates.get(name)
        return statistics.median(found) if found else None

    def compare(self, ratio: str, ours: str, rival: str) -> None:
        """Set a ratio from two medians; where one is missing it stays out, and `reasons` says why."""
        mine, other = self.median(ours), self.median(rival)
        if mine is not None and other:
            self.ratios[ratio] = mine / other
        else:
            why = self.broken.get(ours) or self.broken.get(rival) or "not run"
            self.reasons.setdefault(ratio, why)

    def figure(self, part: str, name: str, value: float | None, unit: str, note: str = "") -> None:
        """Note a figure; None with a note says why there is none."""
        self.figures.append(Figure(part, name, value, unit, note))

    def json(self, machine: dict[str, Any]) -> dict[str, Any]:
        """The members of build/bench.json; a ratio that was not measured is null."""
        absolute: dict[str, Any] = {name: statistics.median(found) for name, found in self.rates.items()}
        absolute |= {f"{each.part}/{each.name}": each.value for each in self.figures}
        return {
            "machine": machine,
            "ratios": {name: self.ratios.get(name) for name in RATIOS},
            "absolute": absolute,
            "spread": {name: [min(found), max(found)] for name, found in self.rates.items()},
            "why_null": {
                name: self.reasons.get(name, "not run") for name in RATIOS if name not in self.ratios
            },
            "broken": self.broken,
            "notes": {f"{each.part}/{each.name}": each.note for each in self.figures if each.note},
        }

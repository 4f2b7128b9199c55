"""How large a run is: what the command line chose, shared by every part."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """`window`: seconds after its first sign of life for which a slow contestant is watched."""

    records: int = 1_000_000
    shipments: int = 200_000
    rounds: int = 3
    window: float = 30.0
    seconds: float = 10.0
    """of load at each rate of the latency part"""

    @property
    def enough(self) -> int:
        """Records for the parts that need a few, and not all."""
        return max(self.records // 5, 1_000)

"""Figures out of the services' /metrics: counters, and quantiles as the buckets of histograms bound them."""

import re
from collections.abc import Iterable
from typing import Final

from services.cli.up.readiness import read_url

_SAMPLE: Final = re.compile(r"^(?P<name>[a-z_]+)(?:\{(?P<labels>[^}]*)\})? (?P<value>\S+)$")
_BOUND: Final = re.compile(r'(?:^|,)le="([^"]+)"')


def read_samples(urls: Iterable[str]) -> list[tuple[str, str, float]]:
    """(name, labels, value) of every sample at the URLs; raises OSError."""
    samples = []
    for url in urls:
        _, body = read_url(url)
        for line in body.decode().splitlines():
            found = _SAMPLE.match(line)
            if found:
                samples.append((found["name"], found["labels"] or "", float(found["value"])))
    return samples


def counted(samples: Iterable[tuple[str, str, float]], name: str) -> float:
    """The sum of a counter over all its labels."""
    return sum(value for sample, _, value in samples if sample == name)


def quantile(samples: Iterable[tuple[str, str, float]], name: str, share: float) -> float | None:
    """The least bucket bound, in the histogram's unit, below which at least `share` of the values lie.

    None when nothing was observed; infinity when the values lie beyond the last bound.
    """
    buckets: dict[float, float] = {}
    for sample, labels, value in samples:
        bound = _BOUND.search(labels) if sample == f"{name}_bucket" else None
        if bound:
            le = float(bound[1])
            buckets[le] = buckets.get(le, 0.0) + value
    total = buckets.get(float("inf"), 0.0)
    if not total:
        return None
    return next(le for le in sorted(buckets) if buckets[le] >= share * total)

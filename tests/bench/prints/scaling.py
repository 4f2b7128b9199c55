"""What the projector's rate owes to the number of shipments, and to the number of scans of each."""

import statistics

from tests.bench.plan import Plan
from tests.bench.ratios.projecting import ALL, projector_rate
from tests.bench.results import Results
from tests.bench.stage import Stage, drop_log

_SHIPMENTS = (0.05, 0.5, 5.0)
_SCANS = (4, 40, 400)
_ROUNDS = 2
_HELD = 250_000
"""What a projector holds unless it is told otherwise (SHIPLOG_CACHED_SHIPMENTS)."""


def shipments(stage: Stage, plan: Plan, results: Results) -> None:
    """A twentieth, half and five times the plan's shipments, four scans each; at last not all held."""
    part = "number of shipments"
    counts = [max(round(plan.shipments * share), 8) for share in _SHIPMENTS]
    logs = {count: stage.log(4 * count, shipments=count, scans=4) for count in counts}
    found: dict[tuple[int, int], list[float]] = {}
    for _ in range(_ROUNDS):
        for count, held in [*((count, ALL) for count in counts), (counts[-1], _HELD)]:
            rate = projector_rate(stage, logs[count], window=plan.window * 5, held=held)
            found.setdefault((count, held), []).append(rate)
    for (count, held), rates in found.items():
        name = f"{count:,} shipments, {'all' if held == ALL else format(held, ',')} held"
        results.figure(part, name, statistics.median(rates), "/s", "4 scans of each")
    *fewer, most = (statistics.median(found[count, ALL]) for count in counts)
    # the best of the fewer: a small log is over before the batches have grown
    results.figure(part, "rate at the most / best of the fewer", most / max(fewer), "", "all held")
    for log in logs.values():
        drop_log(stage, log)


def scans(stage: Stage, plan: Plan, results: Results) -> None:
    """The same number of records over fewer and fewer shipments."""
    part = "scans of a shipment"
    logs = {
        each: stage.log(plan.enough, shipments=max(plan.enough // each, 1), scans=each) for each in _SCANS
    }
    found: dict[int, list[float]] = {}
    for _ in range(_ROUNDS):
        for each, log in logs.items():
            found.setdefault(each, []).append(projector_rate(stage, log, window=plan.window * 5))
    for each, rates in found.items():
        results.figure(part, f"{each} scans", statistics.median(rates), "/s", f"{plan.enough:,} records")
    most, least = (statistics.median(found[each]) for each in (_SCANS[-1], _SCANS[0]))
    results.figure(part, "rate at the most / at the least", most / least, "")
    for log in logs.values():
        drop_log(stage, log)

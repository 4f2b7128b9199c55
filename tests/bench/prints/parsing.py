"""How fast each carrier's payloads are read into canonical events, on one core.

From small samples written by hand, and from real payloads where ../shared/data is on the machine.
"""

import time
from collections import defaultdict

from services.ingest.carrier import InvalidPayload, Reader
from services.ingest.registry import carriers
from tests.bench.plan import Plan
from tests.bench.results import Results
from tests.bench.stage import Stage
from tests.carriers.samples import samples
from tests.carriers.shared import body, rows

_FILES = ("shared-carrier-payloads.jsonl.gz",)
_SECONDS = 0.3
_PART = "parsing"


def measure(_: Stage, plan: Plan, results: Results) -> None:
    """Every carrier that a payload with events is at hand for."""
    payloads = _payloads()
    for code, reader in carriers().items():
        found = [each for each in payloads.get(code, []) if _events(reader, each)]
        if found:
            each, events = _rate(reader, found, seconds=min(_SECONDS, plan.seconds))
            size = sum(map(len, found)) // len(found)
            note = f"{each:,.0f} payloads/s, {len(found)} x {size:,} B"
            results.figure(_PART, code, events, "events/s", note)


def _payloads() -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = defaultdict(list)
    for file in _FILES:
        for row in rows(file):
            found[row["carrier"]].append(body(row["raw"]))
    for code in carriers():
        found[code] += samples(code)
    return found


def _events(reader: Reader, payload: bytes) -> int:
    try:
        return len(reader.parse(payload).events)
    except InvalidPayload:
        return 0


def _rate(reader: Reader, payloads: list[bytes], *, seconds: float) -> tuple[float, float]:
    """Payloads and events per second."""
    read = events = 0
    began = time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        for payload in payloads:
            events += len(reader.parse(payload).events)
        read += len(payloads)
    return read / passed, events / passed

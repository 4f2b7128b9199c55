"""The Olist deliveries (Brazil, 2016 to 2018) as canonical lines, with the truth each row carries.

Run as a program it writes one NDJSON file and prints the truth as one JSON object:
`python -m tests.olist OUT [--shuffle SEED] [--drop LINE]`.
"""

import argparse
import gzip
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from schemas.instants import instant_text, ms_of

Json = dict[str, Any]

CARRIER: Final = "olist"
ZONE: Final = "America/Sao_Paulo"
AS_OF: Final = "2018-10-17T03:00:00Z"
"""Midnight of 17 October 2018 in Sao Paulo: the moment the rows' `overdue_open_at_asof` speaks of."""
SOURCE: Final = Path(__file__).parents[2] / "shared/data/shared-deliveries-olist.jsonl.gz"

_SCANS: Final = {"approved": "info_received", "carrier": "picked_up", "delivered": "delivered"}
_CALLED_OFF: Final = frozenset({"canceled", "unavailable"})


@dataclass(frozen=True, slots=True)
class Truth:
    """What the rows themselves say came of them; `late` by local date, `overdue_open` at `AS_OF`."""

    orders: int
    delivered: int
    late: int
    overdue_open: int


def read_rows(path: Path = SOURCE) -> list[Json]:
    """The rows of the packed file."""
    with gzip.open(path) as file:
        return [orjson.loads(line) for line in file]


def truth_of(rows: Sequence[Json]) -> Truth:
    """The counts of what the rows say of themselves."""
    told = [row["truth"] for row in rows]
    return Truth(
        orders=len(rows),
        delivered=sum(t["delivered"] for t in told),
        late=sum(bool(t["late_date"]) for t in told),
        overdue_open=sum(t["overdue_open_at_asof"] for t in told),
    )


def canonical_lines(rows: Sequence[Json]) -> list[Json]:
    """All rows as canonical events in the order in which they became known."""
    lines = [line for row in rows for line in _story(row)]
    return sorted(lines, key=lambda line: line["recorded_at"])


def shuffled(lines: Sequence[Json], *, seed: int) -> list[Json]:
    """The same lines in an order that depends on `seed` alone."""
    mixed = list(lines)
    random.Random(seed).shuffle(mixed)
    return mixed


def write_lines(path: Path, lines: Sequence[Json]) -> None:
    """One canonical event per line."""
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))


def _story(row: Mapping[str, Any]) -> Iterator[Json]:
    promise = {"kind": "order_promised", "to": row["estimated"][:10], "zone": ZONE}
    order = {"order_id": row["order_id"], "customer_id": row["customer_id"], "promise": promise}
    yield _line(row, "ShipmentRegistered", at=row["purchase"], data=order)
    for step, milestone in _SCANS.items():
        if row[step]:
            scan = _line(row, "ScanRecorded", at=row[step], data={"milestone": milestone})
            yield scan | {"raw": {"code": step}}
    if row["status"] in _CALLED_OFF and not row["delivered"]:
        known = max(row[step] for step in ("purchase", "approved", "carrier") if row[step])
        yield _line(row, "ShipmentCancelled", at=known, data={})


def _line(row: Mapping[str, Any], kind: str, *, at: str, data: Json) -> Json:
    return {
        "type": kind,
        "carrier": CARRIER,
        "tracking_number": row["order_id"],
        "occurred_at": at,
        "recorded_at": _recorded(at),
        "data": data,
    }


def _recorded(local: str) -> str:
    return instant_text(ms_of(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(ZONE))))


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the file, print the truth."""
    parser = argparse.ArgumentParser(prog="python -m tests.olist", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--source", type=Path, default=SOURCE)
    parser.add_argument("--shuffle", type=int, metavar="SEED")
    parser.add_argument("--drop", type=int, metavar="LINE", help="leave out this line, counted from 1")
    chosen = parser.parse_args(arguments)
    rows = read_rows(chosen.source)
    lines = canonical_lines(rows)
    if chosen.drop is not None:
        del lines[chosen.drop - 1]
    if chosen.shuffle is not None:
        lines = shuffled(lines, seed=chosen.shuffle)
    write_lines(chosen.out, lines)
    told = {"lines": len(lines), "until": AS_OF, **asdict(truth_of(rows))}
    sys.stdout.write(orjson.dumps(told).decode() + "\n")


if __name__ == "__main__":
    main()

"""What the demo shows people: tables on stdout, every figure as it was read back."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

Json = dict[str, Any]


def show_parcels(told: Json) -> None:
    """The main act: totals, milestones, alerts, one parcel, one alert."""
    console = Console(file=sys.stdout)
    summary = told["summary"]
    console.print(_table("What went through", ("", ""), _totals(told).items()))
    console.print(_counts("Shipments by milestone", summary["milestones"]))
    console.print(_counts("Alerts by kind", summary["alerts"]))
    shipment = told["shipment"]
    if shipment is not None:
        title = f"{shipment['shipment']}: {shipment['status']}, order {shipment['order_id']}"
        rows = (
            (_when(row), row["type"], _what(row["event"]), _effect(row["change"])) for row in told["timeline"]
        )
        console.print(_table(title, ("when", "event", "what", "effect"), rows))
        console.print("One of its alerts, as it stands in shipment-alerts:")
        console.print_json(orjson.dumps(told["alert"]).decode())


def show_deliveries(olist: Json) -> None:
    """The second act: found against truth."""
    console = Console(file=sys.stdout)
    rows = [(name, olist["found"][name], truth, _same(olist, name)) for name, truth in olist["truth"].items()]
    console.print(_table(f"Olist deliveries, {olist['seconds']} s", ("", "found", "truth", ""), rows))


def _totals(told: Json) -> dict[str, Any]:
    summary = told["summary"]
    latencies = {
        f"{name.replace('_', ' ')}, p50 and p99 at most": " / ".join(
            _seconds(value) for value in parts.values()
        )
        for name, parts in told["latency_seconds"].items()
    }
    return {
        "parcels simulated, in the read model": f"{told['parcels']:,} / {summary['shipments']:,}",
        "lines sent, of them duplicates": f"{summary['events']:,} / {summary['duplicates']:,}",
        "records projected, time's own among them": f"{told['records']:,}",
        "put aside in .rejected": f"{summary['rejected']:,}",
        "seconds from first line to last alert": f"{told['seconds']:,}",
        "records per second, all of it": f"{told['records_per_second']:,}",
        **latencies,
        "checksum of the read model": summary["checksum"],
    }


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:g} s"


def _counts(title: str, counts: Mapping[str, int]) -> Table:
    ordered = sorted(counts.items(), key=lambda each: -each[1])
    return _table(title, ("", "count"), [(name, f"{count:,}") for name, count in ordered])


def _table(title: str, heads: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Table:
    table = Table(title=title, title_justify="left", show_header=any(heads))
    for head in heads:
        right = head in ("count", "found", "truth")
        table.add_column(head, justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    return table


def _when(row: Json) -> str:
    event = row["event"]
    text = str(event.get("occurred_at") or event.get("occurred_local") or row["recorded_at"])
    return text[:16].replace("T", " ") + ("Z" if text.endswith("Z") else "")


def _what(event: Json) -> str:
    data = event["data"]
    words = [data.get(name) for name in ("milestone", "substatus", "kind", "to", "deadline", "retracts")]
    return " ".join(str(word)[:36] for word in words if word)


def _effect(change: Json | None) -> str:
    if change is None:
        return ""
    told = [announcement["kind"] for announcement in change["announcements"]]
    before = change["before"] or {}
    after = change["after"]["milestone"]
    moved = [] if before.get("milestone") == after else [f"-> {after}"]
    return ", ".join([*moved, *told])


def _same(olist: Json, name: str) -> str:
    return "as told" if olist["found"][name] == olist["truth"][name] else "DIFFERS"

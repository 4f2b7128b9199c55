"""`shiplog show KEY`: one shipment with its timeline."""

from typing import Annotated, Any

import typer

from services.cli.output import AnswerIsNo, JsonFlag, Output, UsageError

Json = dict[str, Any]

Key = Annotated[str, typer.Argument(help="carrier:NUMBER")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="T", help="What was true at T. Not there yet.")]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="T", help="What we knew at T. Not there yet.")
]


def register(app: typer.Typer) -> None:
    """Add `show`."""
    app.command("show")(show)


def show(key: Key, as_of: AsOf = None, known_at: KnownAt = None, json: JsonFlag = False) -> None:
    """Print a shipment as it stands, and the facts that made it so; exit 1 when there is none."""
    from services.cli.readback.store import read_model
    from services.domain.dossier import dossier
    from services.runtime.config import read_settings

    if as_of is not None or known_at is not None:
        raise UsageError("--as-of and --known-at are not there yet", error="not_implemented")
    with read_model(read_settings().database_url) as model, model.one_snapshot():
        view = model.shipment(key)
        facts = model.timeline_of(key)
    if view is None:
        raise AnswerIsNo(f"no shipment {key}", error="not_found", shipment=key)
    told = dossier(view, [(row["event"], row["change"], row["recorded_at"]) for row in facts])
    Output(json).result(told, human=lambda: _for_people(told))


def _for_people(told: Json) -> str:
    shown = [f"{name:<16} {value}" for name, value in told.items() if value and name != "timeline"]
    return "\n".join([*shown, "", *map(_fact_line, told["timeline"])])


def _fact_line(fact: Json) -> str:
    data = fact["data"]
    when = fact["occurred_at"] or fact["occurred_local"] or "undated"
    words = [
        data.get(name) for name in ("milestone", "substatus", "reason", "kind", "to", "deadline", "retracts")
    ]
    what = " ".join(str(word) for word in words if word)
    return f"{when:<25} {fact['type']:<22} {what}".rstrip()

"""`shiplog show KEY`: one shipment with its timeline, as it stands or stood, or why it is so."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.output import AnswerIsNo, JsonFlag, Output, UsageError

if TYPE_CHECKING:
    from services.query.moments.moment import Moment

Json = dict[str, Any]

Key = Annotated[str, typer.Argument(help="carrier:NUMBER")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="T", help="What was true at T, RFC 3339.")]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="T", help="What we knew at T: facts recorded by then.")
]
Why = Annotated[
    bool, typer.Option("--why", help="For every field the events, mapping and rule that made it.")
]


def register(app: typer.Typer) -> None:
    """Add `show`."""
    app.command("show")(show)


def show(
    key: Key, as_of: AsOf = None, known_at: KnownAt = None, why: Why = False, json: JsonFlag = False
) -> None:
    """Print a shipment as it stands, and the facts that made it so; exit 1 when there is none."""
    from services.query.moments.moment import NoInstant, moment_of
    from services.query.moments.routes import MOST_EVENTS, explained

    try:
        moment = moment_of(as_of, known_at)
    except NoInstant as error:
        raise UsageError(str(error)) from error
    found = _told(key, moment)
    if found is None:
        raise AnswerIsNo(f"no shipment {key}", error="not_found", shipment=key)
    told, envelopes = found
    if not why:
        Output(json).result(told, human=lambda: _for_people(told))
    elif len(envelopes) > MOST_EVENTS:
        raise AnswerIsNo(f"more than {MOST_EVENTS} events: too many to explain", error="too_many_events")
    else:
        reasons = explained(key, envelopes)
        Output(json).result(reasons, human=lambda: _reasons_for_people(reasons))


def _told(key: str, moment: "Moment") -> tuple[Json, list[Json]] | None:
    """The shipment with its timeline, and its envelopes; None where there is none."""
    from services.cli.readback.moments import envelopes_of
    from services.cli.readback.store import read_model
    from services.domain.dossier import dossier
    from services.domain.facts import fact_of
    from services.domain.fold import fold_all
    from services.domain.view import view
    from services.runtime.config import read_settings

    settings = read_settings()
    if not moment.is_now:
        envelopes = envelopes_of(settings, key, moment)
        if not envelopes:
            return None
        shown = view(fold_all(key, map(fact_of, envelopes)))
        return dossier(shown, [(each, None, each["recorded_at"]) for each in envelopes]), envelopes
    with read_model(settings.database_url) as model, model.one_snapshot():
        stored = model.shipment(key)
        facts = model.timeline_of(key)
    if stored is None:
        return None
    told = dossier(stored, [(row["event"], row["change"], row["recorded_at"]) for row in facts])
    return told, [row["event"] | {"recorded_at": row["recorded_at"]} for row in facts]


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


def _reasons_for_people(reasons: Json) -> str:
    lines = []
    for name, because in reasons["fields"].items():
        lines.append(f"{name:<24} {because['value']}  ({', '.join(because['rules'])})")
        lines += [f"    {_event_line(reasons['events'][each])}" for each in because["events"]]
    rules = [f"{rule:<4} {text}" for rule, text in reasons["rules"].items()]
    return "\n".join([*lines, "", *rules])


def _event_line(event: Json) -> str:
    when = event["occurred_at"] or event["occurred_local"] or "undated"
    code = " of ".join(each for each in (event["code"], event["codelist"]) if each)
    parts = (when, event["type"], event["milestone"], event["substatus"], code and f"code {code}")
    return "  ".join(str(part) for part in parts if part) + f"  mapping {event['mapping_version']}"

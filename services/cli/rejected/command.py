"""The verbs of `shiplog rejected`."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.output import AnswerIsNo, JsonFlag, Output, UsageError

if TYPE_CHECKING:
    from schemas.topics import Topics
    from services.cli.rejected.letters import Letter, Verdict
    from services.runtime.config import Settings

Id = Annotated[str, typer.Argument(help="A letter as `list` names it.")]
Ids = Annotated[list[str] | None, typer.Argument(help="Letters as `list` names them; none = all.")]
Yes = Annotated[bool, typer.Option("--yes", help="Append for real; without it nothing is written.")]


def register(app: typer.Typer) -> None:
    """Add `rejected` with its verbs."""
    verbs = typer.Typer(help="The dead-letter topic, and what can be done about it.", no_args_is_help=True)
    verbs.command("list")(list_letters)
    verbs.command("show")(show)
    verbs.command("replay")(replay)
    verbs.command("accept")(accept)
    app.add_typer(verbs, name="rejected")


def list_letters(json: JsonFlag = False) -> None:
    """Every letter: where it came from and why."""
    from services.cli.rejected.letters import read_letters

    settings, names = _place()
    output = Output(json)
    for letter in read_letters(settings.kafka, names.rejected.name):
        row = letter.row()
        if json:
            output.line(row)
        else:
            origin = f"{row['original_topic']} {row['original_partition']}-{row['original_offset']}"
            output.text(
                f"{row['id']:<10} {row['error_class']:<18} {origin:<28} {row['bytes']:>8} B  {row['key']}"
            )


def show(letter: Id, json: JsonFlag = False) -> None:
    """One letter with its untouched bytes."""
    settings, names = _place()
    whole = _chosen(settings, names, [letter])[0].whole()
    Output(json).result(
        whole, human=lambda: "\n".join(f"{name:<19} {value}" for name, value in whole.items())
    )


def replay(ids: Ids = None, yes: Yes = False, json: JsonFlag = False) -> None:
    """Read letters again with today's code and append what can be taken now; without --yes only say what."""
    from services.cli.rejected.letters import judged
    from services.ingest.registry import carriers

    settings, names = _place()
    output = Output(json)
    letters = _chosen(settings, names, ids or [])
    verdicts = [judged(each, events_topic=names.events.name, carriers=carriers()) for each in letters]
    good = [verdict for verdict in verdicts if verdict.envelopes]
    if yes and good:
        _append(settings, names, good)
    for verdict in verdicts:
        row = verdict.row()
        output.line(row) if json else output.text(f"{row['id']:<10} {row['why_not'] or _done(yes, verdict)}")
    if good and not yes:
        output.note(f"nothing was written: {len(good)} of {len(verdicts)} can be replayed with --yes")
    if verdicts and not good:
        detail = f"none of {len(verdicts)} letters can be taken by today's code"
        raise AnswerIsNo(detail, error="not_replayable")


def accept(partition: Annotated[int, typer.Argument(min=0)], json: JsonFlag = False) -> None:
    """Let a partition go on that paused because too many of its records were bad."""
    from services.cli.readback.store import read_model

    settings, _ = _place()
    with read_model(settings.database_url) as model:
        bad = model.accept_partition(partition)
        paused = model.paused_partitions()
    if bad is None:
        raise AnswerIsNo(f"partition {partition} is not paused", error="not_paused", paused=paused)
    told: dict[str, Any] = {"partition": partition, "bad": bad, "accepted": True}
    Output(json).result(told, human=f"partition {partition} goes on")


def _place() -> "tuple[Settings, Topics]":
    from schemas.topics import topics
    from services.runtime.config import read_settings

    settings = read_settings()
    return settings, topics(prefix=settings.topic_prefix, partitions=settings.partitions)


def _chosen(settings: "Settings", names: "Topics", ids: list[str]) -> "list[Letter]":
    from services.cli.rejected.letters import read_letters

    found = read_letters(settings.kafka, names.rejected.name)
    letters = [letter for letter in found if not ids or letter.id in ids]
    unknown = sorted(set(ids) - {letter.id for letter in letters})
    if unknown:
        raise UsageError(f"no such letter: {', '.join(unknown)}", error="unknown_letter")
    return letters


def _append(settings: "Settings", names: "Topics", verdicts: "list[Verdict]") -> None:
    from services.cli.replay.append import LogAppender
    from services.ingest.keystore import Keystore, read_master_key
    from services.ingest.sealing import sealed_envelopes
    from services.runtime.producer import PATIENT, LogProducer

    master = read_master_key(settings.master_key_file)
    with (
        closing(LogProducer(settings.kafka, delivery=PATIENT)) as producer,
        closing(Keystore(settings.database_url, master=master)) as keys,
    ):
        appender = LogAppender(producer, topic=names.events.name)
        for verdict in verdicts:
            envelopes = list(verdict.envelopes)
            for envelope in sealed_envelopes(envelopes, keys=keys) if verdict.open else envelopes:
                appender.add(envelope)
        appender.settle()


def _done(yes: bool, verdict: "Verdict") -> str:
    return f"{'appended' if yes else 'would append'} {len(verdict.envelopes)}"

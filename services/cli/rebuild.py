"""`shiplog rebuild`: the read model made anew from the log beside the live one, compared, and switched to."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.output import AnswerIsNo, JsonFlag, Output, UsageError

if TYPE_CHECKING:
    from services.projector.rebuild.progress import Progress
    from services.projector.rebuild.report import Report
    from services.projector.rebuild.source import Source

Act = Annotated[str | None, typer.Argument(help="`rollback`: go back to the model before this one.")]
Check = Annotated[bool, typer.Option("--check", help="Compare only; exit 1 if anything differs.")]
Accept = Annotated[
    bool, typer.Option("--accept-difference", help="Switch although the same rules gave other sums.")
]
Processes = Annotated[int | None, typer.Option("--processes", min=1, help="How many fold; one per core.")]


def register(app: typer.Typer) -> None:
    """Add `rebuild`."""
    app.command("rebuild")(rebuild)


def rebuild(
    act: Act = None,
    check: Check = False,
    accept_difference: Accept = False,
    processes: Processes = None,
    json: JsonFlag = False,
) -> None:
    """Rebuild the read model from the log, compare it with the live one, and switch; reads never stop."""
    if act not in (None, "rollback"):
        raise UsageError(f"`rebuild {act}`: there is `rebuild`, `rebuild --check` and `rebuild rollback`")
    if act and (check or accept_difference):
        raise UsageError("`rebuild rollback` goes without --check and --accept-difference")
    output = Output(json)
    report, seconds = _done(output, act, check=check, accept=accept_difference, processes=processes)
    told = report.json() | {"seconds": round(seconds, 1)}
    output.result(told, human=lambda: _for_people(report, seconds))
    if check and not report.equal:
        raise AnswerIsNo(_first(report), error="difference_found")
    if not check and not report.switched:
        raise AnswerIsNo(report.why, error="difference_found")


def _done(
    output: Output, act: str | None, *, check: bool, accept: bool, processes: int | None
) -> "tuple[Report, float]":
    from services.cli.readback.store import postgres_away
    from services.projector.rebuild import act as acts
    from services.projector.rebuild.source import CannotRebuild
    from services.projector.rebuild.worker import WorkerDied
    from services.runtime.clock import monotonic
    from services.runtime.config import read_settings

    settings = read_settings()
    many = processes or max(settings.fold_processes, 1)
    started = monotonic()
    with postgres_away(), _watched(output) as progress:
        try:
            source = _source(settings)
            if act:
                report = acts.rollback(source, processes=many, progress=progress)
            elif check:
                report = acts.check(source, processes=many, progress=progress)
            else:
                report = acts.rebuild(source, accept=accept, processes=many, progress=progress)
        except CannotRebuild as error:
            raise AnswerIsNo(str(error), error="cannot_rebuild") from error
        except WorkerDied as error:
            detail = f"{error} (killed, or out of memory): the live model is as it was; run it again"
            raise AnswerIsNo(detail, error="worker_died") from error
    return report, monotonic() - started


def _source(settings: Any) -> "Source":
    from schemas.topics import topics
    from services.projector.rebuild.source import Source
    from services.runtime.topics import topic_facts

    names = topics(prefix=settings.topic_prefix, partitions=settings.partitions)
    topic_id, partitions = topic_facts(settings.kafka, names.events.name)
    return Source(
        kafka=settings.kafka,
        topic=names.events.name,
        status_topic=names.status.name,
        topic_id=topic_id,
        partitions=partitions,
        database_url=settings.database_url,
    )


class _Unwatched:
    """Progress that nobody looks at."""

    def stage(self, name: str, total: int | None) -> None:
        """Nothing."""

    def moved(self, records: int) -> None:
        """Nothing."""


@contextmanager
def _watched(output: Output) -> "Iterator[Progress]":
    """A bar on stderr when a person watches, with the rate and the time that is left."""
    import sys

    if output.json or not sys.stderr.isatty():
        yield _Unwatched()
        return
    from services.cli.rebuild_bar import bar

    with bar() as progress:
        yield progress


def _first(report: "Report") -> str:
    found = report.differences.first
    named = "; ".join(f"{d.shipment} {d.field}: {d.live!r} is {d.rebuilt!r} by the log" for d in found[:5])
    if not found:
        return f"the kept sums differ: {_sums(report)}"
    return f"{len(report.differences.shipments)} shipments differ, such as {named}"


def _sums(report: "Report") -> str:
    ours = f"checksum {report.checksum}, history {report.history}"
    if report.sums_equal:
        return f"{ours}: as the live model's"
    return f"{ours}; the live model's {report.live_checksum}, {report.live_history}"


def _for_people(report: "Report", seconds: float) -> str:
    lines = [
        f"{report.events:,} events, {report.shipments:,} shipments in {seconds:.1f} s",
        _sums(report),
    ]
    lines += [
        f"  {d.shipment}  {d.field}: {d.live!r} is {d.rebuilt!r} by the log" for d in report.differences.first
    ]
    if report.differences:
        lines.append(f"{len(report.differences.shipments):,} shipments differ")
    if not report.same_rules:
        more, fewer = report.alerts["added"], report.alerts["withdrawn"]
        lines.append(f"alerts by these rules: {more} more, {fewer} fewer")
    if report.restated:
        lines.append(f"{report.restated:,} shipments are told of anew in shipment-status")
    if report.switched:
        lines.append(f"{report.other} is in force, {report.live} is kept for `shiplog rebuild rollback`")
    return "\n".join(lines)

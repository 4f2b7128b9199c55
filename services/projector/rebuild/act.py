"""The three acts: compare a model made anew with the live one, switch to it, go back to the one before.

What is demanded before a switch stands in docs/adr/0017.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from services.projector.rebuild.build import Built, build
from services.projector.rebuild.catch_up import catch_up
from services.projector.rebuild.compare import Comparison
from services.projector.rebuild.models import Models
from services.projector.rebuild.progress import Progress
from services.projector.rebuild.report import Report
from services.projector.rebuild.source import CannotRebuild, Source, prove_log, same_rules
from services.projector.rebuild.switch import Meeting, Switch
from services.projector.rebuild.tail import Tail
from services.projector.rebuild.told import positions_when_told


def check(source: Source, *, processes: int, progress: Progress) -> Report:
    """Rebuild beside the live model, compare, and drop what was built. Raises CannotRebuild."""
    with _alone(source) as models, _built(source, models, processes=processes, progress=progress) as built:
        report = _compared(source, models, built, processes=processes, progress=progress)
        built.tail.close()
        models.drop(built.model)
        return report


def rebuild(source: Source, *, accept: bool, processes: int, progress: Progress) -> Report:
    """Rebuild, compare, and switch unless that needs `accept`; the report says which, and why not.

    Raises CannotRebuild.
    """
    with _alone(source) as models, _built(source, models, processes=processes, progress=progress) as built:
        live = models.current()
        report = _compared(source, models, built, processes=processes, progress=progress)
        if not _may_switch(report, accept=accept):
            built.tail.close()
            models.drop(built.model)
            return report
        catch_up(built.tail, models, processes=processes, progress=progress)
        progress.stage("switch", None)
        _switch(source, report, built.tail, accept=accept)
        for model in models.all():
            if report.switched and model not in (live, built.model):
                models.drop(model)
        return report


def rollback(source: Source, *, processes: int, progress: Progress) -> Report:
    """Put the model before this one back in its place, folded on to where the live one stands.

    Raises CannotRebuild.
    """
    with _alone(source) as models:
        live, other = models.current(), models.retired()
        if other is None:
            raise CannotRebuild(f"there is no model before {live} to go back to")
        prove_log(source, models.checkpoints(live))
        report = Report(live=live, other=other)
        report.same_rules = models.rules_version(live) == models.rules_version(other)
        tail = Tail(source, other, models.checkpoints(other))
        try:
            _demand_rules(models, other, tail)
            catch_up(tail, models, processes=processes, progress=progress)
            progress.stage("switch", None)
            _switch(source, report, tail, accept=True)
        finally:
            tail.close()
        return report


@contextmanager
def _alone(source: Source) -> Iterator[Models]:
    models = Models(source.database_url)
    try:
        if not models.lock():
            raise CannotRebuild("another rebuild of this database is at work")
        yield models
    finally:
        models.close()


@contextmanager
def _built(source: Source, models: Models, *, processes: int, progress: Progress) -> Iterator[Built]:
    prove_log(source, models.checkpoints(models.current()))
    built = build(source, models, processes=processes, progress=progress)
    try:
        yield built
    finally:
        built.tail.close()


def _compared(source: Source, models: Models, built: Built, *, processes: int, progress: Progress) -> Report:
    """Both at the same offsets for a moment, and compared in a snapshot of it while the live one goes on."""
    live = models.current()
    report = Report(live=live, other=built.model, resumed=built.resumed)
    report.same_rules = same_rules(models.rules_version(live))
    with ExitStack() as stack:
        switch = Switch(source.database_url, live=live, other=built.model)
        stack.callback(switch.close)
        with switch.meeting(built.tail) as meeting:
            report.met(meeting)
            comparison = Comparison(
                source.database_url, live=live, rebuilt=built.model, partitions=source.partitions
            )
            stack.callback(comparison.close)
        progress.stage("comparing rows", None)
        report.differences.join(comparison.rows(timeline=report.same_rules, readers=processes))
        if not report.same_rules:
            for shipment, how, told in comparison.alerts():
                report.alert(shipment, how, told)
    return report


def _may_switch(report: Report, *, accept: bool) -> bool:
    """Whether the rebuilt model may take the live one's place; `why` says why not."""
    if not report.same_rules or report.sums_equal or accept:
        return True
    report.why = (
        "by the same rules the live model's kept sums are others than the log gives: not damaged rows, but "
        "another fold; look at the differences, then --accept-difference if the log is right"
    )
    return False


def _switch(source: Source, report: Report, tail: Tail, *, accept: bool) -> None:
    switch = Switch(source.database_url, live=report.live, other=report.other)
    try:
        with switch.meeting(tail) as meeting:
            report.met(meeting)
            if not _may_switch(report, accept=accept):
                return
            if not report.same_rules or _numbered_apart(meeting):
                positions = positions_when_told(source, meeting.live, switch.to_restate())
                switch.take_over(positions, said=not report.same_rules)
            if not report.same_rules or meeting.differing:
                report.restated = switch.restate(meeting)
            switch.flip(meeting)
        report.switched = True
    finally:
        switch.close()


def _numbered_apart(meeting: Meeting) -> bool:
    """Whether the running numbers of the status topic would not go on by themselves."""
    return any(column == "next_seq" for _, column in meeting.differing)


def _demand_rules(models: Models, model: str, tail: Tail) -> None:
    """Only a model of our own rules can be folded on; another is taken as it is, if nothing is missing."""
    rules = models.rules_version(model)
    live = models.checkpoints(models.current())
    missing = tail.behind({c.partition: c.next_offset for c in live})
    if missing and not same_rules(rules):
        raise CannotRebuild(
            f"{model} was folded by rules {rules} and lacks {missing} records: "
            "stop this projector, and run the rollback with the version that has those rules"
        )

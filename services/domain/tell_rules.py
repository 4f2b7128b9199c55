"""When each kind of announcement is raised, and what ends it (status model, Announcements)."""

from collections.abc import Callable
from typing import Any, Final

from services.domain.assemble import DISPUTED, EXCEPTIONS
from services.domain.conditions import Run
from services.domain.legs import Delivery
from services.domain.moments import instant, shown
from services.domain.proposal import deadline_id
from services.domain.said import Told
from services.domain.tell import Teller

_EXCEPTIONS: Final = EXCEPTIONS | {DISPUTED}
SAID_ONCE: Final = {
    "action_required": "action_required",
    "delayed_announced": "delay_announced",
    "delayed_predicted": "delay_predicted",
}


def delivered(teller: Teller) -> None:
    """One announcement per delivery that stands; a repeat that becomes the first is the same delivery."""
    told = teller.told("delivered")
    if not told and not teller.after.standing.deliveries:
        return
    fresh = []
    for delivery in teller.after.standing.deliveries:
        same = [t for t in told if t.cause in delivery.members]
        if not same:
            fresh.append(delivery)
            continue
        kept = min(same, key=lambda t: delivery.members.index(t.cause))
        told = [t for t in told if t is not kept]
    for wrong in told:
        teller.withdraw(wrong)
    for delivery in fresh:
        teller.tell("delivered", delivery.cause.event_id, **_delivery(teller, delivery))


def _delivery(teller: Teller, delivery: Delivery) -> dict[str, Any]:
    promise = teller.after.promise if _is_promised(teller, delivery) else None
    return {
        "occurred_at": shown(delivery.cause),
        "leg_no": delivery.leg_no,
        "use_no": delivery.use_no,
        "reason": delivery.cause.reason,
        "party": delivery.cause.party,
        "late_by": None if promise is None else promise.late_by,
    }


def _is_promised(teller: Teller, delivery: Delivery) -> bool:
    return delivery.use_no == teller.after.use_no and delivery.leg_no == 1


def delay_overdue(teller: Teller) -> None:
    """Once per promise that ran out unfulfilled; withdrawn when it was kept, or was not the promise."""
    told = teller.told("delay_overdue")
    if not told and not teller.after.standing.overdues:
        return
    overdues = {overdue.deadline: overdue for overdue in teller.after.standing.overdues}
    for entry in told:
        overdue = overdues.get(entry.mark) if isinstance(entry.mark, int) else None
        if overdue is None or overdue.untrue:
            teller.withdraw(entry)
    known = {entry.mark for entry in told}
    for overdue in overdues.values():
        if overdue.due and overdue.deadline not in known:
            cause = deadline_id(teller.after.key, "promise_overdue", at_ms=overdue.deadline)
            at = instant(overdue.deadline)
            teller.tell("delay_overdue", cause, mark=overdue.deadline, occurred_at=at, use_no=overdue.use_no)


def stalled(teller: Teller) -> None:
    """Once per stale deadline passed; any scan ends it silently."""
    at_ms = teller.after.standing.stale_at
    if at_ms is None or any(entry.mark == at_ms for entry in teller.told("stalled")):
        return
    cause = deadline_id(teller.after.key, "stale", at_ms=at_ms)
    teller.tell("stalled", cause, mark=at_ms, occurred_at=instant(at_ms), condition="stale")


def said_once(teller: Teller) -> None:
    """Delays announced or predicted, and actions required: ended silently, withdrawn when retracted."""
    if not teller.after.standing.runs and not teller.after.standing.retracted:
        return
    runs = {run.name: run for run in teller.after.standing.runs if run.name in SAID_ONCE}
    for name, kind in SAID_ONCE.items():
        told = teller.told(kind)
        if name != "action_required":
            for entry in _retracted(teller, told):
                teller.withdraw(entry)
        run = runs.get(name)
        if run is not None and not any(entry.cause in run.members for entry in teller.told(kind)):
            teller.tell(kind, run.opener.event_id, **_run(run))


def stays(teller: Teller) -> None:
    """Out for delivery and available for pickup, when the milestone becomes it."""
    for kind in ("out_for_delivery", "available_for_pickup") if teller.after.standing.retracted else ():
        for entry in _retracted(teller, teller.told(kind)):
            teller.withdraw(entry)
    stay = teller.after.standing.stay
    if stay is None:
        return
    kind, since, members = stay
    if not any(entry.cause in members for entry in teller.told(kind)):
        teller.tell(kind, since.event_id, occurred_at=shown(since), reason=since.reason, party=since.party)


def exceptions(teller: Teller) -> None:
    """Each condition that makes an exception: opened, closed, and corrected when its opener is retracted."""
    opened = teller.told("exception_opened")
    if not opened and not teller.after.standing.runs:
        return
    runs = {run.name: run for run in teller.after.standing.runs if run.name in _EXCEPTIONS}
    known = {str(entry.mark) for entry in opened}
    for name in sorted(known | runs.keys()):
        _exception(teller, name, runs.get(name))


def _exception(teller: Teller, name: str, run: Run | None) -> None:
    _withdraw_retracted(teller, name)
    ended = {entry.cause: entry for entry in _of(teller, "exception_closed", name)}
    members = () if run is None else run.members
    still = False
    for entry in _of(teller, "exception_opened", name):
        if entry.cause in members:
            still = still or entry.cause not in ended
        elif entry.cause not in ended:
            teller.tell("exception_closed", entry.cause, mark=name, condition=name)
    if run is None or still:
        return
    reopened = [ended[cause] for cause in members if cause in ended]
    if reopened:
        teller.withdraw(reopened[0])
    else:
        teller.tell("exception_opened", run.opener.event_id, mark=name, **_run(run))


def _withdraw_retracted(teller: Teller, name: str) -> None:
    for entry in _retracted(teller, _of(teller, "exception_opened", name)):
        for closed in _of(teller, "exception_closed", name):
            if closed.cause == entry.cause:
                teller.forget(closed)
        teller.withdraw(entry)


def _of(teller: Teller, kind: str, name: str) -> list[Told]:
    return [entry for entry in teller.told(kind) if entry.mark == name]


def _retracted(teller: Teller, told: list[Told]) -> list[Told]:
    gone = teller.after.standing.retracted
    return [entry for entry in told if entry.cause in gone]


def _run(run: Run) -> dict[str, Any]:
    opener = run.opener
    return {
        "occurred_at": shown(opener),
        "reason": opener.reason or opener.substatus,
        "party": opener.party,
        "condition": run.name,
    }


RULES: Final[tuple[Callable[[Teller], None], ...]] = (
    delivered,
    delay_overdue,
    stalled,
    said_once,
    stays,
    exceptions,
)

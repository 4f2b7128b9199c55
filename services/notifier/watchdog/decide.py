"""What is to be done about a shipment whose alarm clock rang: propose, hold back, or set it anew. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from schemas.vocabulary import DeadlineKind
from services.domain.deadlines import Deadline
from services.notifier.due import Due, Rearm
from services.notifier.watchdog.coverage import Coverage


@dataclass(frozen=True, slots=True)
class Rules:
    """`grace_ms` by kind: how long after the deadline it is proposed (a carrier's recording lag)."""

    grace_ms: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A deadline to be put into the log, on the shipment's own partition."""

    shipment: str
    partition: int
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class Decision:
    """`held`: deadlines that have come but may still be overtaken; `muted`: those of silent carriers."""

    proposals: tuple[Proposal, ...]
    rearm: Rearm | None
    held: int
    muted: int


def decide(
    due: Due,
    pending: Sequence[Deadline],
    *,
    now_ms: int,
    coverage: Coverage,
    silent: AbstractSet[str],
    rules: Rules,
) -> Decision:
    """The decision for one due row; `pending` is what the fold lists for the shipment, sorted."""
    proposals, held, muted = [], 0, 0
    for deadline in pending:
        if deadline.at_ms + rules.grace_ms.get(deadline.kind, 0) > now_ms:
            continue
        if deadline.kind == DeadlineKind.STALE and due.carrier in silent:
            muted += 1
        elif not coverage.covers(due.partition, deadline.at_ms):
            held += 1
        else:
            proposals.append(Proposal(due.shipment, due.partition, deadline))
    come = proposals or held or muted
    return Decision(tuple(proposals), None if come else _rearm(due, pending), held, muted)


def _rearm(due: Due, pending: Iterable[Deadline]) -> Rearm | None:
    """The next alarm, or None when it is set right: one in its grace period rings until it is proposed."""
    wake_ms = min((deadline.at_ms for deadline in pending), default=None)
    return None if wake_ms == due.wake_ms else Rearm(due, wake_ms)

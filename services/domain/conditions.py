"""Conditions as runs: which fact opened one, which renewed it, what closes it (rule R10)."""

from typing import Final, NamedTuple, TypeAlias

from services.domain.bodies import Case, Details
from services.domain.facts import Fact

Instant: TypeAlias = tuple[int, bool, int]
"""Position, whether the carrier gave a hint, the hint: at one such instant openers come before closers."""

CONFLICT: Final = "conflicting_scans"
LASTING: Final = frozenset({"damaged", "missing_pieces", "delivery_disputed"})
"""Closed by CaseResolved only; what may still open on a leg that has ended."""
BY_SCAN: Final = frozenset(
    {
        "on_hold",
        "customs_hold",
        "misrouted",
        "address_issue",
        "refused",
        "action_required",
        "lost",
        "number_suspect",
    }
)
_BY_FULFILMENT: Final = BY_SCAN | {"delayed_announced"}
_BY_RETURNING: Final = BY_SCAN - {"refused"}
_FULFILS: Final = frozenset({"delivery_attempted", "available_for_pickup"})
_EVERY: Final = BY_SCAN | {"delayed_announced", CONFLICT}
"""All but the lasting ones; stale, overdue and predicted delays are derived, never opened by a scan."""

OPENS: Final[dict[str | None, str]] = {
    **{name: name for name in sorted(BY_SCAN | LASTING | {"delayed_announced"})},
    "delayed": "delayed_announced",
    "address_not_found": "address_issue",
    "partial": "missing_pieces",
    "payment_not_ready": "action_required",
    "final_notice": "action_required",
}


class Run(NamedTuple):
    """A condition from its first opener on; `members` are the ids of all openers, the first one's first."""

    name: str
    opener: Fact
    members: tuple[str, ...]


def opened_by(scan: Fact) -> tuple[str, ...]:
    """The conditions a scan opens: by reason, by sub-status, by being lost, by asking for an action."""
    names = [OPENS[word] for word in (scan.reason, scan.substatus) if word in OPENS]
    if scan.milestone == "lost":
        names.append("lost")
    if type(scan.body) is Details and scan.body.acts:
        names.append("action_required")
    return tuple(dict.fromkeys(names))


class Runs:
    """The open conditions while facts are walked in order."""

    __slots__ = ("_shut", "_shut_at", "open")

    def __init__(self) -> None:
        self.open: dict[str, Run] = {}
        self._shut: set[str] = set()
        self._shut_at: Instant | None = None

    def scan(self, scan: Fact, at: Instant, *, lasting_only: bool = False) -> None:
        """A scan that closes nothing: no mover, late, or after the end."""
        for name in opened_by(scan):
            if not lasting_only or name in LASTING:
                self._add(name, scan, at)

    def taken(self, scan: Fact, at: Instant, *, returning_again: bool = False) -> None:
        """A physical scan that was taken, short of the end of a leg."""
        closes = _BY_FULFILMENT if scan.milestone in _FULFILS else BY_SCAN
        if returning_again:
            closes = _BY_RETURNING
        names = opened_by(scan)
        self._close(closes.difference(names), at)
        for name in names:
            self._add(name, scan, at)

    def ended(self, fact: Fact, at: Instant) -> None:
        """Delivered, returned or cancelled: only what lasts stays, or opens now."""
        self._close(_EVERY, at)
        self.scan(fact, at, lasting_only=True)

    def new_leg(self, starter: Fact, at: Instant) -> None:
        """A new leg starts with nothing but what lasts; its first scan may open anew."""
        self._close(_EVERY, at)
        self._shut.difference_update(opened_by(starter))

    def conflict(self, scan: Fact) -> None:
        """A scan that contradicts what stands."""
        run = self.open.get(CONFLICT)
        members = (scan.event_id,) if run is None else (*run.members, scan.event_id)
        self.open[CONFLICT] = Run(CONFLICT, scan if run is None else run.opener, members)

    def case(self, fact: Fact, at: Instant, kinds: dict[str, str]) -> None:
        """A case opened or resolved; `kinds` gives the kind of a case by its id."""
        if type(fact.body) is not Case:
            return
        kind = fact.body.kind or kinds.get(fact.body.case_id)
        if kind is None:
            return
        if fact.type == "CaseOpened":
            self._add(kind, fact, at)
        else:
            self._close({kind}, at)

    def _add(self, name: str, opener: Fact, at: Instant) -> None:
        run = self.open.get(name)
        if run is not None:
            self.open[name] = Run(name, run.opener, (*run.members, opener.event_id))
        elif at != self._shut_at or name not in self._shut:
            self.open[name] = Run(name, opener, (opener.event_id,))

    def _close(self, names: set[str] | frozenset[str], at: Instant) -> None:
        for name in names:
            self.open.pop(name, None)
        if at == self._shut_at:
            self._shut |= names
        else:
            self._shut_at, self._shut = at, set(names)

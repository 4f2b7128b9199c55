"""Raising and withdrawing announcements: ids, counters, members, order."""

from typing import Any, Final

from schemas.ids import SEPARATOR, alert_id
from services.domain.facts import Fact
from services.domain.moments import shown
from services.domain.said import Said, Told
from services.domain.shipment import Shipment

_FIRST: Final = ("correction", "delivered")


class Teller:
    """One event's announcements in the making."""

    __slots__ = ("_announcements", "_fact", "_said", "_told", "_withdrawn", "after")

    def __init__(self, said: Said, after: Shipment, fact: Fact) -> None:
        self.after = after
        self._said = said
        self._fact = fact
        self._told = list(said.told)
        self._withdrawn: dict[tuple[str, str], int] = {}
        if said.withdrawn:
            self._withdrawn = {(kind, cause): n for kind, cause, n in said.withdrawn}
        self._announcements: list[dict[str, Any]] = []

    def told(self, kind: str) -> list[Told]:
        """What stands announced of a kind."""
        return [t for t in self._told if t.kind == kind]

    def tell(self, kind: str, cause: str, *, mark: str | int | None = None, **members: Any) -> None:
        """Announce; the same kind and cause again gets the next number, so no id comes twice."""
        n = self._withdrawn.get((kind, cause), 0)
        for told in self._told:
            if told.kind == kind and told.cause == cause and told.n > n:
                n = told.n
        n += 1
        self._told.append(Told(kind, cause, n, mark))
        self._add(kind, cause, n, self._id(kind, cause, n), members)

    def withdraw(self, told: Told) -> None:
        """Correct an announcement that was wrong."""
        self.forget(told)
        wrong = self._id(told.kind, told.cause, told.n)
        cause = SEPARATOR.join((wrong, self._fact.event_id))
        own = alert_id(self.after.key, kind="correction", cause=cause, n=1)
        members = {"corrects": wrong, "occurred_at": shown(self._fact)}
        self._add("correction", self._fact.event_id, 1, own, members)

    def forget(self, told: Told) -> None:
        """Let an announcement stand no longer, remembering how often it was raised."""
        self._told.remove(told)
        known = self._withdrawn.get((told.kind, told.cause), 0)
        self._withdrawn[told.kind, told.cause] = max(known, told.n)

    def said(self) -> Said:
        """What is said from now on; the same object when nothing was added or withdrawn."""
        if not self._announcements:
            return self._said
        withdrawn = self._withdrawn
        counters = sorted((kind, cause, n) for (kind, cause), n in withdrawn.items()) if withdrawn else ()
        return Said(tuple(self._told), tuple(counters))

    def announcements(self) -> tuple[dict[str, Any], ...]:
        """Corrections first, then deliveries, then the rest by kind."""
        if len(self._announcements) > 1:
            self._announcements.sort(key=_place)
        return tuple(self._announcements)

    def _id(self, kind: str, cause: str, n: int) -> str:
        return alert_id(self.after.key, kind=kind, cause=cause, n=n)

    def _add(self, kind: str, cause: str, n: int, own: str, members: dict[str, Any]) -> None:
        track = self.after.track
        announcement = {
            "alert_id": own,
            "kind": kind,
            "cause": cause,
            "n": n,
            "occurred_at": None,
            "leg_no": track.leg_no,
            "use_no": self.after.use_no,
            "reason": None,
            "party": None,
            "late_by": None,
            "condition": None,
            "corrects": None,
        }
        announcement.update(members)
        self._announcements.append(announcement)


def _place(announcement: dict[str, Any]) -> tuple[int, str, str, str]:
    kind = announcement["kind"]
    first = _FIRST.index(kind) if kind in _FIRST else len(_FIRST)
    return first, kind, announcement["condition"] or "", announcement["alert_id"]

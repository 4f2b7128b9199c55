"""One shipment as its page tells it: where it stands in plain words, what that means, what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from services.query.pages.carriers import Carrier, carrier_named
from services.query.pages.times import instant
from services.query.pages.track.dates import Revision, duration, revisions_of
from services.query.pages.track.route_map import RouteMap, route_map
from services.query.pages.track.stages import Stage, stages_of
from services.query.pages.track.telling import Step, steps_of
from services.query.seen import Seen

Json = dict[str, Any]

MOST_STEPS: Final = 300
"""More are counted and not shown: a page has to load on a phone."""
QUIET_AFTER: Final = timedelta(days=3)
"""So long without a scan that a reader wonders; `stale` opens later, by the carrier's own rule."""

_TONES: Final = {
    "delivered": "good",
    "available_for_pickup": "good",
    "delivery_attempted": "warn",
    "lost": "bad",
    "returning": "warn",
    "returned": "plain",
    "cancelled": "plain",
}
_SIGNS: Final = {
    "delivered": "good",
    "available_for_pickup": "place",
    "delivery_attempted": "warn",
    "lost": "bad",
    "returning": "back",
    "returned": "back",
    "cancelled": "stop",
    "registered": "box",
    "info_received": "box",
    None: "clock",
    "unknown": "clock",
}
_BAD: Final = frozenset(
    {"lost", "damaged", "missing_pieces", "delivery_disputed", "address_issue", "refused"}
)
_NOT_SCANNED: Final = frozenset({None, "registered", "info_received"})
_OVER: Final = frozenset({"delivered", "returned", "cancelled", "lost"})


@dataclass(frozen=True, slots=True)
class Trouble:
    """An open condition with its tone; `reason` where it says more than the name."""

    name: str
    tone: str
    reason: str | None
    party: str | None
    since: str | None
    who: str | None
    until: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """What the page shows, `steps` the newest first.

    `quiet_days`: days without a scan where a reader would wonder, else None. `waiting`: the carrier
    has not scanned it yet. `granted`: shown by a link, so without whose it is and without the
    carrier's own words, which may name people.
    """

    view: Json
    carrier: Carrier
    page: str | None
    tone: str
    sign: str
    troubles: tuple[Trouble, ...]
    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]
    left_out: int
    revisions: tuple[Revision, ...]
    route: RouteMap | None
    late_by: timedelta | None
    quiet_days: int | None
    waiting: bool
    has_proof: bool
    granted: bool
    place: str | None

    @property
    def corrections(self) -> list[Step]:
        """What was withdrawn or said otherwise before, newest first."""
        return [step for step in self.steps if step.gone is not None or step.before]


def story_of(seen: Seen, *, now: datetime, versions: Sequence[Json] = (), granted: bool = False) -> Story:
    """The page's contents; `now` says for how long there has been silence.

    `versions`: every copy of the events that came in more than one.
    """
    view = seen.view
    steps = steps_of(seen, versions)
    carrier = carrier_named(view["carrier"])
    milestone = view["milestone"]
    troubles = tuple(_trouble(condition) for condition in view["conditions"])
    return Story(
        view=view,
        carrier=carrier,
        page=carrier.page_of(view["tracking_number"]),
        tone=_tone(milestone, troubles),
        sign=_SIGNS.get(milestone, "moving"),
        troubles=troubles,
        stages=tuple(stages_of(view, steps)),
        steps=tuple(reversed(steps[-MOST_STEPS:])),
        left_out=max(len(steps) - MOST_STEPS, 0),
        revisions=tuple(revisions_of(steps)),
        route=route_map(steps),
        late_by=duration(view["late_by"]),
        quiet_days=_quiet_days(view, now),
        waiting=milestone in _NOT_SCANNED,
        has_proof=any("proof" in step.sealed for step in steps if step.gone is None),
        granted=granted,
        place=_last_place(steps),
    )


def _tone(milestone: str | None, troubles: Sequence[Trouble]) -> str:
    tones = {trouble.tone for trouble in troubles}
    for tone in ("bad", "warn"):
        if tone in tones:
            return tone
    return _TONES.get(milestone or "", "calm")


def _trouble(condition: Json) -> Trouble:
    name, reason = condition["name"], condition["reason"]
    return Trouble(
        name=name,
        tone="bad" if name in _BAD else "warn",
        reason=reason if reason != name else None,
        party=condition["party"],
        since=condition["since"],
        who=condition["who"],
        until=condition["until"],
    )


def _quiet_days(view: Json, now: datetime) -> int | None:
    last = instant(view["last_at"]) if view["last_at"] else None
    if last is None or view["milestone"] in _OVER or view["milestone"] in _NOT_SCANNED:
        return None
    silent = now - last
    return silent.days if silent >= QUIET_AFTER else None


def _last_place(steps: Sequence[Step]) -> str | None:
    for step in reversed(steps):
        if step.type == "ScanRecorded" and step.gone is None and step.place:
            return step.place
    return None

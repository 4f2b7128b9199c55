"""The way of a parcel as a list of stages: passed, passed without a scan, where it is, still to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from services.domain.legs import LEG_RANK, RETURN_RANK
from services.query.pages.track.telling import Step

Json = dict[str, Any]
State = Literal["done", "inferred", "now", "ahead"]

_FORWARD: Final = ("registered", "info_received", "picked_up", "in_transit", "out_for_delivery", "delivered")
_BACK: Final = ("returning", "in_transit", "returned")
_LAST_MILE: Final = 4
_ENDS: Final = frozenset({"lost", "cancelled"})


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage; `at` is the first scan that tells of it, as the timeline shows its time."""

    milestone: str
    state: State
    at: str | None = None


def stages_of(view: Json, steps: Sequence[Step]) -> list[Stage]:
    """The stages of the leg the parcel is on."""
    forward = view["direction"] == "forward"
    rank = LEG_RANK if forward else RETURN_RANK
    milestone = view["milestone"]
    top = _reached(steps, rank) if milestone in _ENDS else rank.get(milestone, -1)
    stages = [_stage(each, rank[each], top, view, steps) for each in _path(milestone, rank, forward=forward)]
    if milestone in _ENDS:
        return [*(s for s in stages if s.state in ("done", "inferred")), _end(milestone, steps)]
    return stages


def _path(milestone: str | None, rank: dict[str | None, int], *, forward: bool) -> list[str]:
    """The last mile is shown as what it is: at a pick-up point, after an attempt, or with the courier."""
    if not forward:
        return list(_BACK)
    if milestone is None or milestone in _FORWARD or rank.get(milestone) != _LAST_MILE:
        return list(_FORWARD)
    return [milestone if rank[each] == _LAST_MILE else each for each in _FORWARD]


def _stage(milestone: str, place: int, top: int, view: Json, steps: Sequence[Step]) -> Stage:
    at = _first(milestone, steps)
    if place > top:
        return Stage(milestone, "ahead")
    if milestone == view["milestone"]:
        return Stage(milestone, "now", view["since"] or at)
    inferred = milestone in view["inferred"] or (at is None and place < top)
    return Stage(milestone, "inferred" if inferred else "done", at)


def _end(milestone: str, steps: Sequence[Step]) -> Stage:
    return Stage(milestone, "now", _first(milestone, steps))


def _reached(steps: Sequence[Step], rank: dict[str | None, int]) -> int:
    return max((rank.get(step.milestone, -1) for step in steps if step.gone is None), default=-1)


def _first(milestone: str, steps: Sequence[Step]) -> str | None:
    """The first step that says so; an order is registered without a scan."""
    for step in steps:
        is_it = step.milestone == milestone or (
            milestone == "registered" and step.type == "ShipmentRegistered"
        )
        if is_it and step.gone is None:
            return step.at
    return None

"""The timeline as a page tells it: what happened, where, when there and when here, what was wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from services.domain.dossier import Told, entries
from services.domain.facts import fact_of
from services.domain.older_uses import uses_told
from services.domain.versions import retracted
from services.query.seen import Seen

Json = dict[str, Any]

_UNTOLD_DEADLINES: Final = frozenset({"settled", "expired"})
_PLACE: Final = ("name", "city", "region", "country")


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the timeline.

    `milestone` is set on scans; `word` names what else it is. `said` and `code` are the carrier's own.
    `at`: UTC, local time of an unknown zone, a date, or None. `gone`: why it was withdrawn, if it was.
    `withdraws`: the step that this one takes back. `before`: what it said before it was corrected.
    """

    event_id: str
    type: str
    milestone: str | None
    substatus: str | None
    reason: str | None
    party: str | None
    place: str | None
    at: str | None
    local: str | None
    offset: str | None
    zone: str
    recorded_at: str
    said: str | None
    code: str | None
    data: Json
    sealed: tuple[str, ...]
    gone: str | None = None
    withdraws: "Step | None" = None
    replaced_by: int = 0
    before: "tuple[Step, ...]" = ()

    @property
    def says(self) -> tuple[str | None, ...]:
        """What a reader is told of it: versions that differ in none of this are the same."""
        return self.milestone, self.substatus, self.reason, self.place, self.at

    @property
    def is_quiet(self) -> bool:
        """Whether it moved nothing: no scan of a step on the way."""
        return self.type != "ScanRecorded" or self.milestone in (None, "unknown")


def steps_of(seen: Seen, versions: Sequence[Json] = ()) -> list[Step]:
    """The steps of the use that the view shows, oldest first; `versions` are copies of corrected events."""
    timeline = _of_newest_use(seen)
    reasons = _withdrawals(timeline)
    by_id: dict[str, Step] = {}
    for entry in entries(timeline):
        step = _step(entry, reasons.get(entry["event_id"]), by_id)
        by_id[entry["event_id"]] = replace(step, before=_before(step, versions))
    return [step for step in by_id.values() if not _is_untold(step)]


def _before(step: Step, versions: Sequence[Json]) -> tuple[Step, ...]:
    copies = [(e, None, e["recorded_at"]) for e in versions if e["event_id"] == step.event_id]
    told = {old.says: old for old in (_step(entry, None, {}) for entry in entries(copies))}
    return tuple(old for says, old in told.items() if says != step.says)


def _of_newest_use(seen: Seen) -> list[Told]:
    """Earlier uses of the number were other parcels, and often other people's."""
    if seen.view["use_no"] <= 1:
        return seen.timeline
    uses = uses_told(seen.view["shipment"], [event for event, _, _ in seen.timeline])
    newest = uses[-1].event_ids
    began = min((_at(event) for event, _, _ in seen.timeline if event["event_id"] in newest), default="")
    older = frozenset[str]().union(*(use.event_ids for use in uses[:-1]))
    return [told for told in seen.timeline if told[0]["event_id"] not in older and _at(told[0]) >= began]


def _withdrawals(timeline: Sequence[Told]) -> dict[str, str]:
    """Why each withdrawn event is."""
    gone = set(retracted(fact_of(event) for event, _, _ in timeline))
    return {
        event["data"]["retracts"]: event["data"].get("reason") or "did_not_occur"
        for event, _, _ in timeline
        if event["type"] == "EventRetracted" and event["data"]["retracts"] in gone
    }


def _step(entry: Json, gone: str | None, known: dict[str, Step]) -> Step:
    data, raw = entry["data"], entry["raw"] or {}
    scan = entry["type"] == "ScanRecorded"
    return Step(
        event_id=entry["event_id"],
        type=entry["type"],
        milestone=data.get("milestone") if scan else None,
        substatus=data.get("substatus") if scan else None,
        reason=data.get("reason"),
        party=data.get("party"),
        place=place_text(data.get("location")),
        at=_shown_at(entry),
        local=entry["occurred_local"],
        offset=entry["utc_offset"],
        zone=entry["tz_confidence"] or "unknown",
        recorded_at=entry["recorded_at"],
        said=raw.get("text"),
        code=raw.get("code"),
        data=data,
        sealed=tuple(entry["sealed"]),
        gone=gone,
        withdraws=known.get(data["retracts"]) if entry["type"] == "EventRetracted" else None,
        replaced_by=len(data.get("corrective_ids") or ()),
    )


def place_text(location: Json | None) -> str | None:
    """A place in one line, from the smallest to the country; None where nothing is said."""
    if not location:
        return None
    parts = [str(location[name]) for name in _PLACE if location.get(name)]
    return ", ".join(dict.fromkeys(parts)) or None


def _shown_at(entry: Json) -> str | None:
    if entry["time_precision"] == "date" and entry["occurred_local"]:
        return str(entry["occurred_local"])[:10]
    if entry["tz_confidence"] in (None, "unknown", "assumed") and entry["occurred_local"]:
        return str(entry["occurred_local"])
    at = entry["occurred_at"] or entry["occurred_local"]
    return None if at is None else str(at)


def _at(event: Json) -> str:
    return str(event.get("occurred_at") or event.get("occurred_local") or event["recorded_at"])


def _is_untold(step: Step) -> bool:
    return step.type == "DeadlinePassed" and step.data.get("kind") in _UNTOLD_DEADLINES

"""When the parcel is expected, what was promised, and how that changed: read off the timeline."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from services.query.pages.track.telling import Step

Json = dict[str, Any]

_DURATION: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Revision:
    """A delivery date that was named; `start` is set for a window. `is_past`: the kind was named anew."""

    kind: str
    start: str | None
    end: str
    said_at: str | None
    cause: str | None
    is_past: bool = False


def revisions_of(steps: Sequence[Step]) -> list[Revision]:
    """Every delivery date that stands, in the order they were told; one told twice in a row once."""
    told: list[Revision] = []
    for step in steps:
        revision = _revision(step)
        if revision is None or step.gone is not None:
            continue
        if not told or (told[-1].kind, told[-1].start, told[-1].end) != (
            revision.kind,
            revision.start,
            revision.end,
        ):
            told.append(revision)
    newest = {revision.kind: revision for revision in told}
    return [replace(each, is_past=each is not newest[each.kind]) for each in told]


def _revision(step: Step) -> Revision | None:
    if step.type == "DeliveryDateRevised":
        data = step.data
    elif step.type == "ShipmentRegistered" and step.data.get("promise"):
        data = step.data["promise"]
    else:
        return None
    return Revision(
        data["kind"], data.get("from"), data["to"], step.at or step.recorded_at, data.get("cause")
    )


def duration(text: str | None) -> timedelta | None:
    """The ISO 8601 duration that `late_by` is; None where there is none."""
    found = _DURATION.fullmatch(text or "")
    if found is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)

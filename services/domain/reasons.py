"""Which facts most likely tell of a field, how few may do so, and by which rules of the status model."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from services.domain.bodies import Details, Passed, Registration
from services.domain.derive import grounded
from services.domain.facts import UNDATED, Fact
from services.domain.order import is_future
from services.domain.promise_value import Promise
from services.domain.shipment import Shipment

KEY: Final = "key"
"""Instead of a rule: the shipment's key says it, no event does."""

RULES: Final = {
    KEY: "Part of the shipment's key, which every event carries; no event makes it so.",
    "R2": "Within a leg a scan is taken when it leads on; the same milestone again renews place and time.",
    "R3": "Skipped milestones are inferred from a later one.",
    "R4": "A code that is unknown, or moves nothing, is kept and counted; papers move a young leg only.",
    "R5": "The first delivery counts; what follows it is a repeat, a contradiction, or shows it premature.",
    "R6": "A leg ends with delivered or returned; what starts the next one.",
    "R7": "Undated facts move nothing; undated registrations and promises count as earliest.",
    "R8": "A number may be used again; what is shown is its newest use.",
    "R9": "What was retracted is out of every rule.",
    "R10": "A condition is opened by a reason, sub-status or case and stands until it is closed.",
    "R11": "The promise in force and how it was kept: against the first attempt, delivery or hand-over.",
    "R12": "Time that has passed acts on deadlines that the facts themselves give.",
    "R13": "A cancellation is taken before the end of a forward leg.",
    "R14": "Lost is taken at any milestone that has not ended.",
    "R16": "A shipment is where its least advanced piece is.",
    "R17": "A scan dated more than 48 h ahead of its recording is undated.",
}

_RULES_OF_FIELD: Final[dict[str, tuple[str, ...]]] = {
    "shipment": (KEY,),
    "carrier": (KEY,),
    "tracking_number": (KEY,),
    "direction": ("R6",),
    "leg_no": ("R6",),
    "use_no": ("R8",),
    "since": ("R2",),
    "last_at": ("R2",),
    "place": ("R2",),
    "order_id": ("R8",),
    "customer_id": ("R8",),
    "merchant": ("R8",),
    "service": ("R8",),
    "promise": ("R11",),
    "expected": ("R11",),
    "delivered_at": ("R5",),
    "late_by": ("R11",),
    "attempts": ("R2",),
    "inferred": ("R3",),
    "pieces": ("R16",),
    "scans": ("R8",),
    "late_scans": ("R2",),
    "undated_scans": ("R7",),
    "unknown_codes": ("R4",),
}
_RULES_OF_MILESTONE: Final[dict[str | None, tuple[str, ...]]] = {
    "delivered": ("R5",),
    "returning": ("R6",),
    "returned": ("R6",),
    "cancelled": ("R13",),
    "lost": ("R14",),
    "registered": ("R4",),
    "info_received": ("R4",),
}
_RULES_OF_CONDITION: Final[dict[str, tuple[str, ...]]] = {
    "delayed_announced": ("R10", "R11"),
    "delayed_predicted": ("R11",),
    "delayed_overdue": ("R11", "R12"),
    "stale": ("R12",),
    "lost": ("R10", "R14"),
}


def rules_of(name: str, value: Any, shipment: Shipment, events: Sequence[Fact]) -> tuple[str, ...]:
    """The rules by which `events` give the field; those of the whole number among them, where they act."""
    field, _, member = name.partition(".")
    if field == "conditions":
        rules = _rules_of_condition(member, shipment)
    elif field == "tracking_state":
        rules = ("R5", "R12") if value == "closed(delivered_settled)" else ("R12",)
    elif field in ("milestone", "substatus", "status"):
        rules = _rules_of_place(field, value, shipment)
    else:
        rules = _RULES_OF_FIELD[field]
    return tuple(dict.fromkeys([*rules, *_about(field, shipment, events)]))


def _rules_of_place(field: str, value: Any, shipment: Shipment) -> tuple[str, ...]:
    if field == "status" and value == "exception":
        return ("R10",)
    return _RULES_OF_MILESTONE.get(shipment.track.milestone, ("R2",))


def _rules_of_condition(name: str, shipment: Shipment) -> tuple[str, ...]:
    if name == "conflicting_scans":
        return ("R13",) if shipment.track.milestone == "cancelled" else ("R5",)
    if name == "missing_pieces" and shipment.track.pieces:
        return "R10", "R16"
    return _RULES_OF_CONDITION.get(name, ("R10",))


def _about(field: str, shipment: Shipment, events: Sequence[Fact]) -> Iterable[str]:
    """Rules that had their say in which facts there are to begin with."""
    if field in ("milestone", "status") and shipment.track.pieces:
        yield "R16"
    undated = [fact for fact in events if fact.type != "EventRetracted" and type(fact.body) is not Passed]
    if any(fact.kind == UNDATED for fact in undated):
        yield "R7"
    if any(is_future(fact) for fact in events):
        yield "R17"
    if any(fact.type == "EventRetracted" for fact in events):
        yield "R9"


def fewest(shipment: Shipment, name: str, value: Any) -> int:
    """So many facts it takes at least to give the field: no smaller choice needs to be tried."""
    if name in ("scans", "undated_scans", "unknown_codes"):
        return int(value)
    if name == "late_scans":
        return int(value) + 1
    if name == "use_no":
        return 2 * int(value) - 2
    if name == "leg_no":
        returns = any(fact.milestone in ("returning", "returned") for fact in shipment.facts)
        # without a way back each further leg needs its first scan, and that one the end of the leg before
        return int(value) - 1 if returns else max(2 * int(value) - 1, 0)
    if name == "attempts":
        given = [_attempt(fact) for fact in shipment.facts if fact.milestone == "delivery_attempted"]
        return min((value + 1 - told for told in given if told <= value), default=1)
    return 1


def _attempt(fact: Fact) -> int:
    told = fact.body.attempt if type(fact.body) is Details else None
    return max(told or 1, 1)


def telling(shipment: Shipment, name: str) -> list[int]:
    """All facts by index, those that most likely tell of the field first."""
    facts = shipment.facts
    index = {fact.event_id: i for i, fact in enumerate(facts)}
    first = [*_about_field(shipment, name), *_about_shipment(shipment)]
    return list(dict.fromkeys([*(index[fact.event_id] for fact in first), *reversed(range(len(facts)))]))


def _about_field(shipment: Shipment, name: str) -> list[Fact]:
    track, (field, _, member) = shipment.track, name.partition(".")
    if field in ("scans", "undated_scans", "unknown_codes", "late_scans"):
        return _counted(shipment, field)
    if field == "conditions":
        return [run.opener for run in track.runs if run.name == member]
    if field == "pieces":
        return [fact for fact in reversed(shipment.facts) if fact.piece == member]
    if field in ("substatus", "last_at", "place"):
        return [track.last] if track.last is not None else []
    if field == "attempts":
        return [fact for fact in reversed(shipment.facts) if fact.milestone == "delivery_attempted"]
    if field == "delivered_at":
        return [track.deliveries[-1].cause] if track.deliveries else []
    if field in ("order_id", "customer_id", "merchant", "service", "promise", "expected"):
        return [fact for fact in shipment.facts if type(fact.body) is Registration]
    return []


def _counted(shipment: Shipment, field: str) -> list[Fact]:
    """The very scans that were counted."""
    gone = shipment.standing.retracted
    aside = shipment.facts[: shipment.unplaced]
    undated = [f for f in aside if f.type == "ScanRecorded" and f.event_id not in gone]
    line = grounded(shipment.key, shipment.facts)[1][-1]
    scans = [fact for _, fact in line if fact.type == "ScanRecorded"]
    if field == "undated_scans":
        return undated
    if field == "unknown_codes":
        return [fact for fact in scans if fact.milestone == "unknown"]
    if field == "late_scans":
        late = frozenset(shipment.track.late)
        leaders = [f for f in (shipment.track.since, shipment.track.ended) if f is not None]
        return [*(fact for _, fact in line if fact.event_id in late), *leaders]
    return [*scans, *undated]


def _about_shipment(shipment: Shipment) -> Iterable[Fact]:
    """What most fields come from: where it stands, how it ended, what was promised, what time did."""
    track = shipment.track
    known = (track.since, track.last, track.ended, track.fulfilled, track.last_physical)
    yield from (fact for fact in known if fact is not None)
    yield from (delivery.cause for delivery in track.deliveries)
    yield from (run.opener for run in shipment.standing.runs)
    yield from (f for f in shipment.facts if type(f.body) in (Registration, Promise, Passed))

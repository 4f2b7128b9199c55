"""What one merchant may see of a number that several have registered: its own uses, its own words."""

from collections.abc import Sequence
from typing import Any, Final

from services.domain.bodies import Passed, Registration
from services.domain.derive import line_of
from services.domain.facts import Fact, fact_of
from services.domain.fold import fold_all
from services.domain.order import is_placed, sort_key, usual_zone, zones_of
from services.domain.uses import uses_of
from services.domain.versions import retracted

Json = dict[str, Any]

_OVERDUE: Final = "promise_overdue"


def merchants_of(envelopes: Sequence[Json]) -> frozenset[str]:
    """Who has registered the number, in any of its uses."""
    told = (e["data"].get("merchant") for e in envelopes if e["type"] == "ShipmentRegistered")
    return frozenset(merchant for merchant in told if isinstance(merchant, str))


def facts_for(key: str, envelopes: Sequence[Json], merchant: str) -> list[Json]:
    """The envelopes that are `merchant`'s to see, one per event id; none where it registered nothing.

    Scans of a use that it shares are seen by all who registered that use. A use that only others
    registered is not, nor are others' registrations and commands, what retracts them, and the passing
    of deadlines that only their promises have. Raises InvalidFact.
    """
    if merchants_of(envelopes) == {merchant}:
        return list(envelopes)
    mine = [e for e in envelopes if not said_by_another(e, merchant)]
    if merchant not in merchants_of(mine):
        return []
    hidden = _hidden_uses(key, [fact_of(e) for e in envelopes], merchant)
    gone = hidden | ({e["event_id"] for e in envelopes} - {e["event_id"] for e in mine})
    kept = [e for e in mine if e["event_id"] not in hidden and e["data"].get("retracts") not in gone]
    return _without_foreign_deadlines(key, kept)


def said_by_another(envelope: Json, merchant: str) -> bool:
    """Whether it is the word of another merchant; a scan is everybody's, whoever passed it on."""
    if envelope["type"] == "ShipmentRegistered":
        return bool(envelope["data"].get("merchant") != merchant)
    source = envelope.get("source") or {}
    if source.get("channel") not in ("command", "api") or envelope["type"] == "ScanRecorded":
        return False
    # what comes through our API carries the tenant who told it; the house's own word is told to all
    return source.get("carrier_account") not in (None, merchant)


def _hidden_uses(key: str, facts: list[Fact], merchant: str) -> set[str]:
    """Ids of the facts in uses that were registered, but not by `merchant`; undated scans are nobody's."""
    held = fold_all(key, facts).facts
    aside = [fact for fact in held if not is_placed(fact)]
    placed = [fact for fact in held if is_placed(fact)]
    gone = retracted(aside)
    zone_ms = usual_zone(zones_of(placed, gone))
    placed.sort(key=lambda fact: sort_key(fact, zone_ms))
    hidden = {fact.event_id for fact in aside if fact.type == "ScanRecorded"}
    for line in uses_of(line_of(aside, placed, gone, zone_ms)):
        told = [fact.body.merchant for _, fact in line if type(fact.body) is Registration]
        if told and merchant not in told:
            hidden.update(fact.event_id for _, fact in line)
    return hidden


def _without_foreign_deadlines(key: str, envelopes: list[Json]) -> list[Json]:
    facts = {e["event_id"]: fact_of(e) for e in envelopes}
    timeless = [fact for fact in facts.values() if type(fact.body) is not Passed]
    promise = fold_all(key, timeless).promise
    own = None if promise is None else promise.force.deadline

    def foreign(fact: Fact) -> bool:
        body = fact.body
        return type(body) is Passed and body.kind == _OVERDUE and body.at != own

    return [e for e in envelopes if not foreign(facts[e["event_id"]])]

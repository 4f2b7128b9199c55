"""A shipment as one merchant is shown it."""

from collections.abc import Sequence

from services.domain.dossier import Json, Told
from services.domain.facts import fact_of
from services.domain.fold import fold_all
from services.domain.tenancy import facts_for, merchants_of
from services.domain.view import view


def shown_to(merchant: str, whole: Json, timeline: Sequence[Told]) -> tuple[Json, list[Told]] | None:
    """View and timeline for the merchant, folded anew from what is its own where others registered it too.

    None where it registered nothing. `whole` and `timeline` are those of the read model.
    """
    envelopes = [event for event, _, _ in timeline]
    merchants = merchants_of(envelopes)
    if merchant not in merchants:
        return None
    if merchants == {merchant}:
        return whole, list(timeline)
    key = whole["shipment"]
    dated = [event | {"recorded_at": recorded_at} for event, _, recorded_at in timeline]
    kept = facts_for(key, dated, merchant)
    if not kept:
        return None
    ids = {event["event_id"] for event in kept}
    # what an event changed was worked out with everybody's events: it is not told to one of them
    own: list[Told] = [(event, None, at) for event, _, at in timeline if event["event_id"] in ids]
    return view(fold_all(key, [fact_of(event) for event in kept])), own

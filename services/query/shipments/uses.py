"""One use of a number by itself, of a shipment that a caller has seen."""

from services.domain.older_uses import in_use, uses_told
from services.domain.view import view
from services.query.seen import Seen


def in_use_alone(found: Seen, use_no: int) -> Seen | None:
    """The shipment as that use left it, with what happened in it; None where there was no such use."""
    key = found.view["shipment"]
    envelopes = [event | {"recorded_at": at} for event, _, at in found.timeline]
    shipment = in_use(key, envelopes, use_no)
    if shipment is None:
        return None
    ids = uses_told(key, envelopes)[use_no - 1].event_ids
    timeline = [told for told in found.timeline if told[0]["event_id"] in ids]
    return Seen(view(shipment), timeline, found.partition, found.version)

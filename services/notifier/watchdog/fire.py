"""A deadline that has come, as the record that says so. The replay of history fires with it too."""

from schemas.codec import Record, event_record
from services.domain.deadlines import Deadline
from services.domain.proposal import deadline_passed


def fire(shipment_key: str, deadline: Deadline, *, recorded_at: str) -> Record:
    """The DeadlinePassed record; its id depends on shipment, kind and deadline alone.

    `recorded_at`: `YYYY-MM-DDTHH:MM:SS.mmmZ`, when it was proposed.
    """
    return event_record(deadline_passed(shipment_key, deadline, recorded_at=recorded_at))

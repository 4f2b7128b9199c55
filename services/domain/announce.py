"""What must be told after an event: the facts that stand, held against what was said of them."""

from typing import Any

from services.domain.facts import Fact
from services.domain.said import NOTHING_SAID, Said, said_json, said_of
from services.domain.shipment import Shipment
from services.domain.tell import Teller
from services.domain.tell_rules import RULES

__all__ = ["NOTHING_SAID", "Said", "announce", "said_json", "said_of"]


def announce(
    said: Said, before: Shipment | None, after: Shipment, fact: Fact
) -> tuple[Said, tuple[dict[str, Any], ...]]:
    """What is said from now on, and the announcements that `fact` causes.

    Each is the members of `schemas.status.Announcement`: corrections first, then deliveries, then
    the rest by kind. `said` must be what was said up to `before`.
    """
    if after is before or _nothing_new(said, before, after):
        return said, ()
    teller = Teller(said, after, fact)
    for rule in RULES:
        rule(teller)
    return teller.said(), teller.announcements()


def _nothing_new(said: Said, before: Shipment | None, after: Shipment) -> bool:
    """Whether a glance shows that nothing is to be raised or withdrawn."""
    new = after.standing
    if before is not None:
        old = before.standing
        if new is old or (new.stay is None and new[:4] == old[:4] and new.retracted == old.retracted):
            return True
    quiet = not (new.deliveries or new.runs) and new.stale_at is None and new.stay is None
    return quiet and not said.told and not any(overdue.due for overdue in new.overdues)

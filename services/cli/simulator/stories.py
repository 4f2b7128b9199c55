"""What happens to parcels: one function per story, each writing its scans with a pen.

`start` is the moment of the order and `promised` the promise (milliseconds since 1970); the ways begin
with the same road and part later.
"""

from collections.abc import Callable
from typing import Final

from schemas.vocabulary import EventType
from services.cli.simulator.pen import DAY, HOUR, MINUTE, Pen

Story = Callable[[Pen, int, int], None]


def on_time(pen: Pen, start: int, promised: int) -> None:
    """Delivered before the promise."""
    _last_mile(pen, max(_road(pen, start), promised - pen.random.randrange(2, 4) * DAY))


def late(pen: Pen, start: int, promised: int) -> None:
    """Delivered days after the promise, and nobody said so."""
    _last_mile(pen, max(_road(pen, start), promised + pen.random.randrange(2, 6) * DAY))


def announced(pen: Pen, start: int, promised: int) -> None:
    """The carrier says early that it will be late, and it is."""
    hub = _road(pen, start)
    pen.revised(hub + HOUR, to_ms=promised + 3 * DAY, kind="carrier_promised", cause="weather")
    _last_mile(pen, promised + 3 * DAY)


def redelivered(pen: Pen, start: int, promised: int) -> None:
    """Nobody at home, delivered the next day."""
    out = max(_road(pen, start), promised - 3 * DAY)
    pen.scan("out_for_delivery", out, substatus="loaded")
    pen.scan("delivery_attempted", out + 5 * HOUR, substatus="recipient_absent", attempt=1, party="recipient")
    _last_mile(pen, out + DAY)


def collected(pen: Pen, start: int, promised: int) -> None:
    """Waits in a locker until it is fetched."""
    there = max(_road(pen, start), promised - 3 * DAY)
    pen.scan("available_for_pickup", there, substatus="locker")
    pen.scan("delivered", there + pen.random.randrange(5, 50) * HOUR, substatus="locker_collected")


def returned(pen: Pen, start: int, promised: int) -> None:
    """Refused at the door and carried back."""
    out = max(_road(pen, start), promised - 2 * DAY)
    pen.scan("out_for_delivery", out, substatus="loaded")
    pen.scan("delivery_attempted", out + 4 * HOUR, substatus="refused", reason="refused", party="recipient")
    pen.scan("returning", out + DAY, substatus="refused", party="recipient")
    pen.scan("in_transit", out + 2 * DAY, substatus="hub_departed")
    pen.scan("returned", out + 5 * DAY, substatus="to_sender")


def lost(pen: Pen, start: int, promised: int) -> None:
    """The carrier gives it up."""
    _road(pen, start)
    pen.scan("lost", promised + 9 * DAY, substatus="carrier_declared", party="carrier")


def silent(pen: Pen, start: int, _promised: int) -> None:
    """Never heard of again: only time tells."""
    _road(pen, start)


def stalled(pen: Pen, start: int, _promised: int) -> None:
    """Stands still for three weeks and arrives after all."""
    _last_mile(pen, _road(pen, start) + 21 * DAY)


def held(pen: Pen, start: int, promised: int) -> None:
    """Held by customs, released, delivered."""
    hub = _road(pen, start)
    pen.scan("in_transit", hub + 6 * HOUR, substatus="customs_in", reason="customs_hold", party="customs")
    pen.scan("in_transit", hub + 2 * DAY, substatus="customs_released", party="customs")
    _last_mile(pen, max(hub + 3 * DAY, promised - DAY))


def cancelled(pen: Pen, start: int, _promised: int) -> None:
    """Called off before the carrier had it."""
    pen.scan("info_received", start + HOUR, substatus="label_created")
    pen.cancelled(start + 8 * HOUR)


def withdrawn(pen: Pen, start: int, promised: int) -> None:
    """Scanned as delivered by mistake, taken back, delivered two days later."""
    out = max(_road(pen, start), promised - 4 * DAY)
    pen.scan("out_for_delivery", out, substatus="loaded")
    wrong = pen.scan("delivered", out + 3 * HOUR, substatus="mailbox")
    pen.retracted(wrong, out + 6 * HOUR)
    _last_mile(pen, out + 2 * DAY)


def damaged(pen: Pen, start: int, promised: int) -> None:
    """Delivered broken; a case is opened and settled."""
    there = max(_road(pen, start), promised - 2 * DAY)
    pen.scan("delivered", there, substatus="damaged", reason="damaged", party="carrier")
    pen.case(EventType.CASE_OPENED, there + DAY, kind="damaged", party="carrier")
    pen.case(EventType.CASE_RESOLVED, there + 8 * DAY, kind="damaged", outcome="refunded")


def pieces(pen: Pen, start: int, promised: int) -> None:
    """Two pieces that arrive on different days."""
    hub = _road(pen, start)
    day = max(hub, promised - 3 * DAY)
    for piece, behind in (("1/2", 0), ("2/2", DAY)):
        pen.scan("out_for_delivery", day + behind, substatus="loaded", piece=piece)
        pen.scan("delivered", day + behind + 4 * HOUR, substatus="recipient", piece=piece)


STORIES: Final[tuple[tuple[Story, int], ...]] = (
    (on_time, 46),
    (late, 10),
    (announced, 6),
    (redelivered, 8),
    (collected, 6),
    (returned, 5),
    (lost, 2),
    (silent, 2),
    (stalled, 3),
    (held, 4),
    (cancelled, 3),
    (withdrawn, 2),
    (damaged, 1),
    (pieces, 2),
)
"""Each story with its weight."""


def _road(pen: Pen, start: int) -> int:
    """Label, hand-over and two hubs; the moment the second hub is left."""
    moment = start + pen.random.randrange(1, 12) * HOUR
    pen.scan("info_received", moment, substatus="label_created")
    for milestone, substatus in (
        ("picked_up", "collected"),
        ("in_transit", "hub_arrived"),
        ("in_transit", "hub_departed"),
    ):
        moment += pen.random.randrange(4, 16) * HOUR + pen.random.randrange(60) * MINUTE
        pen.scan(milestone, moment, substatus=substatus)
    return moment


def _last_mile(pen: Pen, moment: int) -> None:
    """Out in the morning, delivered hours later."""
    pen.scan("out_for_delivery", moment + 2 * HOUR, substatus="loaded")
    proof = pen.random.choice(("recipient", "signed", "neighbour", "safe_place"))
    pen.scan("delivered", moment + pen.random.randrange(4, 10) * HOUR, substatus=proof)

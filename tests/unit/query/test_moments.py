"""Moments as they are asked for, and what a tenant sees of a shared number at one."""

import pytest

from schemas.instants import instant_ms
from services.domain.cuts import Copy
from services.query.moments.cut import envelopes_at, of_merchant
from services.query.moments.moment import Moment, NoInstant, moment_of
from tests.builders import Json, hour, registered, scan

KEY = "acme:P1"


def registered_by(merchant: str, order_id: str, *, at: int, recorded_at: int | None = None) -> Json:
    """A merchant's registration of the number."""
    envelope = registered(order_id, at=at, recorded_at=at if recorded_at is None else recorded_at)
    envelope["data"] |= {"merchant": merchant}
    return envelope


def ids_seen_by(merchant: str | None, log: list[Json], moment: Moment) -> list[str]:
    """The events that a tenant sees at a moment."""
    copies = [Copy(offset, envelope) for offset, envelope in enumerate(log)]
    found = envelopes_at(copies, moment, own=lambda found: of_merchant(KEY, found, merchant))
    return [envelope["event_id"] for envelope in found]


def test_a_tenant_sees_at_no_moment_what_another_told() -> None:
    north, south = registered_by("north", "O-1", at=hour(0)), registered_by("south", "O-2", at=hour(1))
    picked_up = scan("picked_up", at=hour(2))
    log = [north, south, picked_up]

    for moment in (Moment(), Moment(known_at=hour(3)), Moment(as_of=hour(3))):
        assert ids_seen_by("north", log, moment) == [north["event_id"], picked_up["event_id"]]
        assert ids_seen_by("south", log, moment) == [south["event_id"], picked_up["event_id"]]
        assert ids_seen_by("west", log, moment) == []
        assert len(ids_seen_by(None, log, moment)) == 3


def test_a_copy_that_another_merchant_told_is_not_shown_where_it_counted() -> None:
    north = registered_by("north", "O-1", at=hour(0))
    other = north | {"mapping_version": 2, "data": north["data"] | {"merchant": "south"}}
    mended = north | {"mapping_version": 3, "recorded_at": "2026-03-02T09:00:00.000Z"}
    log = [other, mended]

    assert ids_seen_by("north", log, Moment(known_at=hour(5))) == []
    assert ids_seen_by("north", log, Moment(known_at=hour(9))) == [north["event_id"]]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00.000Z"),
        ("2026-03-02t10:00:00.5z", "2026-03-02T10:00:00.500Z"),
        ("2026-03-02 10:00:00.123456789+05:00", "2026-03-02T05:00:00.123Z"),
        ("2026-03-02T10:00:00 05:00", "2026-03-02T05:00:00.000Z"),
        ("2026-03-02T10:00:00-03:30", "2026-03-02T13:30:00.000Z"),
    ],
)
def test_an_rfc_3339_instant_is_read_to_the_millisecond(text: str, utc: str) -> None:
    assert moment_of(text, None) == Moment(as_of=instant_ms(utc))
    assert moment_of(None, text) == Moment(known_at=instant_ms(utc))


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-13-01T00:00:00Z", "now", ""]
)
def test_what_the_calendar_has_not_is_refused(text: str) -> None:
    with pytest.raises(NoInstant, match="as_of"):
        moment_of(text, None)

"""What the page of a parcel says, worked out of the read model alone."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import text

from schemas.instants import datetime_of, instant_text
from services.domain.numbers.formats import couriers
from services.domain.view import view
from services.query.pages.track.dates import duration
from services.query.pages.track.entry import entry_of, number_of
from services.query.pages.track.route_map import HEIGHT, WIDTH
from services.query.pages.track.story import MOST_STEPS, Story, story_of
from services.query.seen import Seen
from tests.builders import day, hour, registered, replay, retracted, revised, scan

Json = dict[str, Any]


def story(
    *envelopes: Json, now: int = day(20), granted: bool = False, versions: tuple[Json, ...] = ()
) -> Story:
    told = [(envelope, None, envelope["recorded_at"]) for envelope in envelopes]
    seen = Seen(view(replay(envelopes)), told, 0, len(envelopes))
    return story_of(seen, now=datetime_of(now), versions=versions, granted=granted)


def at(city: str, lat: float, lon: float) -> Json:
    return {"city": city, "lat": lat, "lon": lon}


def test_a_stage_that_nobody_scanned_is_shown_as_inferred() -> None:
    told = story(registered(), scan("in_transit", at=hour(9)))

    states = {stage.milestone: stage.state for stage in told.stages}

    assert states["registered"] == "done"
    assert states["info_received"] == states["picked_up"] == "inferred"
    assert states["in_transit"] == "now"
    assert states["out_for_delivery"] == states["delivered"] == "ahead"


def test_a_pick_up_point_takes_the_place_of_the_courier_among_the_stages() -> None:
    told = story(scan("picked_up", at=hour(1)), scan("available_for_pickup", at=hour(9)))

    assert [s.milestone for s in told.stages][-2:] == ["available_for_pickup", "delivered"]


def test_the_way_back_has_stages_of_its_own() -> None:
    told = story(scan("in_transit", at=hour(1)), scan("returning", at=hour(9)))

    assert [(s.milestone, s.state) for s in told.stages] == [
        ("returning", "now"),
        ("in_transit", "ahead"),
        ("returned", "ahead"),
    ]


def test_a_lost_parcel_ends_where_it_was_lost() -> None:
    told = story(scan("picked_up", at=hour(1)), scan("lost", at=hour(9)))

    assert [s.milestone for s in told.stages] == ["registered", "info_received", "picked_up", "lost"]
    assert told.tone == "bad"


def test_a_withdrawn_scan_stays_in_the_timeline_marked_and_counts_nowhere() -> None:
    delivered = scan("delivered", at=hour(9), location=at("Berlin", 52.5, 13.4))
    told = story(scan("picked_up", at=hour(1)), delivered, retracted(delivered, at=hour(10)))

    gone = {step.event_id: step.gone for step in told.steps}
    assert gone[delivered["event_id"]] == "did_not_occur"
    assert [step.event_id for step in told.corrections] == [delivered["event_id"]]
    assert told.route is None
    assert told.place is None
    taker = next(step for step in told.steps if step.type == "EventRetracted")
    assert taker.withdraws is not None
    assert taker.withdraws.event_id == delivered["event_id"]


def test_a_withdrawal_that_was_withdrawn_itself_takes_nothing_back() -> None:
    delivered = scan("delivered", at=hour(9))
    first = retracted(delivered, at=hour(10))
    told = story(scan("picked_up", at=hour(1)), delivered, first, retracted(first, at=hour(11)))

    assert delivered["event_id"] not in [step.event_id for step in told.corrections]


def test_what_a_message_said_before_it_was_corrected_is_told() -> None:
    first = scan("in_transit", at=hour(5), location={"city": "Almaty"}, code="X")
    mended = scan("in_transit", at=hour(5), location={"city": "Astana"}, code="X", mapping_version=2)
    assert first["event_id"] == mended["event_id"]

    told = story(mended, versions=(first, mended))

    (step,) = told.steps
    assert [old.place for old in step.before] == ["Almaty"]
    assert told.corrections == [step]


def test_a_version_that_says_the_same_is_no_correction() -> None:
    first = scan("in_transit", at=hour(5), code="X")
    again = scan("in_transit", at=hour(5), code="X", mapping_version=2)

    assert story(again, versions=(first, again)).corrections == []


def test_every_named_date_is_kept_and_one_told_twice_is_one() -> None:
    told = story(
        registered(promise={"kind": "order_promised", "to": "2026-03-05"}),
        revised("2026-03-06", kind="carrier_estimate", at=hour(5)),
        revised("2026-03-06", kind="carrier_estimate", at=hour(6)),
        revised("2026-03-07", kind="carrier_estimate", at=hour(7)),
    )

    assert [(r.kind, r.end, r.is_past) for r in told.revisions] == [
        ("order_promised", "2026-03-05", False),
        ("carrier_estimate", "2026-03-06", True),
        ("carrier_estimate", "2026-03-07", False),
    ]


def test_silence_is_told_after_three_days_and_not_once_it_is_over() -> None:
    on_its_way = scan("in_transit", at=hour(0))

    assert story(on_its_way, now=day(2.9)).quiet_days is None
    assert story(on_its_way, now=day(5)).quiet_days == 5
    assert story(on_its_way, scan("delivered", at=hour(9)), now=day(9)).quiet_days is None


def test_a_parcel_of_which_only_paper_speaks_is_waiting() -> None:
    assert story(registered()).waiting
    assert not story(registered(), scan("picked_up", at=hour(3))).waiting


def test_the_route_runs_through_the_places_in_order_within_its_frame() -> None:
    told = story(
        scan("picked_up", at=hour(1), location=at("Almaty", 43.2, 76.9)),
        scan("in_transit", at=hour(2), location=at("Almaty", 43.2, 76.9)),
        scan("in_transit", at=hour(9), location=at("Berlin", 52.5, 13.4)),
    )

    assert told.route is not None
    assert told.route.names == ("Almaty", "Berlin")
    almaty, berlin = told.route.stops
    assert almaty.x > berlin.x
    assert almaty.y > berlin.y
    assert berlin.is_last
    assert all(0 < stop.x < WIDTH and 0 < stop.y < HEIGHT for stop in told.route.stops)


def test_a_route_over_the_date_line_goes_the_short_way() -> None:
    told = story(
        scan("picked_up", at=hour(1), location=at("Suva", -18.1, 178.4)),
        scan("in_transit", at=hour(9), location=at("Apia", -13.8, -171.8)),
        scan("in_transit", at=hour(19), location=at("Papeete", -17.5, -149.6)),
    )

    assert told.route is not None
    xs = [stop.x for stop in told.route.stops]
    assert xs == sorted(xs)


@pytest.mark.parametrize("spot", [(91.0, 0.0), (0.0, 181.0), (None, 3.0), (float("nan"), 0.0)])
def test_a_place_that_is_nowhere_is_not_drawn(spot: tuple[Any, Any]) -> None:
    location = {"city": "X", "lat": spot[0], "lon": spot[1]}
    envelope = scan("picked_up", at=hour(1))
    envelope["data"]["location"] = location

    assert story(envelope).route is None


def test_names_of_places_never_lie_upon_each_other() -> None:
    scans = [
        scan("in_transit", at=hour(n), location=at(f"Sorting centre {n}", 52 + n / 500, 13 + n / 500))
        for n in range(1, 30)
    ]
    told = story(*scans)

    assert told.route is not None
    labels = [stop for stop in told.route.stops if stop.label]
    assert 0 < len(labels) < len(told.route.stops)
    assert told.route.stops[-1].label == "Sorting centre 29"


def test_an_earlier_use_of_the_number_is_another_parcel_and_not_told() -> None:
    told = story(
        registered("O-1", at=day(0)),
        scan("delivered", at=day(1)),
        registered("O-2", at=day(10)),
        scan("picked_up", at=day(11)),
    )

    assert told.view["use_no"] == 2
    orders = [step.data["order_id"] for step in told.steps if step.type == "ShipmentRegistered"]
    assert orders == ["O-2"]
    assert [step.milestone for step in told.steps if step.milestone] == ["picked_up"]


@pytest.mark.parametrize(
    ("text", "length"),
    [("PT26H5M", timedelta(hours=26, minutes=5)), ("P2D", timedelta(days=2)), ("PT0.25S", timedelta()),
     (None, None), ("two days", None)],
)  # fmt: skip
def test_a_duration_is_read_as_it_is_written(text: str | None, length: timedelta | None) -> None:
    assert duration(text) == length


@pytest.mark.parametrize(
    ("written", "found"),
    [("1z 999-AA1.01 2345 6784", (None, "1Z999AA10123456784")), ("UPS:1Z 9", ("ups", "1Z9")),
     ("ups:", ("ups", None)), (" ", (None, None)), ("номер", (None, None)), ("a b:1", (None, "AB:1")),
     ("x" * 65, (None, None))],
)  # fmt: skip
def test_what_was_written_is_read_as_carrier_and_number(
    written: str, found: tuple[str | None, str | None]
) -> None:
    assert number_of(written) == found


def test_a_mistyped_digit_is_told_with_whose_number_it_seems_to_be() -> None:
    entry = entry_of("1Z999AA10123456785", [], couriers())

    assert entry.verdict == "wrong_check"
    assert {carrier.name for carrier, _ in entry.misses} == {"UPS"}


def test_a_number_of_which_there_is_a_parcel_needs_no_help() -> None:
    entry = entry_of("1Z999AA10123456784", ["ups:1Z999AA10123456784"], couriers())

    assert entry.verdict is None


def test_a_letter_that_nobody_scans_is_told_so_and_a_registered_one_is_not() -> None:
    assert entry_of("UA123456785KZ", [], couriers()).verdict == "untracked"
    assert entry_of("RA123456785KZ", [], couriers()).verdict == "not_known"


def test_of_a_very_long_story_the_newest_part_is_shown_and_the_rest_counted() -> None:
    told = story(*(scan("in_transit", at=hour(n)) for n in range(MOST_STEPS + 7)), now=day(30))

    assert len(told.steps) == MOST_STEPS
    assert told.left_out == 7
    assert told.steps[0].at == instant_text(hour(MOST_STEPS + 6))
    assert story(scan("in_transit", at=hour(1))).left_out == 0


@given(text())
def test_whatever_is_entered_has_an_answer(written: str) -> None:
    entry = entry_of(written, [], couriers())

    assert entry.verdict is not None

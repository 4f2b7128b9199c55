"""17TRACK: codes of v2's events, the one number of v1 and the website, refusals."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.track17 import Track17
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]


def event(fine: str | None, at: str | None = "2026-03-04T14:30:00+01:00", **others: Any) -> Json:
    told = {"time_iso": at, "time_utc": None, "description": "Wording", "location": "Ulm, DE", "stage": None}
    return told | {"sub_status": fine, "address": {"city": "Ulm", "country": "DE"}} | others


def package(*events: Any, **metrics: Any) -> Json:
    provider = {"provider": {"key": 7041, "name": "DHL Paket"}, "events": list(events)}
    info = {
        "tracking": {"providers": [provider]},
        "time_metrics": {"estimated_delivery_date": metrics or None},
    }
    return {"number": "RR1", "carrier": 7041, "track_info": info}


def pushed(*events: Any, **metrics: Any) -> str:
    return json.dumps({"event": "TRACKING_UPDATED", "data": package(*events, **metrics)})


@pytest.mark.parametrize(
    ("fine", "stage", "code", "meaning"),
    [
        ("InTransit_PickedUp", "PickedUp", "InTransit_PickedUp", ("picked_up", "accepted")),
        (
            *("InTransit_CustomsRequiringInformation", None, "InTransit_CustomsRequiringInformation"),
            ("in_transit", "customs_in", "customs_hold", "recipient"),
        ),
        (
            *("DeliveryFailure_NoBody", None, "DeliveryFailure_NoBody"),
            ("delivery_attempted", "recipient_absent", "recipient"),
        ),
        ("Delivered_Other", "Delivered", "Delivered_Other", ("delivered",)),
        ("Exception_Returned", None, "Exception_Returned", ("returned", "to_sender")),
        ("Exception_Destroyed", None, "Exception_Destroyed", ("lost", "destroyed")),
        ("Expired_Other", None, "Expired_Other", ()),
        (None, "OutForDelivery", "OutForDelivery", ("out_for_delivery",)),
        ("InTransit_Beamed", "InTransit", "InTransit_Beamed", ("unknown",)),
        (None, None, None, ("unknown",)),
    ],
)
def test_a_sub_status_or_a_stage_says_what_the_event_is(
    fine: str | None, stage: str | None, code: str | None, meaning: tuple[str, ...]
) -> None:
    (found,) = envelopes(Track17(), pushed(event(fine, stage=stage)))

    assert line(found)[3:] == (code, meaning)
    assert found["raw"]["codelist"] == "17track/DHL Paket"


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (
            {"time_utc": "2026-03-04T13:30:00Z", "time_raw": {"date": "2026-03-03"}},
            ("2026-03-04T13:30:00", "2026-03-04T14:30:00", "exact"),
        ),
        (
            {"time_iso": None, "time_utc": "2026-03-04T13:30:00Z"},
            ("2026-03-04T13:30:00", "2026-03-04T13:30:00", "exact"),
        ),
        (
            {"time_iso": None, "time_raw": {"date": "2026-03-04", "time": "14:30:00", "timezone": "+02:00"}},
            ("2026-03-04T12:30:00", "2026-03-04T14:30:00", "exact"),
        ),
        (
            {"time_iso": None, "time_raw": {"date": "2026-03-04", "time": None, "timezone": None}},
            ("", "2026-03-04", "unknown"),
        ),
    ],
)
def test_a_time_is_the_best_of_those_there_are(times: Json, expected: tuple[str, ...]) -> None:
    (found,) = envelopes(Track17(), pushed(event("Delivered_Other", **times)))

    assert line(found)[:3] == expected


@pytest.mark.parametrize(("source", "kind"), [("Official", "carrier_estimate"), ("17TRACK", "predicted")])
def test_an_estimate_is_the_carriers_or_a_prediction(source: str, kind: str) -> None:
    told = pushed(
        event("InTransit_Other"),
        source=source,
        **{"from": "2026-03-05T00:00:00", "to": "2026-03-06T00:00:00"},
    )

    revision = envelopes(Track17(), told)[1]

    assert revision["data"] == {"kind": kind, "from": "2026-03-05", "to": "2026-03-06"}


def test_webhook_and_answer_any_order_and_other_words_are_the_same_events() -> None:
    told = [event("InTransit_Other"), event("Delivered_Other", "2026-03-05T14:30:00+01:00")]
    moved = [each | {"description": "Else", "location": None, "address": None} for each in reversed(told)]
    answered = json.dumps({"code": 0, "data": {"accepted": [package(*moved)], "rejected": []}})

    assert ids(Track17(), answered) == ids(Track17(), pushed(*told, *told))


def entry(at: str, wording: str = "Wording", where: str = "Ulm") -> Json:
    return {"a": at, "b": None, "c": where, "d": "", "z": wording}


def first_api(state: int, *history: Json) -> str:
    track = {"b": 1, "c": 2, "e": state, "z0": history[0], "z1": list(history), "z2": []}
    return json.dumps({"event": "TRACKING_UPDATED", "data": {"number": "RR1", "track": track}})


def test_v1s_number_is_a_scan_of_its_own_and_its_history_moves_nothing() -> None:
    found = envelopes(Track17(), first_api(40, entry("2026-03-05 10:00"), entry("2026-03-04 14:30")))

    assert [line(each) for each in found] == [
        ("", "2026-03-05T10:00:00", "unknown", None, ("unknown",)),
        ("", "2026-03-04T14:30:00", "unknown", None, ("unknown",)),
        ("", "2026-03-05T10:00:00", "unknown", "40", ("delivered",)),
    ]
    assert [each["raw"]["text"] for each in found] == ["Wording"] * 3


def test_v1s_entries_stay_the_same_facts_when_others_follow() -> None:
    early, late = entry("2026-03-04 14:30"), entry("2026-03-05 10:00")

    before = ids(Track17(), first_api(10, early))
    after = ids(Track17(), first_api(40, late, early | {"z": "Else", "c": "Else"}))

    assert len({*before, *after}) == 4


@pytest.mark.parametrize(
    ("state", "meaning"),
    [
        (0, ()),
        (10, ("in_transit",)),
        (30, ("available_for_pickup",)),
        (35, ("delivery_attempted",)),
        (50, ("in_transit", "on_hold", "other")),
        (5000, ("unknown",)),
    ],
)
def test_the_website_tells_the_latest_event_with_the_number_of_the_package(
    state: int, meaning: tuple[str, ...]
) -> None:
    row = {
        "FTrackNo": "RR1",
        "FTrackStateType": state,
        "FLastEvent": json.dumps(entry("2026-03-04", where="Ulm")),
    }

    (found,) = envelopes(Track17(), json.dumps({"Json": [row], "Code": 0}))

    assert line(found)[1:] == ("2026-03-04", "unknown", str(state), meaning)
    assert found["data"]["location"] == {"name": "Ulm"}


def test_a_latest_event_that_cannot_be_read_is_told() -> None:
    rows = [{"FTrackNo": "RR1", "FTrackStateType": 0, "FLastEvent": text} for text in ("", "{", "5")]

    parsed = Track17().parse(json.dumps({"Json": rows}).encode())

    assert (parsed.events, parsed.warnings) == ((), ("an unreadable FLastEvent is left out: '{'",))


@pytest.mark.parametrize(
    ("answer", "errors"),
    [
        ({"Code": -6, "Message": "Logged out."}, (CarrierError("-6", "Logged out."),)),
        ({"Json": {}, "Code": -100}, (CarrierError("-100", "error -100"),)),
        ({"code": 401, "message": "No key", "data": None}, (CarrierError("401", "No key"),)),
        (
            {
                "code": 0,
                "data": {"rejected": [{"number": "X", "error": {"code": -18019909, "message": "No"}}]},
            },
            (CarrierError("-18019909", "No"),),
        ),
        (
            {"code": -1, "data": {"errors": [{"code": -18010002, "message": "Invalid"}]}},
            (CarrierError("-18010002", "Invalid"),),
        ),
    ],
)
def test_refusals_make_no_event(answer: Json, errors: tuple[CarrierError, ...]) -> None:
    parsed = Track17().parse(json.dumps(answer).encode())

    assert (parsed.events, parsed.errors) == ((), errors)


def test_what_is_nothing_of_a_tracking_is_told() -> None:
    parsed = Track17().parse(b'{"event": "TRACKING_STOPPED", "data": {}}')

    assert (parsed.events, parsed.errors) == ((), ())
    assert parsed.warnings == ("nothing of a tracking: TRACKING_STOPPED",)

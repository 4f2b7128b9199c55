"""X12 214: numbers, times and zones, places, codes, and what is no scan; real interchanges."""

import pytest

from schemas.vocabulary import SUBSTATUSES, Condition, Milestone
from services.ingest.checks import check_event
from services.ingest.codebooks import x12_214
from services.ingest.edi.x12_places import degrees
from tests.carriers.interchanges import GS, ISA, PARTIES, X4, X12_ENDS, Json, moment, only, read_x12, x12_of
from tests.carriers.shared import needs_shared_data, rows


def moments(at7: str) -> tuple[str | None, str | None, str]:
    (event,) = read_x12(x12_of(at7)).events
    when = moment(event)
    return when.occurred_at, when.occurred_local, when.tz_confidence


def test_a_status_becomes_a_scan() -> None:
    told = read_x12(x12_of("LX*1~", X4))

    assert told.warnings == ()
    assert [event.members for event in told.events] == [
        {
            "type": "ScanRecorded",
            "carrier": "edi",
            "tracking_number": "PRO123",
            "occurred_at": "2026-03-01T22:15:00",
            "zone": "America/Chicago",
            "raw": {
                "code": "X4",
                "text": "AT7*X4*NS***20260301*2215*CT",
                "time": "20260301 2215 CT",
                "codelist": "X12 1650",
                "codelist_version": "004010",
            },
            "data": {
                "milestone": "in_transit",
                "substatus": "hub_arrived",
                "location": {"city": "Dallas", "region": "TX", "country": "US"},
            },
        }
    ]


@pytest.mark.parametrize(
    ("b10", "l11", "number"),
    [
        ("B10*PRO1*SHIP1*WOLF~", "", "PRO1"),
        ("B10**SHIP1*WOLF**CN*REF1~", "", "REF1"),
        ("B10**SHIP1*WOLF~", "L11*TRACK1*2I~", "TRACK1"),
        ("B10**SHIP1*WOLF~", "L11*OTHER*BM~", "SHIP1"),
    ],
    ids=["the PRO", "the carrier's other reference", "a tracking number in L11", "only the shipper's"],
)
def test_the_carriers_number_is_the_parcels(b10: str, l11: str, number: str) -> None:
    text = ISA + GS + f"ST*214*0001~{b10}{l11}{X4}SE*{5 + bool(l11)}*0001~" + X12_ENDS

    (event,) = read_x12(text).events

    assert event.members["tracking_number"] == number


def test_a_transaction_without_any_number_is_left_out_and_named() -> None:
    told = read_x12(ISA + GS + f"ST*214*0001~{X4}SE*4*0001~" + X12_ENDS)

    assert told.events == ()
    assert "transaction 0001 names no shipment" in told.warnings[0]


@pytest.mark.parametrize(
    ("code", "utc", "confidence"),
    [
        ("ET", "2026-07-01T16:00:00.000Z", "offset_given"),
        ("CT", "2026-07-01T17:00:00.000Z", "offset_given"),
        ("HT", "2026-07-01T22:00:00.000Z", "offset_given"),
        ("ES", "2026-07-01T17:00:00.000Z", "exact"),
        ("ED", "2026-07-01T16:00:00.000Z", "exact"),
        ("UT", "2026-07-01T12:00:00.000Z", "exact"),
        ("05", "2026-07-01T07:00:00.000Z", "exact"),
        ("20", "2026-07-01T17:00:00.000Z", "exact"),
        ("24", "2026-07-01T13:00:00.000Z", "exact"),
        ("27", "2026-07-01T06:30:00.000Z", "exact"),
        ("LT", None, "unknown"),
        ("", None, "unknown"),
        ("QQ", None, "unknown"),
    ],
)
def test_a_zone_is_what_at707_says_and_nothing_else(code: str, utc: str | None, confidence: str) -> None:
    # the place has one zone only, and names none for the time
    assert moments(f"AT7*X4*NS***20260701*1200*{code}~MS1*Lisle*IL*US~") == (
        utc,
        "2026-07-01T12:00:00.000",
        confidence,
    )


def test_a_generic_zone_keeps_winter_and_summer_time() -> None:
    assert moments("AT7*X4*NS***20260107*1200*ET~")[0] == "2026-01-07T17:00:00.000Z"
    assert moments("AT7*X4*NS***20260707*1200*ET~")[0] == "2026-07-07T16:00:00.000Z"


def test_seconds_fractions_and_bare_dates_are_read() -> None:
    assert moments("AT7*X4*NS***20260107*12003050*GM~")[0] == "2026-01-07T12:00:30.500Z"
    assert moments("AT7*X4*NS***20260107~")[1] == "2026-01-07"


@pytest.mark.parametrize("time", ["2460", "99", "noon"])
def test_a_time_that_is_none_leaves_the_date_and_is_told(time: str) -> None:
    told = read_x12(x12_of(f"AT7*X4*NS***20260107*{time}*ET~"))

    assert told.events[0].members["occurred_at"] == "2026-01-07"
    assert "no time" in told.warnings[0]


def test_a_longitude_with_a_minus_and_a_w_is_negated_once() -> None:
    (event,) = read_x12(x12_of("AT7*X6*NS***20260301*0544*CT~MS1****-97.25*31.5*W*N~")).events

    assert event.members["data"]["location"] == {"lat": 31.5, "lon": -97.25}


@pytest.mark.parametrize(
    ("text", "direction", "expected"),
    [
        ("0971500", "W", -97.25),
        ("0313000", "N", 31.5),
        ("0971500.0", "W", -97.25),
        ("97.25", "W", -97.25),
        ("-97.25", "", -97.25),
        ("97.25", "", 97.25),
        ("-97.25", "E", None),
        ("north", "N", None),
    ],
)
def test_degrees_are_read_in_both_forms(text: str, direction: str, expected: float | None) -> None:
    assert degrees(text, direction) == expected


def data_of(at7: str) -> Json:
    return only(read_x12(x12_of(at7)))["data"]


@pytest.mark.parametrize(
    ("at7", "expected"),
    [
        ("AT7*D1*NS***20260301*1200*CT~", {"milestone": "delivered"}),
        ("AT7*X1*NS***20260301*1200*CT~", {"milestone": "out_for_delivery", "substatus": "approaching"}),
        (
            "AT7*AH*B1***20260301*1200*CT~",
            {
                "milestone": "delivery_attempted",
                "substatus": "business_closed",
                "reason": "delayed_announced",
                "party": "recipient",
            },
        ),
        ("AT7*SD*AO***20260301*1200*CT~", {"reason": "delayed_announced", "party": "weather"}),
        ("AT7*SD*AS***20260301*1200*CT~", {"reason": "customs_hold", "party": "customs"}),
        ("AT7*D1*AI***20260301*1200*CT~", {"milestone": "delivered"}),
        (
            "AT7*D1*AK***20260301*1200*CT~",
            {"milestone": "delivered", "reason": "damaged", "party": "carrier"},
        ),
        ("AT7*CD*NS***20260301*1200*CT~", {}),
        ("AT7*ZZ*NS***20260301*1200*CT~", {"milestone": "unknown"}),
    ],
    ids=[
        "delivered",
        "only arrived",
        "closed",
        "weather",
        "customs",
        "late, but there",
        "broken",
        "paper",
        "new",
    ],
)
def test_status_and_reason_are_read_by_code(at7: str, expected: Json) -> None:
    assert data_of(at7) == expected


def test_every_word_of_the_tables_is_one_of_the_vocabulary() -> None:
    conditions = {str(each) for each in Condition} | {None}

    for code, meaning in x12_214.STATUSES.items():
        assert meaning.milestone is None or meaning.milestone in set(Milestone), code
        assert meaning.substatus in {*SUBSTATUSES.get(meaning.milestone or "", ()), None}, code
        assert meaning.reason in conditions, code
        assert meaning.party in PARTIES, code
    for why, reason in x12_214.REASONS.items():
        assert reason.reason in conditions, why
        assert reason.party in PARTIES, why
        assert reason.attempt in {*SUBSTATUSES["delivery_attempted"], None}, why


@pytest.mark.parametrize(
    ("at7", "to", "cause"),
    [
        ("AT7*AG*NS***20260304*1700*ET~", "2026-03-04T22:00:00.000Z", "X12 1650 AG"),
        ("AT7*X2*NS***20260304*1700~", "2026-03-04", "X12 1650 X2"),
        ("AT7*B6*NS***20260304~", "2026-03-04", "X12 1650 B6"),
        ("AT7***AB*NA*20260304*0900*CT~", "2026-03-04T15:00:00.000Z", "X12 1652 AB"),
        ("AT7***X9*NA*20260304*0900*CT~", "2026-03-04T15:00:00.000Z", "X12 1652 X9"),
    ],
)
def test_estimates_and_appointments_are_no_scans(at7: str, to: str, cause: str) -> None:
    told = read_x12(x12_of(X4, at7))

    assert [event.members["type"] for event in told.events] == ["ScanRecorded", "DeliveryDateRevised"]
    assert told.events[1].members["data"] == {"kind": "carrier_estimate", "to": to, "cause": cause}
    # dated by what is known with it: asked again it is the same
    assert told.events[1].members["occurred_at"] == "2026-03-01T22:15:00"
    assert told.events[1].members["zone"] == "America/Chicago"


def test_an_estimate_alone_is_dated_by_its_group() -> None:
    (event,) = read_x12(x12_of("AT7*AG*NS***20260304*1700*ET~")).events

    assert event.members["occurred_at"] == "2026-03-02T09:00:00"


@pytest.mark.parametrize("at7", ["AT7***AA*NA*20260304*0900*CT~", "AT7*C1*NS***20260304*0900*CT~"])
def test_times_to_come_that_are_not_of_the_delivery_are_left_out_and_named(at7: str) -> None:
    told = read_x12(x12_of(at7))

    assert told.events == ()
    assert at7[:-1] in told.warnings[0]


def test_a_line_of_one_package_speaks_of_it() -> None:
    lines = (f"LX*{n}~{X4}MAN*GM*0003404{n}~" for n in (1, 2))

    told = read_x12(x12_of(*lines))

    assert [event.members["data"]["piece"] for event in told.events] == ["00034041", "00034042"]


@needs_shared_data
def test_the_shared_interchanges_say_what_was_read_of_them() -> None:
    real = [row for row in rows("shared-edi.jsonl.gz") if row["standard"].startswith("X12")]
    assert len(real) == 3

    for row in real:
        told = read_x12(row["raw"])
        assert told.warnings == ()
        seen = [check_event(event.members, zone_inferred=event.zone_inferred) for event in told.events]
        assert [event.number for event in seen] == [row["expected"]["pro"]]
        for event, expected in zip(seen, row["expected"]["events"], strict=True):
            location = event.data["location"]
            assert event.moment.occurred_at == expected["utc"].replace("Z", ".000Z")
            assert (event.moment.occurred_local or "").startswith(expected["local"])
            assert (event.raw or {})["code"] == expected["code"]
            assert location.get("city") == expected["city"]
            assert location.get("region") == expected["state"]
            assert (location.get("lat"), location.get("lon")) == (expected.get("lat"), expected.get("lon"))

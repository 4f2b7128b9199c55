"""EDIFACT IFTSTA: numbers, times and zones, places, and which list a code is from; a real interchange."""

import pytest

from schemas.vocabulary import SUBSTATUSES, Condition, Milestone
from services.ingest.codebooks import iftsta as book
from tests.carriers.interchanges import (
    ARRIVED,
    DELIVERED,
    PARTIES,
    UNB,
    Json,
    codes,
    iftsta_of,
    moment,
    only,
    read_iftsta,
)
from tests.carriers.shared import needs_shared_data, rows

DTM = "DTM+334:202603011415:203'"
EANCOM_97 = "D:96A:UN:EAN002"


def data_of(sts: str, *, directory: str = "D:01B:UN") -> Json:
    told = only(read_iftsta(iftsta_of(sts, DTM, directory=directory)))
    return {name: value for name, value in told["data"].items() if name != "location"}


def test_a_status_becomes_a_scan() -> None:
    told = read_iftsta(iftsta_of(ARRIVED, "FTX+AAI+++GATE 4:WEST'"))

    assert told.warnings == ()
    assert only(told) == {
        "type": "ScanRecorded",
        "carrier": "edi",
        "tracking_number": "AB12",
        "occurred_at": "2026-03-01T14:15:00",
        "raw": {
            "code": "1",
            "text": "GATE 4 WEST",
            "time": "202603011415",
            "codelist": "UN 4405",
            "codelist_version": "D.01B",
        },
        "data": {
            "milestone": "in_transit",
            "substatus": "hub_arrived",
            "location": {"city": "HAMBURG", "country": "DE", "facility_id": "DEHAM"},
        },
    }


@pytest.mark.parametrize(
    ("dtm", "utc", "local"),
    [
        ("DTM+334:20260301:102'", None, "2026-03-01"),
        ("DTM+334:202603011415:203'", None, "2026-03-01T14:15:00.000"),
        ("DTM+334:20260301141530:204'", None, "2026-03-01T14:15:30.000"),
        ("DTM+334:202603011415GMT:303'", "2026-03-01T14:15:00.000Z", "2026-03-01T14:15:00.000"),
        ("DTM+334:202603011415+01:303'", "2026-03-01T13:15:00.000Z", "2026-03-01T14:15:00.000"),
        ("DTM+334:202603011415+0530:205'", "2026-03-01T08:45:00.000Z", "2026-03-01T14:15:00.000"),
        ("DTM+334:20260301141530EST:304'", "2026-03-01T19:15:30.000Z", "2026-03-01T14:15:30.000"),
        ("DTM+334:202603011415'", None, "2026-03-01T14:15:00.000"),
    ],
)
def test_a_time_has_the_zone_that_its_format_says_and_no_other(dtm: str, utc: str | None, local: str) -> None:
    # the place has one zone only, and names none for the time
    text = iftsta_of("STS+1+1'", dtm.replace("+01:", "?+01:").replace("+0530:", "?+0530:"), "LOC+14+DEHAM'")

    (event,) = read_iftsta(text).events

    assert (moment(event).occurred_at, moment(event).occurred_local) == (utc, local)


def test_a_zone_that_nobody_defines_leaves_the_time_local_and_is_told() -> None:
    told = read_iftsta(iftsta_of("STS+1+1'DTM+334:202603011415XYZ:303'"))

    assert only(told)["occurred_at"] == "2026-03-01T14:15:00"
    assert any("'XYZ'" in warning for warning in told.warnings)


@pytest.mark.parametrize(
    "dtm", ["", "DTM+334:tomorrow:203'", "DTM+334:20261301:102'", "DTM+137:20260301:102'"]
)
def test_a_status_without_a_readable_time_is_undated_and_told(dtm: str) -> None:
    told = read_iftsta(iftsta_of(f"STS+1+1'{dtm}"))

    assert "occurred_at" not in only(told)
    assert told.warnings


@pytest.mark.parametrize(
    ("sts", "directory", "expected"),
    [
        ("STS+1+13'", "D:00B:UN", {"milestone": "picked_up", "substatus": "collected"}),
        ("STS+1+31'", "D:10B:UN", {"milestone": "in_transit"}),
        ("STS+1+21'", "D:07B:UN", {"milestone": "delivered"}),
        (
            "STS+1+49'",
            "D:01B:UN",
            {"milestone": "lost", "substatus": "carrier_declared", "party": "carrier"},
        ),
        ("STS+1+55'", "D:97A:UN", {"milestone": "info_received", "substatus": "pickup_failed"}),
        ("STS+1+54'", EANCOM_97, {"milestone": "info_received", "substatus": "pickup_failed"}),
        ("STS+1+76E::9'", "D:01B:UN:EAN004", {"milestone": "info_received", "substatus": "pickup_failed"}),
        ("STS+1+999'", "D:01B:UN", {"milestone": "unknown"}),
        ("STS+1+21::86'", "D:01B:UN", {"milestone": "unknown"}),
    ],
    ids=[
        "collected",
        "under way",
        "delivered",
        "lost",
        "UN 55",
        "EANCOM 54",
        "GS1's",
        "new",
        "a carrier's own",
    ],
)
def test_a_status_means_what_its_list_says(sts: str, directory: str, expected: Json) -> None:
    assert data_of(sts, directory=directory) == expected


def test_customs_refusal_is_13_for_the_un_and_17_for_eancom_97() -> None:
    refused = {
        "milestone": "delivery_attempted",
        "reason": "customs_hold",
        "party": "customs",
    }

    assert data_of("STS+1+56+13'", directory="D:97A:UN") == refused
    assert data_of("STS+1+55+17'", directory=EANCOM_97) == refused
    # the UN's 17 is a late departure
    assert data_of("STS+1+56+17'", directory="D:97A:UN")["reason"] == "delayed_announced"


def test_agency_and_version_are_kept_with_the_code() -> None:
    told = only(read_iftsta(iftsta_of("STS+1+KX4:55:87'", DTM, directory=EANCOM_97)))

    assert told["raw"]["code"] == "KX4:55:87"
    assert told["raw"]["codelist"] == "87 55"
    assert told["raw"]["codelist_version"] == "D.96A EAN002"


def test_the_first_reason_we_know_counts_and_an_unknown_one_is_told() -> None:
    assert data_of("STS+1+56+999+7'")["substatus"] == "business_closed"

    told = read_iftsta(iftsta_of("STS+1+56+999'", DTM))

    assert any("'999' is no reason code" in warning for warning in told.warnings)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("1:D1:000", {"milestone": "delivered"}),
        ("1:O1:000", {"milestone": "picked_up"}),
        ("1:E1:101", {"reason": "on_hold"}),
        ("1:Z9:101", {"milestone": "unknown"}),
    ],
)
def test_ups_writes_its_record_type_into_the_category(code: str, expected: Json) -> None:
    body = f"BGM+23:UPS::QVD+O4'RFF+CW:1Z999'CNI+1'LOC+14+:::BRNO+:::CZ'STS+{code}'DTM+78:20260301141530:204'"

    told = only(read_iftsta(f"{UNB}UNH+1+IFTSTA:D:07B:UN'{body}UNT+8+1'UNZ+1+77'"))

    assert told["tracking_number"] == "1Z999"
    assert told["raw"]["code"] == code
    assert told["raw"]["codelist"] == "UPS QVD"
    assert told["data"] == expected | {"location": {"city": "BRNO", "country": "CZ"}}


def test_every_word_of_the_tables_is_one_of_the_vocabulary() -> None:
    conditions = {str(each) for each in Condition} | {None}
    tables = {**book.STATUSES, **book.EANCOM_STATUSES, **book.UPS_STATUSES}

    for code, meaning in tables.items():
        assert meaning.milestone is None or meaning.milestone in set(Milestone), code
        assert meaning.substatus in {*SUBSTATUSES.get(meaning.milestone or "", ()), None}, code
        assert (meaning.reason in conditions, meaning.party in PARTIES) == (True, True), code
    for why, reason in {**book.REASONS, **book.EANCOM_REASONS}.items():
        assert (reason.reason in conditions, reason.party in PARTIES) == (True, True), why
        assert reason.attempt in {*SUBSTATUSES["delivery_attempted"], None}, why


@pytest.mark.parametrize(
    ("body", "number", "piece"),
    [
        ("CNI+1+AB12'STS+1+1'RFF+CU:ORDER'", "AB12", None),
        ("CNI+1+AB12'STS+1+1'RFF+CW:BOX1'", "AB12", "BOX1"),
        ("CNI+1+AB12'STS+1+1'GIN+BJ+00340434161094042557'", "AB12", "00340434161094042557"),
        ("CNI+1+AB12'STS+1+1'GIN+BJ+0034'GIN+BJ+0035'", "AB12", None),
        ("CNI+1'RFF+CN:CAR1'STS+1+1'", "CAR1", None),
        ("RFF+CW:BOX1'CNI+1'RFF+CN:CAR1'STS+1+1'RFF+AAM:WAY1'", "WAY1", None),
        ("RFF+CU:ORDER'RFF+CW:BOX1'CNI+1'STS+1+1'", "BOX1", None),
    ],
    ids=[
        "in CNI",
        "a package",
        "an SSCC",
        "all packages",
        "its reference",
        "the nearest",
        "the message's best",
    ],
)
def test_the_parcel_has_the_consignments_number_or_the_nearest(
    body: str, number: str, piece: str | None
) -> None:
    text = f"{UNB}UNH+1+IFTSTA:D:01B:UN'{body}{DTM}UNT+{body.count(chr(39)) + 3}+1'UNZ+1+77'"

    told = read_iftsta(text)

    assert told.warnings == ()
    assert (only(told)["tracking_number"], only(told)["data"].get("piece")) == (number, piece)


def test_a_status_without_any_number_is_left_out_and_named() -> None:
    told = read_iftsta(f"{UNB}UNH+1+IFTSTA:D:01B:UN'CNI+1'STS+1+1'{DTM}UNT+5+1'UNZ+1+77'")

    assert told.events == ()
    assert any("names no parcel" in warning for warning in told.warnings)


def test_several_consignments_and_statuses_are_each_read() -> None:
    told = read_iftsta(iftsta_of(ARRIVED, DELIVERED, "CNI+2+CD34'", ARRIVED))

    assert [(event.members["tracking_number"], event.members["raw"]["code"]) for event in told.events] == [
        ("AB12", "1"),
        ("AB12", "21"),
        ("CD34", "1"),
    ]


@pytest.mark.parametrize(
    ("qualifier", "kind"),
    [("17", "carrier_estimate"), ("69", "carrier_promised"), ("191", "carrier_estimate")],
)
def test_a_delivery_date_is_no_scan(qualifier: str, kind: str) -> None:
    told = read_iftsta(iftsta_of(ARRIVED, f"DTM+{qualifier}:20260304:102'"))

    assert [event.members["type"] for event in told.events] == ["ScanRecorded", "DeliveryDateRevised"]
    assert told.events[1].members["data"] == {"kind": kind, "to": "2026-03-04"}
    assert told.events[1].members["occurred_at"] == "2026-03-01T14:15:00"


@pytest.mark.parametrize(
    ("locations", "expected"),
    [
        (
            "LOC+5+DEHAM'LOC+14+DEBER:139:6:BERLIN'",
            {"city": "BERLIN", "country": "DE", "facility_id": "DEBER"},
        ),
        ("LOC+5+:::WIEN+:::AT'", {"city": "WIEN", "country": "AT"}),
        ("LOC+14+D4:SIT:86:DEPOT 4+BY'", {"city": "DEPOT 4", "country": "BY", "facility_id": "D4"}),
        ("LOC+14+:::GRAZ+:::STEIERMARK'", {"city": "GRAZ", "region": "STEIERMARK"}),
        ("LOC+5+DEHAM'LOC+8+DEBER'", None),
    ],
    ids=["of the goods", "the only one", "a depot", "a region", "one of two"],
)
def test_a_place_is_where_the_goods_are(locations: str, expected: Json | None) -> None:
    told = only(read_iftsta(iftsta_of("STS+1+1'", DTM, locations)))

    assert told["data"].get("location") == expected


@needs_shared_data
def test_the_shared_interchange_says_what_was_read_of_it() -> None:
    (row,) = [row for row in rows("shared-edi.jsonl.gz") if row["standard"].startswith("EDIFACT")]

    told = read_iftsta(row["raw"])

    assert told.warnings == ()
    assert codes(told) == [expected["sts"] for expected in row["expected"]["events"]]
    for event, expected in zip(told.events, row["expected"]["events"], strict=True):
        # a local time: neither the place nor the header has a zone for it
        assert (moment(event).occurred_at, moment(event).tz_confidence) == (None, "unknown")
        assert moment(event).occurred_local == f"{expected['local']}.000"
        assert event.members["tracking_number"] == expected["tracking_number"]
        assert event.members["data"]["location"] == {"city": expected["city"], "country": expected["country"]}

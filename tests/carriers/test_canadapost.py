"""Canada Post: zones beside times, identifiers, signatures, expected dates."""

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.canadapost import CanadaPost
from tests.carriers.told import envelopes, ids, line


def occurrence(code: str, date: str, time: str, zone: str = "", **others: str) -> str:
    members = {
        "site": "QUEBEC",
        "province": "QC",
        "description": "Wording",
        "retail-location-id": "",
    } | others
    signed = members.pop("signatory", "")
    rest = "".join(f"<event-{name}>{value}</event-{name}>" for name, value in members.items())
    return (
        f"<occurrence><event-identifier>{code}</event-identifier><event-date>{date}</event-date>"
        f"<event-time>{time}</event-time><event-time-zone>{zone}</event-time-zone>"
        f"<signatory-name>{signed}</signatory-name>{rest}</occurrence>"
    )


def detail(*occurrences: str, expected: str = "", pin: str = "7000000000000001") -> str:
    return (
        f'<tracking-detail xmlns="http://www.canadapost.ca/ws/track"><pin>{pin}</pin><changed-expected-date/>'
        f"<expected-delivery-date>{expected}</expected-delivery-date>"
        f"<significant-events>{''.join(occurrences)}</significant-events></tracking-detail>"
    )


PARCEL = (
    occurrence("1496", "2026-02-03", "11:59:59", "EST"),
    occurrence("20", "2026-02-03", "11:59:59", "EST", signatory="A READER"),
    occurrence("0173", "2026-02-02", "06:19:57", "EDT"),
    occurrence("3000", "2026-02-01", "16:56:50"),
    occurrence("9999", "2026-02-01", "17:00:00", "MST"),
)


def test_canada_post_reads_zones_beside_the_time_and_infers_them_where_there_is_none() -> None:
    found = envelopes(CanadaPost(), detail(*PARCEL))

    address, announced = ("in_transit", "address_issue", "sender"), ("info_received", "manifest_received")
    assert [line(each) for each in found] == [
        ("2026-02-03T16:59:59", "2026-02-03T11:59:59", "exact", "1496", ("delivered",)),
        ("2026-02-03T16:59:59", "2026-02-03T11:59:59", "exact", "20", ()),
        ("2026-02-02T10:19:57", "2026-02-02T06:19:57", "exact", "0173", address),
        ("2026-02-01T21:56:50", "2026-02-01T16:56:50", "location_inferred", "3000", announced),
        ("2026-02-02T00:00:00", "2026-02-01T17:00:00", "exact", "9999", ("unknown",)),
    ]


def test_an_abbreviation_that_nobody_knows_leaves_the_time_local() -> None:
    foreign = occurrence("4600", "2026-05-02", "15:49:00", "ISRAEL", site="02650,Israel", province="")

    (found,) = envelopes(CanadaPost(), detail(foreign))

    assert line(found)[:3] == ("", "2026-05-02T15:49:00", "unknown")


def test_who_signed_stands_on_the_delivery_only() -> None:
    found = envelopes(CanadaPost(), detail(*PARCEL))

    proofs = {each["raw"]["code"]: each["data"].get("proof") for each in found}
    assert proofs == {"1496": {"signed_by": "A READER"}, "20": None, "0173": None, "3000": None, "9999": None}


@pytest.mark.parametrize("code", ["174", "0174", "00174"])
def test_leading_zeros_do_not_change_what_an_identifier_means(code: str) -> None:
    (found,) = envelopes(CanadaPost(), detail(occurrence(code, "2026-02-03", "08:00:00", "EST")))

    assert (found["raw"]["code"], found["data"]["milestone"]) == (code, "out_for_delivery")


def test_an_expected_date_is_a_revision_dated_by_the_newest_scan_even_when_it_is_years_older() -> None:
    *_, found = envelopes(CanadaPost(), detail(*PARCEL, expected="2019-04-05"))

    assert found["type"] == "DeliveryDateRevised"
    assert found["data"] == {"kind": "carrier_estimate", "to": "2019-04-05"}
    assert found["occurred_at"] == "2026-02-03T16:59:59.000Z"


def test_a_facility_code_keeps_two_scans_of_one_second_apart() -> None:
    same = [
        occurrence("0100", "2026-02-03", "08:00:00", "EST", **{"retail-location-id": office})
        for office in ("0001", "0002", "0001")
    ]

    found = envelopes(CanadaPost(), detail(*same))

    assert [each["data"]["location"]["facility_id"] for each in found] == ["0001", "0002"]


def test_canada_posts_messages_are_errors_and_no_events() -> None:
    answer = (
        "<messages><message><code>004</code><description>No Pin History</description></message></messages>"
    )

    for payload in (answer, f"<wrapper>{answer}</wrapper>"):
        parsed = CanadaPost().parse(payload.encode())
        assert (parsed.events, parsed.errors) == ((), (CarrierError("004", "No Pin History"),))


def test_order_wording_places_and_deliveries_do_not_change_identity() -> None:
    once = ids(CanadaPost(), detail(*PARCEL))
    moved = [each.replace("Wording", "Words").replace("QUEBEC", "LEVIS") for each in PARCEL]

    assert ids(CanadaPost(), detail(*reversed(PARCEL))) == once
    assert ids(CanadaPost(), detail(*PARCEL, *PARCEL)) == once
    assert ids(CanadaPost(), detail(*moved)) == once
    assert sorted(ids(CanadaPost(), detail(*PARCEL[:2])) + ids(CanadaPost(), detail(*PARCEL[2:]))) == once


def test_a_detail_without_a_pin_is_told_as_a_defect() -> None:
    parsed = CanadaPost().parse(detail(*PARCEL, pin="").encode())

    assert (parsed.events, len(parsed.warnings)) == ((), 1)


def test_a_time_that_is_none_leaves_the_scan_undated_and_is_told() -> None:
    parsed = CanadaPost().parse(detail(occurrence("1496", "2026-02-30", "11:59:59", "EST")).encode())

    assert "occurred_at" not in parsed.events[0].members
    assert parsed.warnings == ("no time: '2026-02-30 11:59:59 EST'",)

"""DHL Express as XML: checkpoints of waybills and pieces, offsets, estimates, errors."""

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.dhl_express import DhlExpress
from tests.carriers.told import envelopes, ids, line

_AREAS = {"OSL": "Oslo - Norway", "CVG": "CINCINNATI HUB,OH-USA", "ZZZ": "Somewhere Else"}


def event(
    code: str,
    time: str,
    area: str = "OSL",
    *,
    name: str = "ShipmentEvent",
    signatory: str = "",
    extra: str = "",
) -> str:
    date, clock = time.split(" ")
    place = f"<ServiceAreaCode>{area}</ServiceAreaCode><Description>{_AREAS.get(area, area)} </Description>"
    return (
        f"<{name}><Date>{date}</Date><Time>{clock}</Time>{extra}<ServiceEvent><EventCode>{code}</EventCode>"
        f"<Description>Words of {code}</Description></ServiceEvent><Signatory>{signatory}</Signatory>"
        f"<ServiceArea>{place}</ServiceArea></{name}>"
    )


def waybill(*inner: str, number: str = "1000000001") -> str:
    return (
        f"<AWBInfo><AWBNumber>{number}</AWBNumber><Status><ActionStatus>success</ActionStatus></Status>"
        f"<ShipmentInfo>{''.join(inner)}</ShipmentInfo></AWBInfo>"
    )


def answer(*inner: str) -> str:
    return f'<req:TrackingResponse xmlns:req="http://www.dhl.com">{"".join(inner)}</req:TrackingResponse>'


def piece(plate: str, *events: str) -> str:
    details = f"<PieceDetails><LicensePlate>{plate}</LicensePlate></PieceDetails>"
    return f"<PieceInfo>{details}{''.join(events)}</PieceInfo>"


def test_a_waybill_is_told_in_local_times_that_its_service_areas_place() -> None:
    told = answer(
        waybill(
            event("PU", "2026-03-02 16:05:00", signatory="900000001"),
            event("DF", "2026-03-02 23:50:00", "CVG"),
            event("RW", "2026-03-03 01:00:00", "ZZZ", signatory="21.20"),
            event("OK", "2026-03-04 10:15:00", signatory="A READER"),
        )
    )

    found = envelopes(DhlExpress(), told)

    assert [line(each) for each in found] == [
        ("2026-03-02T15:05:00", "2026-03-02T16:05:00", "location_inferred", "PU", ("picked_up", "collected")),
        (
            "2026-03-03T04:50:00",
            "2026-03-02T23:50:00",
            "location_inferred",
            "DF",
            ("in_transit", "hub_departed"),
        ),
        ("", "2026-03-03T01:00:00", "unknown", "RW", ()),
        ("2026-03-04T09:15:00", "2026-03-04T10:15:00", "location_inferred", "OK", ("delivered",)),
    ]
    assert [each["data"].get("proof") for each in found] == [None, None, None, {"signed_by": "A READER"}]
    assert [each["data"]["location"] for each in found[:3]] == [
        {"city": "Oslo", "country": "NO", "facility_id": "OSL"},
        {"city": "CINCINNATI HUB", "region": "OH", "country": "US", "facility_id": "CVG"},
        {"city": "Somewhere Else", "facility_id": "ZZZ"},
    ]


def test_a_checkpoint_with_its_offset_is_exact() -> None:
    told = answer(waybill(event("AF", "2026-03-02 22:00:00", "ZZZ", extra="<GMTOffset>-05:00</GMTOffset>")))

    (found,) = envelopes(DhlExpress(), told)

    arrived = ("in_transit", "hub_arrived")
    assert line(found) == ("2026-03-03T03:00:00", "2026-03-02T22:00:00", "exact", "AF", arrived)


def test_checkpoints_of_pieces_carry_their_licence_plates_and_those_of_the_waybill_none() -> None:
    same = "2026-03-04 10:15:00"
    told = answer(
        waybill(
            event("OK", same),
            piece("JD01", event("OK", same, name="PieceEvent")),
            piece("JD02", event("NH", same, name="PieceEvent"), event("OK", same, name="PieceEvent")),
        )
    )

    found = envelopes(DhlExpress(), told)

    assert [(each["data"].get("piece"), each["raw"]["code"]) for each in found] == [
        (None, "OK"),
        ("JD01", "OK"),
        ("JD02", "NH"),
        ("JD02", "OK"),
    ]
    assert {each["shipment"] for each in found} == {"dhl_express:1000000001"}


def test_a_soap_answer_whose_lists_are_called_like_their_entries_is_read_too() -> None:
    listed = event("WC", "2026-03-04 08:00:00", name="ArrayOfShipmentEventItem")
    told = (
        "<Envelope><Body><AWBInfo><ArrayOfAWBInfoItem><AWBNumber>1000000001</AWBNumber><ShipmentInfo>"
        f"<ShipmentEvent>{listed}</ShipmentEvent></ShipmentInfo></ArrayOfAWBInfoItem></AWBInfo></Body></Envelope>"
    )

    (found,) = envelopes(DhlExpress(), told)

    assert (found["shipment"], found["raw"]["code"]) == ("dhl_express:1000000001", "WC")


@pytest.mark.parametrize(
    ("estimate", "to"),
    [
        ("<EstDlvyDate>2026-03-05 23:59:00 GMT-04:00</EstDlvyDate>", "2026-03-06T03:59:00.000Z"),
        (
            "<EstDlvyDate>2026-03-05 23:59:00</EstDlvyDate>"
            "<EstDlvyDateUTC>2026-03-06 03:59:00</EstDlvyDateUTC>",
            "2026-03-06T03:59:00.000Z",
        ),
        ("<EstDlvyDate>2026-03-05 23:59:00</EstDlvyDate>", "2026-03-05"),
        # a twin that contradicts the offset proves neither
        (
            "<EstDlvyDate>2026-03-05 23:59:00 GMT-04:00</EstDlvyDate>"
            "<EstDlvyDateUTC>2026-03-06 01:59:00</EstDlvyDateUTC>",
            "2026-03-05",
        ),
    ],
    ids=["an offset", "a twin", "neither", "both, at odds"],
)
def test_an_estimate_is_as_certain_as_it_is_stated_and_dated_by_the_newest_checkpoint(
    estimate: str, to: str
) -> None:
    newer, older = event("DF", "2026-03-03 01:00:00", "ZZZ"), event("PU", "2026-03-02 16:00:00", "ZZZ")

    revision = envelopes(DhlExpress(), answer(waybill(newer, older, estimate)))[-1]

    assert revision["data"] == {"kind": "carrier_estimate", "to": to}
    assert revision["occurred_local"] == "2026-03-03T01:00:00.000"


def test_an_unknown_checkpoint_is_unknown_and_counted() -> None:
    (found,) = DhlExpress().parse(answer(waybill(event("QX", "2026-03-02 16:00:00"))).encode()).events

    assert (found.members["data"]["milestone"], found.known) == ("unknown", False)


def test_waybills_not_found_are_errors_beside_those_found() -> None:
    missing = (
        "<AWBInfo><AWBNumber/><Status><ActionStatus>No Shipments Found</ActionStatus><Condition>"
        "<ConditionCode>103</ConditionCode><ConditionData>No\n  shipments</ConditionData></Condition>"
        "</Status></AWBInfo>"
    )

    parsed = DhlExpress().parse(answer(missing, waybill(event("PU", "2026-03-02 16:00:00"))).encode())

    assert (len(parsed.events), parsed.errors) == (1, (CarrierError("103", "No shipments"),))


def test_checkpoints_without_a_waybill_number_are_not_left_out_in_silence() -> None:
    parsed = DhlExpress().parse(answer(waybill(event("PU", "2026-03-02 16:00:00"), number="")).encode())

    assert (parsed.events, len(parsed.warnings)) == ((), 2)


def test_another_order_other_words_and_other_towns_are_the_same_facts() -> None:
    first, second = event("PU", "2026-03-02 16:00:00"), event("DF", "2026-03-02 16:00:00")
    changed = second.replace("Words of", "Mots de").replace("Oslo - Norway", "Drammen - Norway")

    known = ids(DhlExpress(), answer(waybill(first, second)))

    assert ids(DhlExpress(), answer(waybill(changed, first))) == known
    halves = [ids(DhlExpress(), answer(waybill(each))) for each in (first, second)]
    assert sorted(halves[0] + halves[1]) == known


def test_one_fact_told_twice_is_one_and_at_another_facility_it_is_another() -> None:
    once = event("AF", "2026-03-02 16:00:00")

    assert len(envelopes(DhlExpress(), answer(waybill(once, once)))) == 1
    assert len(envelopes(DhlExpress(), answer(waybill(once, event("AF", "2026-03-02 16:00:00", "CVG"))))) == 2

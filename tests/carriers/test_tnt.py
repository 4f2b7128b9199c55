"""TNT: statuses of consignments, numbers given again, numbers not found."""

from typing import Any

from services.domain.view import view
from services.ingest.carrier import CarrierError
from services.ingest.carriers.tnt import Tnt
from tests.builders import replay
from tests.carriers.told import Json, envelopes, ids, line


def status(code: str, date: str, time: str, depot: str = "OSL", *, text: str = "Words") -> str:
    return (
        f"<StatusData><StatusCode>{code}</StatusCode><StatusDescription><![CDATA[{text}]]></StatusDescription>"
        f'<LocalEventDate format="YYYYMMDD">{date}</LocalEventDate>'
        f'<LocalEventTime format="HHMM">{time}</LocalEventTime>'
        f"<Depot>{depot}</Depot><DepotName>\n <![CDATA[{depot.title()}]]>\n</DepotName></StatusData>"
    )


def consignment(*statuses: str, origin: str = "OSL", number: str = "100000004", summary: str = "INT") -> str:
    return (
        f'<Consignment access="public"><ConsignmentNumber>{number}</ConsignmentNumber>'
        f"<OriginDepot>{origin}</OriginDepot><Signatory><![CDATA[a reader]]></Signatory>"
        f"<SummaryCode>{summary}</SummaryCode>{''.join(statuses)}</Consignment>"
    )


def answer(*inner: str) -> str:
    return f"<TrackResponse>{''.join(inner)}</TrackResponse>"


def test_statuses_are_told_in_local_times_of_their_depots() -> None:
    told = answer(
        consignment(
            status("OK", "20260304", "0841"),
            status("OD", "20260304", "110"),
            status("NR", "20260303", "1652", "QAR"),
            status("PU", "20260302", ""),
            status("QQQ", "20260301", "0900"),
        )
    )

    found = envelopes(Tnt(), told)

    assert [line(each) for each in found] == [
        ("", "2026-03-04T08:41:00", "unknown", "OK", ("delivered",)),
        ("", "2026-03-04T01:10:00", "unknown", "OD", ("out_for_delivery", "loaded")),
        ("", "2026-03-03T16:52:00", "unknown", "NR", ("in_transit", "delayed_announced", "carrier")),
        ("", "2026-03-02", "unknown", "PU", ("picked_up", "collected")),
        ("", "2026-03-01T09:00:00", "unknown", "QQQ", ("unknown",)),
    ]
    assert [each["data"].get("proof") for each in found[:2]] == [{"signed_by": "a reader"}, None]
    assert found[2]["data"]["location"] == {"city": "Qar", "facility_id": "QAR"}


def test_a_number_given_again_is_two_histories_of_one_shipment() -> None:
    delivered = consignment(status("OK", "20260218", "1020"), origin="FRA")
    moving = consignment(status("OD", "20260219", "0747"), status("CI", "20260201", "1842"), origin="OSL")

    found = envelopes(Tnt(), answer(delivered, moving))

    assert [each["data"]["piece"] for each in found] == ["from FRA", "from OSL", "from OSL"]
    assert {each["shipment"] for each in found} == {"tnt:100000004"}
    # neither history is told by the other's end
    assert milestone(found) == "out_for_delivery"
    assert milestone(found[:1]) == "delivered"


def milestone(found: list[Json]) -> Any:
    """Where a shipment of which this is known stands."""
    logged = [each | {"recorded_at": "2026-03-01T00:00:00.000Z"} for each in found]
    return view(replay(logged))["milestone"]


def test_histories_told_apart_are_the_same_facts_as_told_together() -> None:
    first = consignment(status("OK", "20260218", "1020"), origin="FRA")
    second = consignment(status("OK", "20260218", "1020"), origin="OSL")

    assert sorted(ids(Tnt(), answer(first)) + ids(Tnt(), answer(second))) == ids(Tnt(), answer(second, first))
    assert len(ids(Tnt(), answer(first, second))) == 2


def test_numbers_not_found_are_errors_beside_those_found() -> None:
    missing = consignment(number="100000005", summary="CNF")

    parsed = Tnt().parse(answer(missing, consignment(status("TR", "20260302", "0900"))).encode())

    assert (len(parsed.events), parsed.errors) == (
        1,
        (CarrierError("CNF", "consignment 100000005 not found"),),
    )


def test_a_refusal_makes_no_event() -> None:
    parsed = Tnt().parse(answer("<Error><Code>9000</Code><Message>not you</Message></Error>").encode())

    assert (parsed.events, parsed.errors) == ((), (CarrierError("9000", "not you"),))


def test_a_consignment_without_its_number_is_not_left_out_in_silence() -> None:
    parsed = Tnt().parse(answer(consignment(status("TR", "20260302", "0900"), number="")).encode())

    assert (parsed.events, parsed.warnings[0]) == ((), "a consignment without ConsignmentNumber is left out")


def test_other_words_and_another_order_are_the_same_facts() -> None:
    first, second = status("TR", "20260302", "0900"), status("IS", "20260302", "0900")
    reworded = status("TR", "20260302", "0900", text="Ord").replace("Osl]]", "Oslo]]")

    assert ids(Tnt(), answer(consignment(second, reworded))) == ids(Tnt(), answer(consignment(first, second)))

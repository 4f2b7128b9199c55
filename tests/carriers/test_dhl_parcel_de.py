"""DHL Parcel Germany: ICE events with their reasons, standard events, returns, summaries, errors."""

from typing import Any

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.dhl_parcel_de import DhlParcelDe
from tests.carriers.told import envelopes, ids, line

NUMBER = "00340000000000000018"


def event(ice: str, ric: str, standard: str, time: str = "02.03.2026 16:05", **other: str) -> str:
    attributes = {
        "event-timestamp": time,
        "event-text": "Words",
        "ice": ice,
        "ric": ric,
        "standard-event-code": standard,
        "event-location": "Kassel",
        "event-country": "Germany",
        "ruecksendung": "false",
    } | {name.replace("_", "-"): value for name, value in other.items()}
    written = " ".join(f'{name}="{value}"' for name, value in attributes.items() if value)
    return f'<data name="piece-event" {written}/>'


def piece(*events: str, number: str = NUMBER, **other: str) -> str:
    more = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in other.items())
    listed = f'<data name="piece-event-list" piece-identifier="340000000000000018">{"".join(events)}</data>'
    code = f'piece-code="{number}"' if number else ""
    return f'<data name="piece-shipment" {code} {more}>{listed if events else ""}</data>'


def answer(*pieces: str) -> str:
    listed = f'<data name="piece-shipment-list" code="0">{"".join(pieces)}</data>'
    return f'<?xml version="1.0" encoding="UTF-8"?>{listed}'


def meaning(ice: str, ric: str, standard: str, **other: str) -> tuple[dict[str, Any], bool]:
    (found,) = DhlParcelDe().parse(answer(piece(event(ice, ric, standard, **other))).encode()).events
    names = ("milestone", "substatus", "reason", "party")
    return {each: found.members["data"][each] for each in names if each in found.members["data"]}, found.known


def test_events_are_told_as_event_and_reason_in_german_local_time() -> None:
    told = answer(
        piece(
            event("SHRCU", "PCKST", "ES", "02.03.2026 16:05"),
            event("SRTED", "NRQRD", "PO", "29.03.2026 09:02", event_country="", event_location=""),
            event("DLVRD", "NGHBR", "ZU", "29.03.2026 10:02"),
            recipient_name="A READER",
            recipient_id_text="neighbour",
        )
    )

    found = envelopes(DhlParcelDe(), told)

    dropped, loaded = ("picked_up", "dropped_off"), ("out_for_delivery", "loaded")
    assert [line(each) for each in found] == [
        ("2026-03-02T15:05:00", "2026-03-02T16:05:00", "location_inferred", "SHRCU/PCKST", dropped),
        ("", "2026-03-29T09:02:00", "unknown", "SRTED/NRQRD", loaded),
        (
            "2026-03-29T08:02:00",
            "2026-03-29T10:02:00",
            "location_inferred",
            "DLVRD/NGHBR",
            ("delivered", "neighbour"),
        ),
    ]
    assert found[2]["data"]["proof"] == {"signed_by": "A READER", "relation": "neighbour"}
    assert {each["shipment"] for each in found} == {f"dhl_parcel_de:{NUMBER}"}
    assert [each["data"].get("proof") for each in found[:2]] == [None, None]


@pytest.mark.parametrize(
    ("standard", "said"),
    [
        ("AE", {"milestone": "picked_up", "substatus": "collected"}),
        ("ES", {"milestone": "picked_up", "substatus": "accepted"}),
        ("NB", {"milestone": "in_transit"}),
        ("PO", {"milestone": "out_for_delivery", "substatus": "loaded"}),
        ("XX", {"milestone": "in_transit"}),
    ],
)
def test_a_pair_that_means_several_things_is_settled_by_its_standard_event(standard: str, said: Any) -> None:
    assert meaning("SRTED", "NRQRD", standard) == (said, True)


def test_a_new_reason_leaves_the_event_what_it_is_and_is_counted() -> None:
    assert meaning("NTDEL", "NEWXX", "ZN") == ({"milestone": "delivery_attempted"}, False)
    assert meaning("NEWXX", "NRQRD", "ZN") == ({"milestone": "delivery_attempted"}, False)
    assert meaning("NEWXX", "NRQRD", "XX") == ({"milestone": "unknown"}, False)


def test_without_event_and_reason_the_standard_event_is_the_code() -> None:
    assert meaning("", "", "ZN") == ({"milestone": "delivery_attempted"}, True)
    (found,) = envelopes(DhlParcelDe(), answer(piece(event("", "", "ZN"))))
    assert found["raw"]["code"] == "ZN"


def test_disposed_of_is_not_delivered_whatever_the_standard_event_says() -> None:
    said = {"milestone": "lost", "substatus": "disposed", "party": "recipient"}

    assert meaning("DSPSD", "NTCLM", "ZU") == (said, True)


@pytest.mark.parametrize(
    ("ice", "ric", "said"),
    [
        ("LDTMV", "MVMTV", {"milestone": "returning"}),
        ("NTDEL", "DMGED", {"milestone": "returning", "reason": "damaged", "party": "carrier"}),
        ("DLVRD", "ACCPT", {"milestone": "returned", "substatus": "to_sender"}),
        ("ADVIS", "DLVDT", {}),
    ],
)
def test_on_its_way_back_the_same_events_are_those_of_a_return(ice: str, ric: str, said: Any) -> None:
    assert meaning(ice, ric, "XX", ruecksendung="true") == (said, True)


def test_each_piece_is_a_shipment_of_its_own() -> None:
    told = answer(piece(event("PCKDU", "PUBCR", "AE")), piece(event("PCKDU", "PUBCR", "AE"), number="JJD01"))

    numbers = [each["shipment"] for each in envelopes(DhlParcelDe(), told)]

    assert numbers == [f"dhl_parcel_de:{NUMBER}", "dhl_parcel_de:JJD01"]


def test_a_list_of_events_alone_belongs_to_the_printed_number() -> None:
    alone = piece(event("PCKDU", "PUBCR", "AE"), number="")

    assert ids(DhlParcelDe(), alone) == ids(DhlParcelDe(), answer(piece(event("PCKDU", "PUBCR", "AE"))))


def test_a_piece_told_without_its_events_is_told_by_its_newest_one() -> None:
    newest = {
        "status_timestamp": "02.03.2026 16:05",
        "ice": "PCKDU",
        "ric": "PUBCR",
        "standard_event_code": "AE",
    }

    summary = ids(DhlParcelDe(), answer(piece(**newest)))

    assert summary == ids(DhlParcelDe(), answer(piece(event("PCKDU", "PUBCR", "AE"))))
    assert len(ids(DhlParcelDe(), answer(piece(event("SHRCU", "NRQRD", "ES"), **newest)))) == 1


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ('<data name="piece-shipment-list" code="100" error="no data"/>', CarrierError("100", "no data")),
        (
            '<data name="piece-status-public-list" code="0"><data name="piece-status-public" '
            'error-status="5" piece-status-desc="login failed"/></data>',
            CarrierError("5", "login failed"),
        ),
    ],
    ids=["the answer", "a piece of it"],
)
def test_errors_make_no_event(told: str, error: CarrierError) -> None:
    parsed = DhlParcelDe().parse(told.encode())

    assert (parsed.events, parsed.errors) == ((), (error,))


def test_an_event_without_a_number_is_not_left_out_in_silence() -> None:
    parsed = DhlParcelDe().parse(answer(event("PCKDU", "PUBCR", "AE")).encode())

    assert (parsed.events, parsed.warnings[0]) == ((), "an event of a piece without its number is left out")


def test_an_answer_in_another_language_and_order_is_the_same_facts() -> None:
    first = event("PCKDU", "PUBCR", "AE")
    second = event("LDTMV", "MVMTV", "AA", "02.03.2026 18:00")
    german = second.replace("Words", "Worte").replace("Germany", "Deutschland").replace("Kassel", "Cassel")

    assert ids(DhlParcelDe(), answer(piece(german, first))) == ids(
        DhlParcelDe(), answer(piece(first, second))
    )


def test_the_answers_of_the_unified_tracking_are_read_too() -> None:
    told = (
        '{"shipments":[{"id":"00340000000000000018","service":"parcel-de","events":'
        '[{"timestamp":"2026-03-02T16:05:00","statusCode":"transit","status":"ZN"}]}]}'
    )

    (found,) = envelopes(DhlParcelDe(), told)

    assert found["shipment"] == f"dhl_parcel_de:{NUMBER}"
    assert line(found) == ("", "2026-03-02T16:05:00", "unknown", "transit", ("delivery_attempted",))

"""DHL Parcel Poland: events as DHL24's web service answers, faults."""

from services.ingest.carrier import CarrierError
from services.ingest.carriers.dhl_poland import DhlPoland
from tests.carriers.told import envelopes, ids, line


def item(status: str, time: str, *, text: str = "Opis", terminal: str = "Lublin") -> str:
    return (
        f"<item><status>{status}</status><description>{text}</description><terminal>{terminal}</terminal>"
        f"<timestamp>{time}</timestamp></item>"
    )


def answer(*items: str, number: str = "20000000001", received_by: str = "") -> str:
    return (
        '<s:Envelope xmlns:s="s"><s:Body><getTrackAndTraceInfoResponse xmlns="d"><getTrackAndTraceInfoResult>'
        f"<shipmentId>{number}</shipmentId><receivedBy>{received_by}</receivedBy><events>{''.join(items)}</events>"
        "</getTrackAndTraceInfoResult></getTrackAndTraceInfoResponse></s:Body></s:Envelope>"
    )


def test_events_are_told_in_local_times_of_no_zone() -> None:
    told = answer(
        item("DOR", "2026-03-04 10:15:00"),
        item("AWI", "2026-03-03 17:00:00"),
        item("EDWP", "2026-03-02 08:00:00"),
        item("NOWY", "2026-03-01 08:00:00"),
        received_by="CZYTELNIK",
    )

    found = envelopes(DhlPoland(), told)

    assert [line(each) for each in found] == [
        ("", "2026-03-04T10:15:00", "unknown", "DOR", ("delivered", "recipient")),
        (
            "",
            "2026-03-03T17:00:00",
            "unknown",
            "AWI",
            ("delivery_attempted", "recipient_absent", "recipient"),
        ),
        ("", "2026-03-02T08:00:00", "unknown", "EDWP", ("info_received", "manifest_received")),
        ("", "2026-03-01T08:00:00", "unknown", "NOWY", ("unknown",)),
    ]
    assert [each["data"].get("proof") for each in found] == [{"signed_by": "CZYTELNIK"}, None, None, None]
    assert found[0]["data"]["location"] == {"name": "Lublin"}


def test_a_fault_makes_no_event() -> None:
    told = (
        b'<S:Envelope xmlns:S="s"><S:Body><S:Fault><faultcode>100</faultcode>'
        b"<faultstring>wrong password</faultstring></S:Fault></S:Body></S:Envelope>"
    )

    parsed = DhlPoland().parse(told)

    assert (parsed.events, parsed.errors) == ((), (CarrierError("100", "wrong password"),))


def test_a_shipment_without_events_and_events_without_a_number_are_told() -> None:
    empty = DhlPoland().parse(answer().encode())
    unnamed = DhlPoland().parse(answer(item("DOR", "2026-03-04 10:15:00"), number="").encode())

    assert (empty.events, len(empty.warnings)) == ((), 1)
    assert (unnamed.events, len(unnamed.warnings)) == ((), 1)


def test_another_order_other_words_and_another_terminals_name_are_the_same_facts() -> None:
    first, second = item("LW", "2026-03-02 08:00:00"), item("LK", "2026-03-03 08:00:00")
    moved = item("LW", "2026-03-02 08:00:00", text="Description", terminal="Radom")

    assert ids(DhlPoland(), answer(second, moved)) == ids(DhlPoland(), answer(first, second))

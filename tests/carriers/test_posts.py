"""Royal Mail, La Poste, bpost: codes, signatures, estimates and errors, on small samples of our own."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.bpost import Bpost
from services.ingest.carriers.laposte import LaPoste
from services.ingest.carriers.royalmail import RoyalMail
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]

# --- Royal Mail ---------------------------------------------------------------------------------------


def mail_piece(*events: Json, **others: Any) -> str:
    piece = {"mailPieceId": "AB000000001GB", "events": list(events)} | others
    return json.dumps({"mailPieces": {name: value for name, value in piece.items() if value is not None}})


def mail(code: str, at: str, *, name: str = "Wording", where: str = "A DO") -> Json:
    return {"eventCode": code, "eventName": name, "eventDateTime": at, "locationName": where}


MAIL = (
    mail("EVKSP", "2026-10-21T10:04:00+01:00"),
    mail("EVNMI", "2026-10-20T10:04:00+01:00"),
    mail("EVXXX", "2026-10-19T10:04:00+01:00"),
)
SIGNATURE = {"recipientName": "A Reader", "signatureDateTime": "2026-10-21T10:04:00+01:00", "imageId": "1"}


def test_royal_mail_reads_events_and_who_signed() -> None:
    found = envelopes(RoyalMail(), mail_piece(*MAIL, signature=SIGNATURE))

    misrouted = ("in_transit", "rerouted", "misrouted", "carrier")
    assert [line(each) for each in found] == [
        ("2026-10-21T09:04:00", "2026-10-21T10:04:00", "exact", "EVKSP", ("delivered", "signed")),
        ("2026-10-20T09:04:00", "2026-10-20T10:04:00", "exact", "EVNMI", misrouted),
        ("2026-10-19T09:04:00", "2026-10-19T10:04:00", "exact", "EVXXX", ("unknown",)),
    ]
    assert [each["data"].get("proof") for each in found] == [{"signed_by": "A Reader"}, None, None]


def test_a_signature_of_another_time_is_not_the_deliverys() -> None:
    other = SIGNATURE | {"signatureDateTime": "2026-10-22T10:04:00+01:00"}

    delivered, *_ = envelopes(RoyalMail(), mail_piece(*MAIL, signature=other))

    assert "proof" not in delivered["data"]


@pytest.mark.parametrize(
    ("told", "data"),
    [
        ({"date": "2026-10-22"}, {"to": "2026-10-22"}),
        (
            {
                "date": "2026-10-22",
                "startOfEstimatedWindow": "08:00:00+01:00",
                "endOfEstimatedWindow": "11:00:00+01:00",
            },
            {"from": "2026-10-22T07:00:00.000Z", "to": "2026-10-22T10:00:00.000Z"},
        ),
    ],
    ids=["a day", "a window"],
)
def test_royal_mails_estimate_is_a_day_or_a_window(told: Json, data: Json) -> None:
    *_, found = envelopes(RoyalMail(), mail_piece(*MAIL, estimatedDelivery=told))

    assert found["data"] == {"kind": "carrier_estimate"} | data
    assert found["occurred_at"] == "2026-10-21T09:04:00.000Z"


def test_a_summarys_last_event_is_the_same_event_as_in_the_history() -> None:
    names = ("lastEventCode", "lastEventName", "lastEventDateTime", "lastEventLocationName")
    summary = dict(zip(names, ("EVNMI", "Wording", "2026-10-20T10:04:00+01:00", "A DO"), strict=True))

    assert ids(RoyalMail(), mail_piece(events=None, summary=summary)) == ids(RoyalMail(), mail_piece(MAIL[1]))


def test_royal_mails_errors_are_of_the_answer_or_of_a_piece() -> None:
    told = {"errorCode": "E0004", "errorDescription": "Failed header validation"}
    whole = RoyalMail().parse(
        json.dumps({"httpCode": "400", "httpMessage": "Bad", "errors": [told]}).encode()
    )
    one = RoyalMail().parse(mail_piece(error=told).encode())
    bare = RoyalMail().parse(b'{"httpCode": "401", "httpMessage": "Unauthorized"}')

    assert whole.errors == one.errors == (CarrierError("E0004", "Failed header validation"),)
    assert bare.errors == (CarrierError("401", "Unauthorized"),)
    assert whole.events == one.events == bare.events == ()


# --- La Poste -----------------------------------------------------------------------------------------


def shipment(*events: Json, **others: Any) -> Json:
    told = {"idShip": "AB000000001FR", "event": list(events)} | others
    return {"lang": "fr_FR", "returnCode": 200, "shipment": told}


def event(code: str, at: str, label: str = "Libellé") -> Json:
    return {"code": code, "label": label, "date": at}


POSTE = (
    event("DI1", "2026-03-09T09:38:00+01:00", "Votre colis n'est pas livré."),
    event("DO3", "2026-03-08T16:25:00+01:00"),
    event("ZZ9", "2026-03-07T16:25:00+01:00"),
)


@pytest.mark.parametrize("wrap", [lambda each: each, lambda each: [each], lambda each: {"responses": [each]}])
def test_la_poste_reads_codes_and_not_its_localised_labels(wrap: Any) -> None:
    found = envelopes(LaPoste(), json.dumps(wrap(shipment(*POSTE, estimDate="2026-03-10T00:00:00+01:00"))))

    held = ("in_transit", "customs_in", "customs_hold", "customs")
    assert [line(each) for each in found[:3]] == [
        ("2026-03-09T08:38:00", "2026-03-09T09:38:00", "exact", "DI1", ("delivered",)),
        ("2026-03-08T15:25:00", "2026-03-08T16:25:00", "exact", "DO3", held),
        ("2026-03-07T15:25:00", "2026-03-07T16:25:00", "exact", "ZZ9", ("unknown",)),
    ]
    assert found[3]["data"] == {"kind": "carrier_estimate", "to": "2026-03-09T23:00:00.000Z"}


def test_la_postes_answer_without_a_shipment_is_an_error() -> None:
    refused = {"returnCode": 400, "returnMessage": "Numéro invalide", "lang": "fr_FR", "idShip": "X"}

    parsed = LaPoste().parse(json.dumps([refused, shipment(POSTE[0])]).encode())

    assert parsed.errors == (CarrierError("400", "Numéro invalide"),)
    assert len(parsed.events) == 1


# --- bpost --------------------------------------------------------------------------------------------


def state(code: str, at: str, told: str = "Wording") -> str:
    described = f"<stateDescription>{told}</stateDescription>"
    return f"<stateInfo><time>{at}</time><stateCode>{code}</stateCode>{described}</stateInfo>"


def item(*states: str, window: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><itemTracking xmlns="http://schema.post.be/tracking/v1/">'
        "<itemCode>323200000000000000000001</itemCode><deliveryTime>2026-11-23T09:31:07+01:00</deliveryTime>"
        f"{window}{''.join(states)}<trackingId>x</trackingId></itemTracking>"
    )


STATES = (
    state("T00", "2026-11-22T23:19:29+01:00"),
    state("L00", "2026-11-23T07:11:18.923+01:00"),
    state("U01", "2026-11-23T09:31:07.427+01:00"),
    state("X99", "2026-11-21T09:00:00+01:00"),
)


def test_bpost_reads_states_and_takes_the_time_of_delivery_for_no_promise() -> None:
    found = envelopes(Bpost(), item(*STATES))

    assert [line(each) for each in found] == [
        ("2026-11-22T22:19:29", "2026-11-22T23:19:29", "exact", "T00", ("in_transit",)),
        ("2026-11-23T06:11:18", "2026-11-23T07:11:18", "exact", "L00", ("out_for_delivery", "loaded")),
        ("2026-11-23T08:31:07", "2026-11-23T09:31:07", "exact", "U01", ("delivered",)),
        ("2026-11-21T08:00:00", "2026-11-21T09:00:00", "exact", "X99", ("unknown",)),
    ]


def test_bposts_planned_window_is_an_estimate() -> None:
    ends = "".join(
        f"<plannedDeliveryDateWindow{end}>2026-11-23T{hour}:00:00+01:00</plannedDeliveryDateWindow{end}>"
        for end, hour in (("Start", "09"), ("End", "11"))
    )

    *_, found = envelopes(Bpost(), item(STATES[0], window=f"<deliveryTimeWindow>{ends}</deliveryTimeWindow>"))

    window = {"from": "2026-11-23T08:00:00.000Z", "to": "2026-11-23T10:00:00.000Z"}
    assert found["data"] == {"kind": "carrier_estimate"} | window


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (
            b"<systemException><message>An error\n  occurred</message></systemException>",
            (None, "An error occurred"),
        ),
        (
            b"<businessException><code>404</code><message>No item</message></businessException>",
            ("404", "No item"),
        ),
    ],
    ids=["system", "business"],
)
def test_bposts_exceptions_make_no_event(payload: bytes, error: tuple[str | None, str]) -> None:
    parsed = Bpost().parse(payload)

    assert (parsed.events, parsed.errors) == ((), (CarrierError(*error),))


# --- all three -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("carrier", "wrap", "events"),
    [
        (RoyalMail(), mail_piece, MAIL),
        (LaPoste(), lambda *events: json.dumps(shipment(*events)), POSTE),
        (Bpost(), item, STATES),
    ],
    ids=["royalmail", "laposte", "bpost"],
)
def test_order_wording_places_and_deliveries_do_not_change_identity(
    carrier: Any, wrap: Any, events: Any
) -> None:
    once = ids(carrier, wrap(*events))
    payload = wrap(*events)
    for ours, other in (("Wording", "Words"), ("Libellé", "Label"), ("A DO", "B DO")):
        payload = payload.replace(ours, other).replace(json.dumps(ours)[1:-1], other)

    assert ids(carrier, wrap(*reversed(events))) == once
    assert ids(carrier, wrap(*events, *events)) == once
    assert ids(carrier, payload) == once
    assert sorted(ids(carrier, wrap(events[0])) + ids(carrier, wrap(*events[1:]))) == once


@pytest.mark.parametrize(
    ("carrier", "payload"),
    [
        (RoyalMail(), mail_piece(MAIL[0], mailPieceId="")),
        (RoyalMail(), mail_piece(events=["a stray"])),
        (LaPoste(), json.dumps(shipment(POSTE[0], idShip=None))),
        (LaPoste(), json.dumps(shipment(event=7))),
        (Bpost(), item(STATES[0]).replace("323200000000000000000001", "")),
    ],
)
def test_what_has_no_number_or_is_no_event_is_told_as_a_defect(carrier: Any, payload: str) -> None:
    parsed = carrier.parse(payload.encode())

    assert (parsed.events, len(parsed.warnings)) == ((), 1)

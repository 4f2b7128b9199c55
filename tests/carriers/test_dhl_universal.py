"""DHL's unified tracking: coarse and fine codes, true offsets and a false Z, pieces, estimates, pushes."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError, SignatureInvalid, WebhookRequest
from services.ingest.carriers.dhl_universal import DhlUniversal
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]


def event(code: str, time: str = "2026-03-02T16:05:00", *, country: str = "NO", **members: Any) -> Json:
    address = {"countryCode": country, "postalCode": "0150", "addressLocality": "OSLO"}
    told = {"timestamp": time, "location": {"address": address}, "statusCode": code}
    return told | {"description": "words"} | members


def shipment(*events: Json, service: str = "express", number: str | int = 1000000003, **members: Any) -> Json:
    return {"id": number, "service": service, "events": list(events)} | members


def answer(*shipments: Any) -> str:
    return json.dumps({"shipments": list(shipments)})


def test_a_code_is_one_of_the_coarse_words_and_a_time_is_local() -> None:
    found = envelopes(
        DhlUniversal(), answer(shipment(*map(event, ("pre-transit", "transit", "unknown", "nova"))))
    )

    where = ("2026-03-02T15:05:00", "2026-03-02T16:05:00", "location_inferred")
    assert [line(each) for each in found] == [
        (*where, "pre-transit", ("info_received",)),
        (*where, "transit", ("in_transit",)),
        (*where, "unknown", ()),
        (*where, "nova", ("unknown",)),
    ]
    assert found[0]["shipment"] == "dhl_universal:1000000003"
    assert found[0]["data"]["location"] == {"city": "OSLO", "postal_code": "0150", "country": "NO"}


@pytest.mark.parametrize(
    ("service", "status", "said"),
    [
        ("express", "WC", ("out_for_delivery", "loaded")),
        ("parcel-de", "ZF", ("available_for_pickup", "pickup_point")),
        ("parcel-nl", "NOT_HOME", ("delivery_attempted", "recipient_absent", "recipient")),
        ("parcel-pl", "SP_DSP", ("available_for_pickup", "pickup_point")),
        ("ecommerce", "597", ("out_for_delivery", "loaded")),
        ("ecommerce-europe", "76", ("delivery_attempted", "refused", "refused", "recipient")),
        ("ecommerce-ppl", "997", ("lost", "carrier_declared", "lost", "carrier")),
        ("freight", "12-0", ("in_transit", "customs_released")),
        ("dgf", "HELD_AT_CUSTOMS", ("in_transit", "customs_in", "customs_hold", "customs")),
        ("svb", "SENT_BACK", ("returning",)),
        # codes are a service's own, and a text is no code
        ("parcel-de", "WC", ("in_transit",)),
        ("express", "DELIVERED", ("in_transit",)),
        ("sameday", "600", ("in_transit",)),
    ],
)
def test_a_services_own_code_says_more_than_the_coarse_word(
    service: str, status: str, said: tuple[str, ...]
) -> None:
    (found,) = envelopes(DhlUniversal(), answer(shipment(event("transit", status=status), service=service)))

    assert line(found)[3:] == ("transit", said)


def test_a_parcel_laid_down_for_collection_is_not_delivered_though_dhl_says_so() -> None:
    laid_down = event("delivered", status="44")

    (found,) = envelopes(DhlUniversal(), answer(shipment(laid_down, service="ecommerce-europe")))

    assert found["data"]["milestone"] == "available_for_pickup"


def test_a_time_with_an_offset_is_exact_and_the_summary_has_a_false_z() -> None:
    exact, local = event("transit", "2026-03-02T16:05:00-05:00"), event("transit")
    summary = shipment(status=event("transit", "2026-03-02T16:05:00Z"))

    assert [each["tz_confidence"] for each in envelopes(DhlUniversal(), answer(shipment(exact)))] == ["exact"]
    assert ids(DhlUniversal(), answer(summary)) == ids(DhlUniversal(), answer(shipment(local)))


def test_a_summary_beside_its_events_is_no_second_fact() -> None:
    told = answer(shipment(event("transit"), status=event("transit", "2026-03-02T16:09:00Z")))

    assert len(envelopes(DhlUniversal(), told)) == 1


def test_an_event_of_some_pieces_is_told_of_each_and_one_of_all_pieces_of_none() -> None:
    details = {"pieceIds": ["JD01", "JD02", "JD03"], "totalNumberOfPieces": 3}
    some = event("delivered", "2026-03-04T10:00:00", pieceIds=["JD02", "JD03", "JD03"])
    every = event("transit", pieceIds=["JD03", "JD01", "JD02"])

    found = envelopes(DhlUniversal(), answer(shipment(some, every, details=details)))

    assert [(each["raw"]["code"], each["data"].get("piece")) for each in found] == [
        ("delivered", "JD02"),
        ("delivered", "JD03"),
        ("transit", None),
    ]


@pytest.mark.parametrize(
    ("members", "data"),
    [
        ({"estimatedTimeOfDelivery": "2026-03-05T00:00:00Z"}, {"to": "2026-03-05"}),
        ({"estimatedTimeOfDelivery": "2026-03-05T18:00:00+0100"}, {"to": "2026-03-05T17:00:00.000Z"}),
        ({"estimatedTimeOfDelivery": "2026-03-05"}, {"to": "2026-03-05"}),
        (
            {
                "estimatedTimeOfDelivery": "2026-03-05T00:00:00Z",
                "estimatedDeliveryTimeFrame": {
                    "estimatedFrom": "2026-03-05T09:00:00Z",
                    "estimatedThrough": "2026-03-06T18:00:00Z",
                },
            },
            {"from": "2026-03-05", "to": "2026-03-06"},
        ),
    ],
    ids=["a midnight", "an offset", "a day", "a frame"],
)
def test_of_an_estimate_without_a_true_offset_only_the_day_counts(members: Json, data: Json) -> None:
    newest, older = event("transit", "2026-03-03T08:00:00"), event("pre-transit", "2026-03-02T08:00:00")

    revision = envelopes(DhlUniversal(), answer(shipment(newest, older, **members)))[-1]

    assert revision["data"] == {"kind": "carrier_estimate"} | data
    assert revision["occurred_local"] == "2026-03-03T08:00:00.000"


def test_who_signed_is_proof_of_the_delivered_event_only() -> None:
    details = {"proofOfDelivery": {"signed": {"familyName": "READER", "givenName": "A", "name": "A"}}}
    told = answer(shipment(event("delivered"), event("transit"), details=details))

    proofs = [each["data"].get("proof") for each in envelopes(DhlUniversal(), told)]

    assert proofs == [{"signed_by": "A READER"}, None]


def test_two_events_of_one_moment_and_one_code_are_one_fact_and_that_is_told() -> None:
    told = answer(shipment(event("transit", status="AF"), event("transit", status="WC")))

    parsed = DhlUniversal().parse(told.encode())

    assert (len(parsed.events), len(parsed.warnings)) == (1, 1)


def test_no_shipment_is_an_error_with_its_status() -> None:
    problem = b'{"title":"No result found","detail":"none of that number","status":404,"instance":"/x"}'

    parsed = DhlUniversal().parse(problem)

    assert (parsed.events, parsed.errors) == ((), (CarrierError("404", "none of that number"),))


def test_strays_are_left_out_and_told() -> None:
    told = answer(5, {"events": [event("transit")]}, shipment(event("transit"), None, "x"))

    parsed = DhlUniversal().parse(told.encode())

    assert (len(parsed.events), len(parsed.warnings)) == (1, 3)


def test_another_order_and_other_words_are_the_same_facts() -> None:
    first, second = event("pre-transit"), event("transit")
    reworded = event("transit", description="ord", country="NO", remark="x")

    assert ids(DhlUniversal(), answer(shipment(reworded, first))) == ids(
        DhlUniversal(), answer(shipment(first, second))
    )


def test_a_push_proves_itself_by_the_token_of_its_subscription() -> None:
    def request(token: str) -> WebhookRequest:
        secrets = {"one": "secret", "empty": ""}
        return WebhookRequest(
            method="POST", path="/", headers={"x-api-key": token}, body=b"{}", secrets=secrets, now_ms=0
        )

    verified = DhlUniversal().verify(request("secret"))

    assert (verified.account, verified.trust) == ("one", "bearer")
    for wrong in ("", "Secret", "secret2"):
        with pytest.raises(SignatureInvalid):
            DhlUniversal().verify(request(wrong))

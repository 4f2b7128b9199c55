"""MyDHL API: checkpoints as JSON, the same that DHL Express' XML tells."""

import json
from typing import Any

from services.ingest.carrier import CarrierError
from services.ingest.carriers.dhl_express import DhlExpress
from services.ingest.carriers.mydhl import MyDhl
from tests.carriers.told import Json, envelopes, ids, line


def checkpoint(code: str, date: str, time: str | None, **members: Any) -> Json:
    area = [{"code": "OSL", "description": "Oslo-Norway"}]
    clock = {} if time is None else {"time": time}
    return {"date": date, "typeCode": code, "description": "Words", "serviceArea": area} | clock | members


def shipment(*events: Json, number: str | int = "1000000002", **members: Any) -> Json:
    return {"shipmentTrackingNumber": number, "events": list(events)} | members


def mydhl(*shipments: Any) -> str:
    return json.dumps({"shipments": list(shipments)})


def test_mydhl_states_offsets_names_its_pieces_and_signs() -> None:
    signed = checkpoint("OK", "2026-03-04", "10:15:00", GMTOffset="-05:00", signedBy="A READER")
    told = mydhl(
        shipment(
            signed,
            checkpoint("PL", "2026-03-03", "09:00:00"),
            checkpoint("PU", "2026-03-02", None),
            pieces=[{"number": 1, "trackingNumber": "JD01", "events": [signed]}],
            estimatedTimeOfDelivery="2026-03-04T18:00:00",
        )
    )

    found = envelopes(MyDhl(), told)

    assert [line(each) for each in found] == [
        ("2026-03-04T15:15:00", "2026-03-04T10:15:00", "exact", "OK", ("delivered",)),
        ("2026-03-03T08:00:00", "2026-03-03T09:00:00", "location_inferred", "PL", ("in_transit",)),
        ("", "2026-03-02", "unknown", "PU", ("picked_up", "collected")),
        ("2026-03-04T15:15:00", "2026-03-04T10:15:00", "exact", "OK", ("delivered",)),
        ("2026-03-04T15:15:00", "2026-03-04T10:15:00", "exact", None, ()),
    ]
    assert [each["data"].get("piece") for each in found] == [None, None, None, "JD01", None]
    assert found[0]["data"]["proof"] == {"signed_by": "A READER"}
    assert found[4]["data"] == {"kind": "carrier_estimate", "to": "2026-03-04"}


def test_mydhl_tells_errors_and_strays() -> None:
    problem = b'{"status":404,"title":"Not Found","detail":"no shipment of that number","instance":"/x"}'

    refused = MyDhl().parse(problem)
    strayed = MyDhl().parse(
        mydhl(5, shipment(checkpoint("PU", "2026-03-02", "16:00:00")), {"events": []}).encode()
    )

    assert refused.errors == (CarrierError("404", "no shipment of that number"),)
    assert (len(strayed.events), len(strayed.warnings)) == (1, 2)


def test_both_apis_say_the_same_of_a_checkpoint() -> None:
    told = (
        "<R><AWBInfo><AWBNumber>1000000002</AWBNumber><ShipmentInfo><ShipmentEvent><Date>2026-03-02</Date>"
        "<Time>16:00:00</Time><ServiceEvent><EventCode>CC</EventCode></ServiceEvent><ServiceArea>"
        "<ServiceAreaCode>OSL</ServiceAreaCode><Description>Oslo - Norway</Description></ServiceArea>"
        "</ShipmentEvent></ShipmentInfo></AWBInfo></R>"
    )

    (xml,) = envelopes(DhlExpress(), told)
    (rest,) = envelopes(MyDhl(), mydhl(shipment(checkpoint("CC", "2026-03-02", "16:00:00"))))

    assert line(xml) == line(rest)
    assert xml["data"] == rest["data"]


def test_another_order_and_other_words_are_the_same_facts() -> None:
    first = checkpoint("PU", "2026-03-02", "16:00:00")
    second = checkpoint("DF", "2026-03-02", "16:00:00")
    reworded = first | {"description": "Ord", "serviceArea": [{"code": "OSL", "description": "Oslo-Norge"}]}

    assert ids(MyDhl(), mydhl(shipment(second, reworded))) == ids(MyDhl(), mydhl(shipment(first, second)))

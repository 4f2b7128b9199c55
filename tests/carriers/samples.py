"""Small payloads written by hand, of those parsers that the folder of real inputs has none for."""

from typing import Any, Final

import orjson

from tests.carriers.trade_documents import (
    json_document,
    object_event,
    story,
    withdrawal,
    xml_document,
    xml_event,
)

_AFTERSHIP: Final = {
    "event": "tracking_update",
    "msg": {
        "tracking_number": "AS1",
        "tag": "Delivered",
        "courier_estimated_delivery_date": {"estimated_delivery_date": "2026-03-05"},
        "checkpoints": [
            {"tag": "InTransit", "subtag": "InTransit_001", "checkpoint_time": "2026-03-04T14:30:00+01:00"},
            {"tag": "Delivered", "subtag": "Delivered_001", "checkpoint_time": "2026-03-05", "city": "Ulm"},
        ],
    },
}
_BRING: Final = {
    "status": "DELIVERED",
    "id": "i1",
    "shipment": "S1",
    "package": "P1",
    "created": "2026-03-04T14:58:48+0000",
}
_SHIP24: Final = {
    "trackings": [
        {
            "tracker": {"trackerId": "t", "trackingNumber": "S24"},
            "shipment": {"delivery": {"estimatedDeliveryDate": "2026-03-06T10:00:00"}},
            "events": [
                {
                    "eventId": "e1",
                    "occurrenceDatetime": "2026-03-04T14:30:00",
                    "order": 3,
                    "statusCode": "delivery_delivered",
                    "statusMilestone": "delivered",
                    "location": "Ulm, Germany",
                }
            ],
        }
    ]
}
_SHIPPO: Final = {
    "event": "track_updated",
    "data": {
        "tracking_number": "SP1",
        "eta": "2026-03-06T00:00:00Z",
        "tracking_history": [
            {
                "status": "TRANSIT",
                "substatus": {"code": "package_arrived"},
                "status_date": "2026-03-04T13:03:00Z",
                "location": {"city": "Las Vegas", "state": "NV", "country": "US"},
            }
        ],
    },
}
_TRACK17: Final = {
    "event": "TRACKING_UPDATED",
    "data": {
        "number": "RR1",
        "track_info": {
            "tracking": {
                "providers": [
                    {
                        "provider": {"key": 7041},
                        "events": [
                            {
                                "time_iso": "2026-03-04T14:30:00+01:00",
                                "sub_status": "Delivered_Other",
                                "address": {"city": "Ulm", "country": "DE"},
                            }
                        ],
                    }
                ]
            }
        },
    },
}
_TOLD: Final[dict[str, Any]] = {
    "aftership": _AFTERSHIP,
    "bring": _BRING,
    "ship24": _SHIP24,
    "shippo": _SHIPPO,
    "track17": _TRACK17,
}


def samples(parser: str) -> list[bytes]:
    """Payloads of the carrier, or of the format of documents, called `parser`."""
    if parser == "epcis":
        pallet = "<epcList><epc>urn:epc:id:sscc:0952000.1000000001</epc></epcList><action>OBSERVE</action>"
        return [
            json_document(object_event(), object_event(bizStep="receiving")),
            xml_document(xml_event(pallet)),
        ]
    if parser == "dcsa":
        return [orjson.dumps([*story(), withdrawal("E-2")])]
    return [orjson.dumps(_TOLD[parser])] if parser in _TOLD else []

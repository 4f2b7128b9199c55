"""Canada Post's tracking event identifiers.

Source: Canada Post Developer Program, "Messages and Code Tables", table "Tracking scan events" (2025).
An identifier comes with leading zeros or without ("0174", "20"): the table has it without.
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.reading.meaning import Meaning

_PROCESSED: Final = Meaning("in_transit")
_ARRIVED: Final = Meaning("in_transit", "hub_arrived")
_DEPARTED: Final = Meaning("in_transit", "hub_departed")
_TO_PARTNER: Final = Meaning("in_transit", "handed_to_partner")
_IN_CUSTOMS: Final = Meaning("in_transit", "customs_in")
_RELEASED: Final = Meaning("in_transit", "customs_released")
_ABROAD: Final = Meaning("in_transit", "destination_country_arrived")
_ACCEPTED: Final = Meaning("picked_up", "accepted")
_HELD: Final = Meaning("in_transit", None, "on_hold", "other")
_KEPT: Final = Meaning("in_transit", None, "on_hold", "recipient")
_ADDRESS: Final = Meaning("in_transit", None, "address_issue", "sender")
_RESCHEDULED: Final = Meaning("in_transit", None, "delayed_announced", "carrier")
_CLOSED: Final = Meaning("delivery_attempted", "business_closed", None, "recipient")
_CARD: Final = Meaning("delivery_attempted")
_OFFICE: Final = Meaning("available_for_pickup", "carrier_facility")
_RETURNING: Final = Meaning("returning")
_REFUSED: Final = Meaning("returning", "refused", "refused", "recipient")
_NOT_THERE: Final = Meaning("returning", "undeliverable", "address_issue", "sender")
_SENDERS_FAULT: Final = Meaning("returning", "undeliverable", None, "sender")
_SAFE_PLACE: Final = Meaning("delivered", "safe_place")
_RECEPTION: Final = Meaning("delivered", "reception")
_MAILBOX: Final = Meaning("delivered", "mailbox")
_LATE: Final = Meaning(None, None, "delayed_announced", "carrier")
_NOTHING: Final = Meaning(None)

_DELIVERED: Final[Mapping[str, Meaning]] = {
    **dict.fromkeys(("1476", "1496", "1498", "1471", "1472"), Meaning("delivered")),
    # the signature is kept on paper
    **dict.fromkeys(("1408", "1409"), Meaning("delivered", "signed")),
    "1406": Meaning("delivered", "locker_collected"),
    # doors, garages, safe drops
    **dict.fromkeys(
        ("1421", "1422", "1423", "1424", "1427", "1428", "1429", "1430", "1431", "1434"), _SAFE_PLACE
    ),
    # concierges and mail rooms
    **dict.fromkeys(("1425", "1432", "1461", "1462", "1463", "1465", "1466", "1467"), _RECEPTION),
    **dict.fromkeys(("1468", "1469", "1473", "1475"), _RECEPTION),
    # parcel boxes and community mailboxes
    **dict.fromkeys(("1426", "1433", "1441", "1442"), _MAILBOX),
}

_ON_ITS_WAY: Final[Mapping[str, Meaning]] = {
    "3000": Meaning("info_received", "manifest_received"),
    "3002": Meaning("info_received", "label_created"),
    "2300": Meaning("picked_up", "collected"),
    **dict.fromkeys(("1300", "1301", "1302", "1303", "4000"), _ACCEPTED),
    **dict.fromkeys(("100", "102", "104", "105", "106", "107", "170", "175", "804", "815"), _PROCESSED),
    **dict.fromkeys(("1240", "1241", "1244", "2500", "2501", "4100", "4550", "1703", "1705"), _PROCESSED),
    **dict.fromkeys(("113", "400", "405", "4900"), _ARRIVED),
    **dict.fromkeys(("114", "410", "4202", "4950", "8901"), _DEPARTED),
    **dict.fromkeys(("115", "116"), _TO_PARTNER),
    **dict.fromkeys(("4310", "4311", "700", "701"), _ABROAD),
    "710": Meaning("in_transit", "destination_country_arrived", "damaged", "other"),
    "4600": Meaning("in_transit", "local_facility"),
    **dict.fromkeys(("800", "4330", "4400", "2601"), _IN_CUSTOMS),
    **dict.fromkeys(("130", "900", "910", "4450", "4500", "5201"), _RELEASED),
    **dict.fromkeys(
        ("127", "810", "1487", "1495"), Meaning("in_transit", "customs_in", "customs_hold", "customs")
    ),
    **dict.fromkeys(("1480", "1490"), Meaning("in_transit", "forwarded")),
    "172": Meaning("in_transit", "rerouted", "misrouted", "carrier"),
    # a locker that was not emptied or could not be filled: on to a post office
    "629": Meaning("in_transit", "rerouted", None, "recipient"),
    "630": Meaning("in_transit", "rerouted", None, "carrier"),
    **dict.fromkeys(("174", "500"), Meaning("out_for_delivery")),
}

_WAITING: Final[Mapping[str, Meaning]] = {
    # put into a locker: the recipient has yet to come for it, 1406 says that he came
    "1405": Meaning("available_for_pickup", "locker"),
    **dict.fromkeys(("1407", "1701", "2407"), _OFFICE),
    "156": Meaning("available_for_pickup", "final_notice", "action_required", "recipient"),
    **dict.fromkeys(("1435", "1436", "1437", "1438", "1443", "1479", "1488"), _CARD),
    **dict.fromkeys(("1411", "2411"), _CLOSED),
    **dict.fromkeys(("1414", "2414"), _RESCHEDULED),
    **dict.fromkeys(("1410", "2410", "121"), _KEPT),
    **dict.fromkeys(("179", "1450", "1483", "1484", "1493", "1494", "4650", "4700"), _HELD),
    "117": Meaning("in_transit", None, "on_hold", "sender"),
    "118": Meaning("in_transit", None, "on_hold", "carrier"),
    **dict.fromkeys(("120", "171", "173", "1412", "2412"), _ADDRESS),
}

_BACK: Final[Mapping[str, Meaning]] = {
    **dict.fromkeys(("1420", "2600", "3001"), _RETURNING),
    **dict.fromkeys(("1415", "1416", "1481", "1491"), _NOT_THERE),
    **dict.fromkeys(("1417", "1482", "1492"), _REFUSED),
    "1418": Meaning("returning", "undeliverable", None, "recipient"),
    "1419": Meaning("returning", "unclaimed", None, "recipient"),
    "1100": Meaning("returning", "customs_rejected", None, "sender"),
    # postage, product, label, papers, forbidden matter
    **dict.fromkeys(("167", "168", "169", "181", "182", "184"), _SENDERS_FAULT),
    "183": Meaning("returning", "undeliverable", None, "carrier"),
    "2802": Meaning("returning", "undeliverable"),
    "150": Meaning("lost", "disposed", None, "other"),
    "190": Meaning("cancelled", "voided_before_handover", None, "sender"),
}

_MOVES_NOTHING: Final[Mapping[str, Meaning]] = {
    # announcements: the parcel may be anywhere
    "159": Meaning(None, None, "delayed_announced", "weather"),
    **dict.fromkeys(("160", "163"), Meaning(None, None, "delayed_announced", "other")),
    **dict.fromkeys(("161", "162", "621", "622", "623", "624", "625", "626", "627", "628"), _LATE),
    # new dates, duties and refunds, wishes of the recipient, requests to redirect, collected money
    **dict.fromkeys(("1200", "1203", "1444", "1210", "1214", "1215", "1216"), _NOTHING),
    **dict.fromkeys(("1220", "1221", "1223", "1224", "1225", "1230", "1232", "1234", "1245"), _NOTHING),
    **dict.fromkeys(("152", "198", "2101"), _NOTHING),
    # images of signatures and photographs
    **dict.fromkeys(("20", "21", "2001"), _NOTHING),
    # where it was seen at the recipient's: the delivery has a code of its own
    **dict.fromkeys(("610", "611", "612", "613", "614", "615", "616", "617", "618", "619", "620"), _NOTHING),
}

CODES: Final[Mapping[str, Meaning]] = {**_DELIVERED, **_ON_ITS_WAY, **_WAITING, **_BACK, **_MOVES_NOTHING}

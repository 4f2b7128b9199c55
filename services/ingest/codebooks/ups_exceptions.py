"""UPS: what the codes of exceptions (activity type X) mean.

Source: UPS Developer Portal, API codes, "Tracking package exceptions" (2025). Codes that stand there
without a meaning, as most of Mail Innovations, are left out; they count as unknown.
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.reading.meaning import Meaning

_ATTEMPTED: Final = "delivery_attempted"
_DELAYED: Final = "delayed_announced"

_GROUPS: Final[tuple[tuple[Meaning, str], ...]] = (
    (
        Meaning("in_transit", None, _DELAYED, "carrier"),
        "1 2 4 8 9 18 19 22 39 41 43 44 48 49 51 62 64 67 71 72 73 82 87 88 89 90 91 92 98 1K 1L 1O"
        " 1Q 1V 1X 2H 2Y 2Z 3A 3B 3C 3T 4K 4Y 6E 7G 7N 7R 7Y 7Z 8K 8L 8Y 8Z 9M 9N 9O 9P 9Q 9R 9S 9T 9U"
        " 9V 9X 9Y 9Z AR BL BM BP C6 CB CC CK CM CN CP CQ D3 DC E2 E3 FX GD GH GI GV HA HD HH HE I3 I4"
        " IJ IK IL IM IO K1 LE LF MB NP NW OS RO TH TM TN U4 UL UM UZ 01 03 04",
    ),
    (
        Meaning("in_transit", None, _DELAYED, "other"),
        "38 40 45 46 55 60 78 94 7S 9L AZ B1 DH F3 FG G6 G9 GC H7 HN I6 IN IP IT LH VL",
    ),
    (Meaning("in_transit", None, _DELAYED, "weather"), "2A 3D 6D 7V 7W 7X BW C5 CR DF DJ EJ PZ 05"),
    (
        Meaning("in_transit", None, _DELAYED, "sender"),
        "20 32 47 56 57 59 65 70 74 75 79 93 8A I1 I5 IF K2 LD OM",
    ),
    (Meaning("in_transit", None, _DELAYED, "recipient"), "52 53 66 I2 OL"),
    # clearance: under way, held, released
    (Meaning("in_transit", "customs_in"), "4C 7I 7M BV DB ER HW LV SY TG TT X4 Y1 Y5 Z1"),
    (
        Meaning("in_transit", "customs_in", "customs_hold", "customs"),
        "11 35 61 99 1U 2T A1 A2 A3 B2 BX C7 CE CF CT DK ES HC L3 L4 MI OB OI SS ST VK X2 X3 X7 XJ XK XL"
        " XY Y4",
    ),
    (
        Meaning("in_transit", "customs_in", "customs_hold", "sender"),
        "25 4T 7T AO BA BB BD BE CX CZ D0 ET FF HG IQ L2 L5 X5 X8 XC XE XG XN XV XW",
    ),
    (
        Meaning("in_transit", "customs_in", "customs_hold", "recipient"),
        "58 1W 2B 7U B5 BG BH BJ BK EU EV EW FE GF GZ OQ X6 X9 XB",
    ),
    (Meaning("in_transit", "customs_in", "customs_hold", "other"), "24 26 7P 84 SV T9 YA"),
    (Meaning("in_transit", "customs_released"), "68 BN DA E4 EX EZ SR Z3"),
    (Meaning("in_transit", "customs_released", _DELAYED, "customs"), "XZ"),
    # addresses
    (
        Meaning("in_transit", None, "address_issue", "sender"),
        "A6 A8 A9 AA AB AC AD AE AF AK AL AV AW BO CW CY FA H1 H2 H3 H4 H5 IA OJ",
    ),
    (Meaning("in_transit", None, "address_issue", "recipient"), "A7 C8"),
    (Meaning("info_received", "pickup_failed", "address_issue", "sender"), "UN"),
    (Meaning("in_transit", "problem_resolved"), "1M 9I AH E0 E1 FB X0"),
    # attempts at the door
    (Meaning(_ATTEMPTED), "2X 3L 5R 5Z 6R GB HQ IE 02"),
    (Meaning(_ATTEMPTED, "recipient_absent"), "7L C4 CI FM G7 G8 KX OH"),
    (Meaning(_ATTEMPTED, "business_closed"), "3J AY BI FO L1 UF"),
    (Meaning(_ATTEMPTED, "id_or_otp_failed"), "IR"),
    (Meaning(_ATTEMPTED, "no_access", "action_required", "recipient"), "OE"),
    (Meaning(_ATTEMPTED, "payment_not_ready", "action_required", "recipient"), "DI IH KZ"),
    (Meaning(_ATTEMPTED, "refused", "refused", "recipient"), "AM AN AP AQ D1 D4 D5 E7 II KI KQ KR KS KT UY"),
    (Meaning("out_for_delivery"), "2K 7K"),
    # held, for whom
    (
        Meaning("in_transit", None, "on_hold", "carrier"),
        "34 69 95 1H 54 5T A5 CH CJ CU DG F8 HU IC L6 TJ TW U3",
    ),
    (
        Meaning("in_transit", None, "on_hold", "sender"),
        "33 4P 4Q 4Z 9F C9 CV F2 H9 HK HO T3 TX U0 UR US YU YV",
    ),
    (Meaning("in_transit", None, "on_hold", "recipient"), "7Q AX BS FC LI MF UI UK Y7 07"),
    (
        Meaning("in_transit", None, "action_required", "recipient"),
        "6T 7F BR BT D9 DT EY IG TF VI VJ XS Y2 Y3",
    ),
    # what happened to the goods
    (Meaning("in_transit", None, "damaged", "carrier"), "06 14 27 80 97 E8 HR TV UJ"),
    (Meaning("in_transit", None, "damaged", "sender"), "15"),
    (Meaning(None, None, "missing_pieces", "carrier"), "16 36 81 AJ GK KU"),
    (Meaning(None, None, "missing_pieces", "sender"), "17"),
    (Meaning("in_transit", None, "misrouted", "carrier"), "96 8G"),
    (Meaning("lost", "carrier_declared", "lost", "carrier"), "LC UX"),
    (Meaning("lost", "carrier_declared", "lost", "other"), "HF IY J0"),
    (Meaning("lost", "disposed", "lost", "other"), "8D BZ"),
    (Meaning("lost", "disposed", "lost", "sender"), "NI"),
    # on the way back
    (Meaning("returning"), "H8 O4"),
    (Meaning("returning", "unclaimed"), "3N 6C"),
    (Meaning("returning", "refused", "refused", "recipient"), "8H"),
    (Meaning("returning", "undeliverable"), "O0 XU"),
    (Meaning("returning", "undeliverable", "address_issue", "sender"), "TU"),
    (Meaning("returning", "customs_rejected"), "7H"),
    (Meaning("returning", "sender_recall"), "86 CS"),
    (Meaning("returned", "to_sender"), "4S B0"),
    # other ways forward
    (Meaning("in_transit"), "1P 2S 3P 4F 4I 4J 6P 8R EE EO EQ I8 LY SX VT VZ W8 YR"),
    (Meaning("in_transit", "hub_arrived"), "2D HL"),
    (Meaning("in_transit", "hub_departed"), "2J"),
    (Meaning("in_transit", "handed_to_partner"), "2V 4B 4H LX OA VX XR YN ZK"),
    (Meaning("in_transit", "rerouted"), "83 85 5S 5V 7C E6 HI HM"),
    (Meaning("available_for_pickup", "locker"), "1N"),
    (Meaning("available_for_pickup", "pickup_point"), "2Q 5F 6B 8I ZP"),
    (Meaning("available_for_pickup", "carrier_facility"), "UE VB ZQ"),
    (Meaning("available_for_pickup", "final_notice"), "5G"),
    (Meaning("picked_up", "collected"), "VS"),
    (Meaning("info_received", "awaiting_handover"), "5D A4"),
    (Meaning("info_received", "pickup_failed"), "50 76 CO KY YW"),
    (Meaning("info_received", "pickup_scheduled"), "TR"),
    (Meaning("cancelled", "voided_before_handover"), "MV VP"),
    # the few exceptions that say delivered
    (Meaning("delivered"), "28 63 KM OO UC"),
    (Meaning("delivered", "recipient"), "2W A0 FT"),
    (Meaning("delivered", "partial", "missing_pieces", "carrier"), "31 D2"),
    (Meaning("delivered", "partial", "refused", "recipient"), "10"),
    (Meaning("delivered", "damaged", "damaged", "carrier"), "12 E9"),
    (Meaning("delivered", "reception"), "F7"),
    (
        # claims, papers, requests, plans and notices: nothing of where the parcel is
        Meaning(None),
        "21 29 30 42 77 1T 1Z 2C 2E 2G 2R 2U 3Q 3R 3S 3U 3V 3W 3Z 4L 4M 4N 4R 4X 5A 5B 5U 5W 6G 6H 6I"
        " 6J 6K 6L 6W 6X 6Z 7A 7B 7D 7E 8C 8E 8F 8M 8N 8Q 9C 9D 9J 9K AS B3 B4 B6 B7 B8 B9 BF BQ C0 C3"
        " CA CD CG CL D7 DE E5 EG F1 F5 FD FI FN FV FW FZ G1 G2 G3 G4 G5 GN GO GQ GR GW H6 HJ I9 IB IS"
        " J8 J9 JA JB JC JH JI JJ K5 K6 K7 K8 KB KN KO L0 L8 LN LO LQ LU LZ NS NX O1 O2 O3 O5 O6 O7 O8"
        " O9 SU T4 T5 T6 T7 T8 TA TB TC TE TI TK TL TO TS U2 U6 UA UD UG UH UO UP UQ UT UW V9 VA VD VE"
        " VF VG VH VM VN VQ VR VU VV VW Y9 YS Z7 Z8 ZA ZB ZC ZD ZL ZO 08 09",
    ),
)

EXCEPTIONS: Final[Mapping[str, Meaning]] = {
    code: meaning for meaning, codes in _GROUPS for code in codes.split()
}

ATTEMPTS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("5Z", "7L", "G7"), 1),
    **dict.fromkeys(("FM", "KX", "KZ", "L1"), 2),
    **dict.fromkeys(("AY", "IR"), 3),
}
"""Which attempt at delivery a code tells of; UPS makes three."""

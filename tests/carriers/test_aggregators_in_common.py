"""What holds for each of the aggregators and smaller carriers: legal words, refusals, signatures, strays."""

import pytest

from schemas.vocabulary import SUBSTATUSES, Condition, Milestone
from services.ingest.carrier import Carrier, InvalidPayload, SignatureInvalid, Verified, WebhookRequest
from services.ingest.carriers.a1 import A1
from services.ingest.carriers.aftership import AfterShip
from services.ingest.carriers.allied_express import AlliedExpress
from services.ingest.carriers.amazon_shipping import AmazonShipping
from services.ingest.carriers.bring import Bring
from services.ingest.carriers.lasership import LaserShip
from services.ingest.carriers.parcelone import ParcelOne
from services.ingest.carriers.prestige import Prestige
from services.ingest.carriers.seko import Seko
from services.ingest.carriers.sendle import Sendle
from services.ingest.carriers.ship24 import Ship24
from services.ingest.carriers.shipengine import ShipEngine
from services.ingest.carriers.shippo import Shippo
from services.ingest.carriers.smartkargo import SmartKargo
from services.ingest.carriers.spring import Spring
from services.ingest.carriers.teleship import Teleship
from services.ingest.carriers.track17 import Track17
from services.ingest.reading.meaning import Meaning

UNSIGNED = (
    *(A1(), AlliedExpress(), AmazonShipping(), LaserShip(), ParcelOne(), Prestige()),
    *(Seko(), Sendle(), SmartKargo(), Spring(), Teleship()),
)
SIGNED = (AfterShip(), Bring(), Ship24(), ShipEngine(), Shippo(), Track17())
ALL = (*UNSIGNED, *SIGNED)
PARTIES = {None, "carrier", "sender", "recipient", "customs", "weather", "other"}
BODY = b'{"test": 2432232314}'

every_carrier = pytest.mark.parametrize("carrier", ALL, ids=lambda carrier: carrier.code)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        pytest.param(code, each, id=f"{carrier.code} {code}")
        for carrier in ALL
        for code, each in carrier.codes.items()
    ],
)
def test_every_code_is_said_in_our_words_and_every_reason_has_its_party(code: str, meaning: Meaning) -> None:
    assert code
    assert meaning.milestone in {None, *Milestone}
    assert meaning.substatus in {None, *SUBSTATUSES.get(meaning.milestone or "", ())}
    assert meaning.reason in {None, *Condition}
    assert meaning.party in PARTIES - ({None} if meaning.reason else set())


@pytest.mark.parametrize(
    ("carrier", "delivered"),
    [
        (A1(), {"EVENT_301"}),
        (Prestige(), {"EVENT_301"}),
        (AlliedExpress(), {"Freight has been delivered"}),
        (AmazonShipping(), {"Delivered"}),
        (Bring(), {"DELIVERED"}),
        (LaserShip(), {"Delivered", "Released"}),
        (ParcelOne(), {"DELIVERED", "POD", "90", "DELIVERED_NEIGHBOR", "DELIVERED_SAFE_PLACE"}),
        (Seko(), {"OP-71", "OP-72", "OP-73", "OP-74", "OP-75", "OP-77"}),
        (Sendle(), {"delivered"}),
        (Ship24(), {"delivered", "delivery_delivered"}),
        (Shippo(), {"DELIVERED", "DELIVERED/delivered"}),
        (SmartKargo(), {"DDL", "DLV", "DLD"}),
        (Spring(), {"100"}),
        (Teleship(), {"delivered"}),
        (Track17(), {"Delivered", "Delivered_Other", "40"}),
        (AfterShip(), {"Delivered", *(f"Delivered_00{n}" for n in range(1, 6))}),
        (
            ShipEngine(),
            {
                *("DE", "DELIVERED", "PROOF_OF_DELIVERY", "DELIVERED_DAMAGED", "DELIVERED_IN_PART"),
                *("DELIVERED_SPECIFIED_SAFE_PLACE", "DELIVERED_TO_ALTERNATIVE_DELIVERY_LOCATION"),
                *("DELIVERED_TO_NEIGHBOUR", "DELIVERED_TO_PO_BOX", "PARCEL_COLLECTED_FROM_PICKUP_POINT"),
            },
        ),
    ],
    ids=lambda each: getattr(each, "code", ""),
)
def test_only_a_delivered_code_says_delivered(carrier: Carrier, delivered: set[str]) -> None:
    found = {code for code, meaning in carrier.codes.items() if meaning.milestone == "delivered"}

    assert found == delivered


@every_carrier
@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x00\xff",
        b"{",
        b"{}",
        b"<a>",
        b"<a></a>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        b"<a>" * 64 + b"</a>" * 64,
        b"[[1],null]",
        b'"text"',
        b'{"a":1,"a":2}',
        b"[" * 64 + b"]" * 64,
        b"\xef\xbb\xbf5",
    ],
)
def test_what_is_no_answer_of_the_carrier_is_refused(carrier: Carrier, payload: bytes) -> None:
    with pytest.raises(InvalidPayload):
        carrier.parse(payload)


def verified(carrier: Carrier, headers: dict[str, str], *, secret: str = "secret") -> Verified:
    request = WebhookRequest(
        method="POST",
        path="/",
        headers=headers,
        body=BODY,
        secrets={"other": "word", "one": secret},
        now_ms=1_735_000_000_000,
    )
    return carrier.verify(request)


# printf '%s' '{"test": 2432232314}' | openssl dgst -sha256 -hmac secret (and -binary | base64)
HEX = "c4be5c092d907fa240f2da524c1fd82913705379274d113cacd5ec3a667ad4d4"
BASE64 = "xL5cCS2Qf6JA8tpSTB/YKRNwU3knTRE8rNXsOmZ61NQ="
# printf '%s' '1735000000.{"test": 2432232314}' | openssl dgst -sha256 -hmac secret
STAMPED = "8551037add56b56197566ecf5677dd34539ca4be9ee6e080b3b0137b41bdfebf"
# printf '%s' '{"test": 2432232314}/secret' | sha256sum
KEYED = "3920c726d84dc526bd2839aa0dc485088de3297b9d3fb0bff5aae06b353cbab2"


@pytest.mark.parametrize("carrier", UNSIGNED, ids=lambda carrier: carrier.code)
def test_a_push_without_a_scheme_is_taken_with_our_own_signature_only(carrier: Carrier) -> None:
    assert verified(carrier, {"x-shiplog-signature": HEX}) == Verified("one")
    with pytest.raises(SignatureInvalid):
        verified(carrier, {"x-shiplog-signature": HEX}, secret="another")
    with pytest.raises(SignatureInvalid):
        verified(carrier, {})


@pytest.mark.parametrize(
    ("carrier", "headers", "trust"),
    [
        (AfterShip(), {"aftership-hmac-sha256": BASE64}, "signed_body"),
        (Bring(), {"authorization": "Bearer secret"}, "bearer"),
        (Ship24(), {"authorization": "Bearer secret"}, "bearer"),
        (Shippo(), {"shippo-auth-signature": f"t=1735000000,v1={STAMPED}"}, "signed_body"),
        (Shippo(), {"shippo-auth-signature": f"v1={STAMPED.upper()}, t=1735000000"}, "signed_body"),
        (Track17(), {"sign": KEYED}, "signed_body"),
        (Track17(), {"sign": KEYED.upper()}, "signed_body"),
    ],
)
def test_a_documented_signature_names_its_account(
    carrier: Carrier, headers: dict[str, str], trust: str
) -> None:
    proved = verified(carrier, headers)

    assert (proved.account, proved.trust) == ("one", trust)
    with pytest.raises(SignatureInvalid):
        verified(carrier, headers, secret="another")


@pytest.mark.parametrize(
    ("carrier", "headers"),
    [
        (AfterShip(), {}),
        (AfterShip(), {"aftership-hmac-sha256": HEX}),
        (AfterShip(), {"aftership-hmac-sha256": BASE64.lower()}),
        (Bring(), {}),
        (Bring(), {"authorization": "secret"}),
        (Ship24(), {"authorization": "Basic secret"}),
        (Ship24(), {"authorization": "Bearer "}),
        (ShipEngine(), {}),
        (ShipEngine(), {"x-shipengine-rsa-sha256-signature": BASE64, "x-shipengine-timestamp": "1735000000"}),
        (Shippo(), {}),
        (Shippo(), {"shippo-auth-signature": STAMPED}),
        (Shippo(), {"shippo-auth-signature": f"t=1735000001,v1={STAMPED}"}),
        (Shippo(), {"shippo-auth-signature": f"t=1735000000,v0={STAMPED}"}),
        (Shippo(), {"shippo-auth-signature": f"t=,v1={HEX}"}),
        (Track17(), {}),
        (Track17(), {"sign": ""}),
        (Track17(), {"sign": HEX}),
        (Track17(), {"sign": "\u00e9"}),
    ],
)
def test_a_wrong_or_missing_signature_is_refused(carrier: Carrier, headers: dict[str, str]) -> None:
    with pytest.raises(SignatureInvalid):
        verified(carrier, headers)


def test_an_empty_key_proves_nothing() -> None:
    # printf '%s' '{"test": 2432232314}/' | sha256sum
    keyed = "60dbc5c7ee4aea15ef34c3345bbf5142ca840a5ca390ae373e9a90d1bca24f71"

    with pytest.raises(SignatureInvalid):
        verified(Track17(), {"sign": keyed}, secret="")


@every_carrier
def test_a_carrier_names_its_sources_and_scheme(carrier: Carrier) -> None:
    assert carrier.sources
    assert all(source.strip() for source in carrier.sources)
    assert carrier.signature

"""What holds for each of the posts and couriers: legal words, refusals, our own signature."""

import pytest

from schemas.vocabulary import SUBSTATUSES, Condition, Milestone
from services.ingest.carrier import Carrier, InvalidPayload, SignatureInvalid, WebhookRequest
from services.ingest.carriers.aramex import Aramex
from services.ingest.carriers.asendia import Asendia
from services.ingest.carriers.asendia_us import AsendiaUs
from services.ingest.carriers.australiapost import AustraliaPost
from services.ingest.carriers.bpost import Bpost
from services.ingest.carriers.canadapost import CanadaPost
from services.ingest.carriers.canpar import Canpar
from services.ingest.carriers.landmark import Landmark
from services.ingest.carriers.laposte import LaPoste
from services.ingest.carriers.purolator import Purolator
from services.ingest.carriers.royalmail import RoyalMail
from services.ingest.reading.meaning import Meaning

XML = (Bpost(), CanadaPost(), Canpar(), Landmark(), Purolator())
JSON = (Asendia(), AsendiaUs(), AustraliaPost(), LaPoste(), RoyalMail())
ALL = (*XML, *JSON, Aramex())
PARTIES = {None, "carrier", "sender", "recipient", "customs", "weather", "other"}

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


@every_carrier
def test_a_carrier_names_its_sources(carrier: Carrier) -> None:
    assert all(source.strip() for source in carrier.sources)  # type: ignore[attr-defined]


@pytest.mark.parametrize("carrier", [*XML, Aramex()], ids=lambda carrier: carrier.code)
@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x00\xff",
        b"<a>",
        b"<a></a>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        b"<a>" * 64 + b"</a>" * 64,
    ],
    ids=["empty", "bytes", "cut off", "another document", "entities", "depth"],
)
def test_xml_that_is_no_answer_of_the_carrier_is_refused(carrier: Carrier, payload: bytes) -> None:
    with pytest.raises(InvalidPayload):
        carrier.parse(payload)


@pytest.mark.parametrize("carrier", [*JSON, Aramex()], ids=lambda carrier: carrier.code)
@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"{}", b"[]", b"[[1],null]", b'"text"', b'{"a":1,"a":2}', b"[" * 64 + b"]" * 64],
    ids=["empty", "cut off", "nothing", "no list", "strays", "text", "a member twice", "depth"],
)
def test_json_that_is_no_answer_of_the_carrier_is_refused(carrier: Carrier, payload: bytes) -> None:
    with pytest.raises(InvalidPayload):
        carrier.parse(payload)


@every_carrier
def test_a_push_is_taken_with_our_own_signature_only(carrier: Carrier) -> None:
    # printf '<a/>' | openssl dgst -sha256 -hmac secret
    digest = "18c4276d4e80a8768387631fb4b015868769a0f06dc45dd57c7d4dc3dc11d25f"

    def request(body: bytes) -> WebhookRequest:
        headers, secrets = {"x-shiplog-signature": digest}, {"one": "secret"}
        return WebhookRequest(method="POST", path="/", headers=headers, body=body, secrets=secrets, now_ms=0)

    assert carrier.verify(request(b"<a/>")).account == "one"
    with pytest.raises(SignatureInvalid):
        carrier.verify(request(b"<b/>"))

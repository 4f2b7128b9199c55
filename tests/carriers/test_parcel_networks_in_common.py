"""What holds for each of DHL's carriers, TNT, DPD, GLS and Hermes: words, refusals, signatures, lists."""

import csv
import io
import tarfile
from pathlib import Path
from typing import Any

import cramjam
import pytest

from schemas.vocabulary import SUBSTATUSES, Condition, Milestone
from services.ingest.carrier import Carrier, InvalidPayload, SignatureInvalid, WebhookRequest
from services.ingest.carriers.dhl_express import DhlExpress
from services.ingest.carriers.dhl_parcel_de import DhlParcelDe
from services.ingest.carriers.dhl_poland import DhlPoland
from services.ingest.carriers.dhl_universal import DhlUniversal
from services.ingest.carriers.dpd import Dpd
from services.ingest.carriers.gls import Gls
from services.ingest.carriers.hermes import Hermes
from services.ingest.carriers.mydhl import MyDhl
from services.ingest.carriers.tnt import Tnt
from services.ingest.codebooks.dhl_parcel_de import EVENTS, PAIRS, STANDARD
from services.ingest.codebooks.dhl_services import SERVICES
from services.ingest.codebooks.table import table_of
from services.ingest.reading.meaning import Meaning

XML: tuple[Any, ...] = (DhlExpress(), DhlParcelDe(), DhlPoland(), Dpd(), Tnt())
JSON: tuple[Any, ...] = (DhlParcelDe(), DhlUniversal(), Dpd(), Gls(), Hermes(), MyDhl())
ALL = tuple({each.code: each for each in (*XML, *JSON)}.values())
PARTIES = {None, "carrier", "sender", "recipient", "customs", "weather", "other"}

every_carrier = pytest.mark.parametrize("carrier", ALL, ids=lambda carrier: carrier.code)


@every_carrier
def test_every_code_is_said_in_our_words_and_every_reason_has_its_party(carrier: Any) -> None:
    for code, meaning in carrier.codes.items():
        assert code
        assert meaning.milestone in {None, *Milestone} - {"unknown"}, code
        assert meaning.substatus in {None, *SUBSTATUSES.get(meaning.milestone or "", ())}, code
        assert meaning.reason in {None, *Condition}, code
        assert meaning.party in PARTIES - ({None} if meaning.reason else set()), code


@every_carrier
def test_a_carrier_says_what_it_reads_and_where_its_codes_come_from(carrier: Any) -> None:
    assert carrier.title.strip()
    assert set(carrier.formats) <= {"json", "xml"}
    assert all(source.strip() for source in carrier.sources)


@pytest.mark.parametrize("carrier", XML, ids=lambda carrier: carrier.code)
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


@pytest.mark.parametrize("carrier", JSON, ids=lambda carrier: carrier.code)
@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"{}", b"[]", b"[[1],null]", b'"text"', b'{"a":1,"a":2}', b"[" * 64 + b"]" * 64],
    ids=["empty", "cut off", "nothing", "no list", "strays", "text", "a member twice", "depth"],
)
def test_json_that_is_no_answer_of_the_carrier_is_refused(carrier: Carrier, payload: bytes) -> None:
    with pytest.raises(InvalidPayload):
        carrier.parse(payload)


@every_carrier
def test_a_push_is_taken_with_our_own_signature(carrier: Carrier) -> None:
    # printf '<a/>' | openssl dgst -sha256 -hmac secret
    digest = "18c4276d4e80a8768387631fb4b015868769a0f06dc45dd57c7d4dc3dc11d25f"

    def request(body: bytes, **headers: str) -> WebhookRequest:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        secrets = {"one": "secret"}
        return WebhookRequest(method="POST", path="/", headers=named, body=body, secrets=secrets, now_ms=0)

    assert carrier.verify(request(b"<a/>", x_shiplog_signature=digest)).account == "one"
    for wrong in (request(b"<b/>", x_shiplog_signature=digest), request(b"<a/>")):
        with pytest.raises(SignatureInvalid):
            carrier.verify(wrong)


def test_a_code_table_is_read_as_it_is_written() -> None:
    table = table_of(
        """
# a comment
in_transit/hub_arrived: AF
    PL
delivery_attempted/refused refused@recipient: RD
delivered @sender: XY
nothing on_hold@carrier: OH
nothing: IA
"""
    )

    assert table == {
        "AF": Meaning("in_transit", "hub_arrived"),
        "PL": Meaning("in_transit", "hub_arrived"),
        "RD": Meaning("delivery_attempted", "refused", "refused", "recipient"),
        "XY": Meaning("delivered", None, None, "sender"),
        "OH": Meaning(None, None, "on_hold", "carrier"),
        "IA": Meaning(None),
    }


def test_a_code_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="AF has two meanings"):
        table_of("in_transit: AF\ndelivered: AF")


def codebook(shared: Path, name: str) -> list[dict[str, str]]:
    """The rows of one of the code lists among the real inputs."""
    packed = (shared / "shared-codebooks-and-couriers.tar.zst").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(bytes(cramjam.zstd.decompress(packed)))) as archive:
        member = archive.extractfile(f"codebooks/{name}")
        assert member is not None
        return list(csv.DictReader(io.StringIO(member.read().decode("latin-1")), delimiter=";"))


def test_every_pair_of_dhl_parcels_code_list_has_its_meaning_and_no_other_pair(shared_data: Path) -> None:
    rows = codebook(shared_data, "dhl_parcel_de_ice_ric_2024-07.csv")

    pairs = {f"{row['ice_event_code']}/{row['ice_ric_code']}" for row in rows}
    triples = {
        f"{row['ice_event_code']}/{row['ice_ric_code']}/{row['ttpro_event_code']}": row for row in rows
    }
    assert len(rows) == len(triples) == 338
    assert [each for each in triples if not {each, each.rpartition("/")[0]} & PAIRS.keys()] == []
    assert PAIRS.keys() <= pairs | triples.keys()
    assert {row["ice_event_code"] for row in rows} == EVENTS.keys()
    assert {row["ttpro_event_code"] for row in rows} == STANDARD.keys()


def test_delivered_is_said_of_dhl_parcels_pairs_only_where_the_list_says_so(shared_data: Path) -> None:
    rows = codebook(shared_data, "dhl_parcel_de_ice_ric_2024-07.csv")

    delivered = {
        f"{row['ice_event_code']}/{row['ice_ric_code']}" for row in rows if row["ttpro_event_code"] == "ZU"
    }
    said = {code for code, meaning in PAIRS.items() if meaning.milestone == "delivered"}
    assert {"/".join(code.split("/")[:2]) for code in said} <= delivered


def test_every_status_of_dhls_services_has_its_meaning_and_no_other_has(shared_data: Path) -> None:
    listed: dict[str, set[str]] = {}
    for row in codebook(shared_data, "dhl_services_status.csv"):
        listed.setdefault(row["Service"], set()).add(row["Status"])

    # the express list is the checkpoints that customers are shown; the older toolkit has more
    assert listed.pop("express") < SERVICES["express"].keys()
    assert listed == {service: set(table) for service, table in SERVICES.items() if service != "express"}
    assert sum(map(len, listed.values())) == 1046

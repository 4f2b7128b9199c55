"""Ids: the generated vectors against literals, Python's own uuid5 and the functions that make ids."""

import hashlib
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from schemas.identity_vectors import (
    ALERT_VECTORS,
    DEADLINE_VECTORS,
    EVENT_VECTORS,
    REGISTRATION_CANONICAL,
    REGISTRATION_DATA,
    Vector,
)
from schemas.ids import (
    NAMESPACE,
    alert_id,
    canonical_json,
    data_hash,
    deadline_event_id,
    event_id,
    uuid5_text,
)

EVENT_STRINGS = (
    "ScanRecorded\x1facme\x1fAB123\x1ffact\x1f2026-11-21T13:04:00.000Z\x1fPU\x1f\x00\x1f\x00",
    "ScanRecorded\x1facme\x1fAB123\x1fid\x1fev-77",
    "ShipmentRegistered\x1facme\x1fAB123\x1ffact\x1f2026-11-20T04:00:00.000Z\x1f\x00\x1f\x00\x1f\x00\x1f"
    "03123de1dce3df1b3c7e97fd2cd8b2ce86f2106f2fd24faab6e043e264364e12",
)
EVENT_IDS = (
    "7ad66ce9-b135-581e-b826-307dc74a9cea",
    "7778ba15-84e2-5077-996c-bf870532a7e4",
    "dad992f9-7424-5579-99f9-fe49c242ad54",
)
DEADLINE_STRING = "DeadlinePassed\x1facme\x1fAB123\x1fdeadline\x1fpromise_overdue\x1f2026-11-24T19:00:00.000Z"
DEADLINE_ID = "f7d6b7f5-33cb-5591-ae37-e0a134c7ff3c"
ALERT_STRINGS = (
    "Alert\x1facme:AB123\x1fdelivered\x1f0b7c1f6e-4a52-5d3e-9c11-2f64a8d0e9b3\x1f1",
    "Alert\x1facme:AB123\x1fdelivered\x1f0b7c1f6e-4a52-5d3e-9c11-2f64a8d0e9b3\x1f2",
    "Alert\x1facme:AB123\x1fdelay_overdue\x1ff7d6b7f5-33cb-5591-ae37-e0a134c7ff3c\x1f1",
)
ALERT_IDS = (
    "a1b2cb6e-2205-5907-a385-f40716770e7d",
    "aa9cacf2-8570-540c-a1f9-453ff419519b",
    "56fd0146-0252-50ab-96a1-175f7e6fd53e",
)


def test_the_namespace_is_derived_from_our_urn() -> None:
    assert uuid5(NAMESPACE_URL, "urn:shiplog:ids") == NAMESPACE


@pytest.mark.parametrize(
    ("vector", "hashed", "literal"),
    [
        *zip(EVENT_VECTORS, EVENT_STRINGS, EVENT_IDS, strict=True),
        *zip(DEADLINE_VECTORS, [DEADLINE_STRING], [DEADLINE_ID], strict=True),
        *zip(ALERT_VECTORS, ALERT_STRINGS, ALERT_IDS, strict=True),
    ],
    ids=lambda value: value.about if isinstance(value, Vector) else "",
)
def test_a_vector_is_what_pythons_uuid5_makes_of_the_written_out_string(
    vector: Vector, hashed: str, literal: str
) -> None:
    assert vector.name == hashed
    assert vector.id == literal
    assert str(uuid5(NAMESPACE, hashed)) == literal


@pytest.mark.parametrize("vector", EVENT_VECTORS, ids=lambda vector: vector.about)
def test_an_event_vector_is_what_event_id_gives(vector: Vector) -> None:
    given = dict(vector.given)

    found = event_id(given.pop("event_type"), given.pop("shipment"), **given)

    assert found == vector.id


def test_the_deadline_vector_is_what_deadline_event_id_gives() -> None:
    (vector,) = DEADLINE_VECTORS
    given = dict(vector.given)

    assert deadline_event_id(given.pop("shipment"), **given) == vector.id


@pytest.mark.parametrize("vector", ALERT_VECTORS, ids=lambda vector: vector.about)
def test_an_alert_vector_is_what_alert_id_gives(vector: Vector) -> None:
    given = dict(vector.given)

    assert alert_id(given.pop("shipment"), **given) == vector.id


def test_the_written_out_canonical_data_is_what_is_hashed() -> None:
    assert canonical_json(REGISTRATION_DATA).decode() == REGISTRATION_CANONICAL
    assert data_hash(REGISTRATION_DATA) == hashlib.sha256(REGISTRATION_CANONICAL.encode()).hexdigest()


def test_null_members_and_sealed_fields_do_not_change_an_id() -> None:
    sealed = {"key_id": "k", "nonce": "n", "ciphertext": "c"}

    noisy = REGISTRATION_DATA | {"merchant": None, "recipient": sealed, "origin": {"city": None}}

    assert data_hash(noisy) == data_hash(REGISTRATION_DATA | {"origin": {}})
    assert data_hash(REGISTRATION_DATA | {"recipient": sealed, "merchant": None}) == data_hash(
        REGISTRATION_DATA
    )


def test_words_of_the_carrier_and_place_names_do_not_change_an_id() -> None:
    def named(city: str) -> str:
        data = {"milestone": "picked_up", "location": {"city": city, "facility_id": "ALA-1"}}
        return event_id("ScanRecorded", ("acme", "AB123"), data=data, time="2026-11-21", raw_code="PU")

    assert named("Almaty") == named("Алматы")


def test_another_facility_piece_code_or_time_is_another_fact() -> None:
    def scan(*, time: str = "2026-11-21", code: str = "PU", piece: str = "1", facility: str = "F1") -> str:
        data = {"piece": piece, "location": {"facility_id": facility}}
        return event_id("ScanRecorded", ("acme", "AB123"), data=data, time=time, raw_code=code)

    ids = {scan(), scan(time="2026-11-22"), scan(code="X6"), scan(piece="2"), scan(facility="F2")}

    assert len(ids) == 5


def test_a_scan_without_raw_code_is_known_by_milestone_and_substatus() -> None:
    data = {"milestone": "in_transit", "substatus": "hub_arrived"}

    by_words = event_id("ScanRecorded", ("acme", "AB123"), data=data, time=None)

    assert by_words == uuid5_text(
        "ScanRecorded", "acme", "AB123", "fact", None, "in_transit/hub_arrived", None, None
    )


def test_a_retraction_is_known_by_its_target_in_lower_case() -> None:
    target = "7AD66CE9-B135-581E-B826-307DC74A9CEA"

    upper = event_id("EventRetracted", ("acme", "AB123"), data={"retracts": target}, time=None)
    lower = event_id("EventRetracted", ("acme", "AB123"), data={"retracts": target.lower()}, time=None)
    other = event_id("EventRetracted", ("acme", "AB123"), data={"retracts": EVENT_IDS[1]}, time=None)

    assert upper == lower
    assert upper != other


def test_the_made_ids_say_version_5_and_the_rfc_variant() -> None:
    made = UUID(uuid5_text("a", None, "b"))

    assert made.version == 5
    assert made.variant == "specified in RFC 4122"

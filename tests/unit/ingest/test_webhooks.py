"""A carrier's own request: proved first, by its raw bytes; then read; answered once all of it is safe."""

import hashlib
import hmac
from collections.abc import Collection
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.ingest.carrier import InvalidPayload, ParsedEvent, ParsedPayload, SignatureInvalid, Verified
from services.ingest.publisher import Overloaded
from services.ingest.reading.answers import UNNAMED
from services.ingest.signatures.plain import hmac_header
from services.ingest.webhooks import Webhooks
from services.runtime.deadletter import read_dead_letter
from tests.builders import canonical_scan, hour
from tests.counted import counted
from tests.unit.ingest.stand import TOPICS, Stand, make_stand

SECRET = b"our secret"


class FakeCarrier:
    """A carrier whose payload is a list of canonical events, signed with an HMAC of the body."""

    code = "acme"
    title = "Acme"
    mapping_version = 3
    formats = ("json",)
    sources = ()
    signature = "HMAC-SHA256"
    codes: dict[str, Any] = {}  # noqa: RUF012 - a carrier has one

    def __init__(self, *, unknown: Collection[str] = ()) -> None:
        self.happened: list[str] = []
        self._unknown = unknown

    def verify(self, request: Any) -> Verified:
        """As Carrier.verify."""
        self.happened.append("verify")
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """As Carrier.parse."""
        self.happened.append("parse")
        try:
            return ParsedPayload(tuple(self._event(members) for members in orjson.loads(payload)))
        except orjson.JSONDecodeError as error:
            raise InvalidPayload("no JSON") from error

    def _event(self, members: dict[str, Any]) -> ParsedEvent:
        return ParsedEvent(members, known=members["tracking_number"] not in self._unknown)


def signed(body: bytes, *, secret: bytes = SECRET) -> dict[str, str]:
    """The headers of a request that is signed."""
    return {"x-shiplog-signature": hmac.new(secret, body, hashlib.sha256).hexdigest()}


def payload(*events: dict[str, Any]) -> bytes:
    """A request's body."""
    return orjson.dumps([*events])


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """An ingest in memory."""
    return make_stand(tmp_path)


def webhooks(stand: Stand, carrier: FakeCarrier) -> Webhooks:
    """The way in of that carrier."""
    return Webhooks(stand.ingest, {"acme": carrier}, {"acme": {"main": SECRET.decode()}}, "1")  # type: ignore[dict-item]


def take(stand: Stand, carrier: FakeCarrier, body: bytes, headers: dict[str, str]) -> list[str]:
    """The ids that the sender is told."""
    way_in = webhooks(stand, carrier)
    return way_in.take(carrier, method="POST", path="/", headers=headers, body=body).event_ids  # type: ignore[arg-type]


def kept(stand: Stand) -> list[tuple[bytes, str]]:
    """Value and error class of what lies in `.rejected`."""
    records = [record for _, record in stand.broker.committed(TOPICS.rejected.name, 0)]
    letters = [read_dead_letter(record.key, record.value, record.headers) for record in records]
    return [(letter.value, letter.error_class) for letter in letters]


def test_a_request_is_proved_before_it_is_read_and_logged_before_it_is_answered(stand: Stand) -> None:
    carrier, body = (
        FakeCarrier(),
        payload(canonical_scan("picked_up"), canonical_scan("delivered", at=hour(2))),
    )

    ids = take(stand, carrier, body, signed(body))

    assert carrier.happened == ["verify", "parse"]
    assert [event["event_id"] for event in stand.logged()] == ids
    assert [event["source"]["trust"] for event in stand.logged()] == ["signed_body"] * 2
    assert [event["mapping_version"] for event in stand.logged()] == [3, 3]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no signature"),
        pytest.param({"x-shiplog-signature": ""}, id="an empty one"),
        pytest.param({"x-shiplog-signature": "0" * 64}, id="a made-up one"),
        pytest.param(signed(payload(canonical_scan("lost"))), id="one of another body"),
        pytest.param(signed(payload(canonical_scan("picked_up")), secret=b"theirs"), id="another secret"),
        pytest.param(signed(payload(canonical_scan("picked_up")) + b" "), id="one of the same JSON"),
    ],
)
def test_what_is_not_proved_is_neither_read_nor_kept(stand: Stand, headers: dict[str, str]) -> None:
    carrier, body = FakeCarrier(), payload(canonical_scan("picked_up"))

    with pytest.raises(SignatureInvalid):
        take(stand, carrier, body, headers)

    assert carrier.happened == ["verify"]
    assert stand.logged() == []
    assert kept(stand) == []


def test_an_unproved_request_is_unauthorised_over_http_whatever_its_body(stand: Stand) -> None:
    answers = [
        stand.client().post("/v1/carriers/easypost/webhook", content=body)
        for body in (b"", b"{", b'{"object":"Event"}')
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert kept(stand) == []


def test_a_proved_request_that_cannot_be_read_is_kept_byte_for_byte_before_it_is_answered(
    stand: Stand,
) -> None:
    carrier, body = FakeCarrier(), b"\xff no JSON at all"
    before = counted("rejected_total", carrier="acme", error_class="invalid_payload")

    assert take(stand, carrier, body, signed(body)) == []

    assert kept(stand) == [(body, "invalid_payload")]
    assert counted("rejected_total", carrier="acme", error_class="invalid_payload") == before + 1


def test_codes_that_no_table_has_are_counted_by_carrier(stand: Stand) -> None:
    scans = [canonical_scan("picked_up", number=number) for number in ("A", "B", "C")]
    before = counted("unknown_codes_total", carrier="acme")

    take(stand, FakeCarrier(unknown=("A", "C")), payload(*scans), signed(payload(*scans)))

    assert counted("unknown_codes_total", carrier="acme") == before + 2
    assert len(stand.logged()) == 3


def test_an_event_that_does_not_name_its_parcel_is_told_and_the_others_are_taken(stand: Stand) -> None:
    carrier = FakeCarrier()
    body = payload(canonical_scan("picked_up", number=UNNAMED), canonical_scan("lost"))

    ids = take(stand, carrier, body, signed(body))

    assert [event["event_id"] for event in stand.logged()] == ids
    assert [event["data"]["milestone"] for event in stand.logged()] == ["lost"]
    assert kept(stand) == [(body, "invalid_payload")]


def test_of_a_request_read_in_part_the_good_events_are_logged_and_the_whole_is_kept(stand: Stand) -> None:
    carrier, body = FakeCarrier(), payload(canonical_scan("picked_up"), canonical_scan("teleported"))

    ids = take(stand, carrier, body, signed(body))

    assert len(ids) == 1
    assert [event["data"]["milestone"] for event in stand.logged()] == ["picked_up"]
    assert kept(stand) == [(body, "invalid_payload")]


@pytest.mark.parametrize("body", [payload(canonical_scan("picked_up")), b"no JSON"], ids=["read", "not read"])
def test_a_request_that_neither_kafka_nor_the_spool_takes_is_not_answered_with_success(
    tmp_path: Path, body: bytes
) -> None:
    stand = make_stand(tmp_path, spool_bytes=10)
    stand.broker.away = True

    with pytest.raises(Overloaded):
        take(stand, FakeCarrier(), body, signed(body))


def test_personal_data_in_a_carriers_payload_is_sealed_before_it_is_logged(stand: Stand) -> None:
    proof = {"name": "Ann Unlikely"}
    carrier, body = FakeCarrier(), payload(canonical_scan("delivered", proof=proof))

    take(stand, carrier, body, signed(body))

    assert b"Unlikely" not in b"".join(stand.values())
    assert {"key_id", "nonce", "ciphertext"} <= stand.logged()[0]["data"]["proof"].keys()
    assert stand.keys.asked == ["shipment:acme:P1"]


def test_without_keys_nothing_of_a_payload_with_personal_data_is_logged_open(stand: Stand) -> None:
    stand.keys.away = True
    carrier, body = FakeCarrier(), payload(canonical_scan("delivered", proof={"name": "Ann Unlikely"}))

    with pytest.raises(Exception, match="PostgreSQL"):
        take(stand, carrier, body, signed(body))

    assert stand.values() == []
    assert stand.spool.depth == 0


def test_an_event_sent_again_later_has_the_same_id_and_says_when_it_came(stand: Stand) -> None:
    carrier, body = FakeCarrier(), payload(canonical_scan("picked_up"))

    first = take(stand, carrier, body, signed(body))
    stand.clock.advance_to(hour(5))
    second = take(stand, carrier, body, signed(body))

    one, two = stand.logged()
    assert first == second
    assert one["recorded_at"] != two["recorded_at"]
    assert one | {"recorded_at": ""} == two | {"recorded_at": ""}

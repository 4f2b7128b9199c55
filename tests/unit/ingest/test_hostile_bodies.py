"""Whatever a client sends: 2xx or 4xx with problem details, never 5xx; good lines are taken."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode_event
from services.ingest.canonical import MODELS
from tests.builders import canonical_scan
from tests.unit.ingest.stand import Stand, make_stand

GOOD = orjson.dumps(canonical_scan("picked_up"))
SCAN = b'{"type":"ScanRecorded","carrier":"acme","tracking_number":"1","data":{"milestone":"lost"}'

HOSTILE = {
    "nothing": b"",
    "half an object": b'{"type":',
    "brackets": b"[" * 500_000,
    "objects": b'{"a":' * 100_000,
    "a duplicate key": SCAN + b',"carrier":"other"}',
    "NaN": SCAN + b',"order_hint":NaN}',
    "a lone surrogate": SCAN + b',"raw":{"text":"\\ud800"}}',
    "NUL": SCAN + b',"raw":{"text":"\\u0000"}}',
    "Latin-1": SCAN + b',"raw":{"text":"\xe9"}}',
    "UTF-16": GOOD.decode().encode("utf-16"),
    "month 13": SCAN + b',"occurred_at":"2026-13-01T00:00:00Z"}',
    "an unknown field": SCAN + b',"nonsense":1}',
    "an unknown type": SCAN.replace(b"ScanRecorded", b"Scan") + b"}",
    "an unknown milestone": SCAN.replace(b"lost", b"vanished") + b"}",
    "a hint beyond 64 bits": SCAN + b',"order_hint":9223372036854775808}',
    "a number of 100,000 digits": SCAN + b',"order_hint":' + b"9" * 100_000 + b"}",
    "an exponent without end": SCAN + b',"raw":{"code":1e99999}}',
    "a date of year 0": SCAN + b',"occurred_at":"0000-01-01"}',
    "an offset without end": SCAN + b',"occurred_at":"2026-01-01T00:00:00+99:99"}',
    "a zone that is a path": SCAN + b',"zone":"../../etc/passwd"}',
    "a number of quotes": b'"' * 99_999,
    "an array in an array": b"[[" + GOOD + b"]]",
    "nothing but null": b"null",
    "a key that Kafka would not take": SCAN.replace(b'"1"', b'"\xf0\x9f\x93\xa6"') + b"}",
}


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    return make_stand(tmp_path_factory.mktemp("hostile"), spool_bytes=1 << 40)


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson"])
def test_a_hostile_body_is_refused_with_problem_details(stand: Stand, body: bytes, kind: str) -> None:
    answer = stand.client().post("/v1/events", content=body, headers={"content-type": kind})

    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("body", [*HOSTILE.values()], ids=HOSTILE.keys())
def test_good_lines_around_a_hostile_one_are_taken(stand: Stand, body: bytes) -> None:
    body = body.replace(b"\n", b"")
    lines = b"\n".join([GOOD, body, GOOD])

    answer = stand.client().post(
        "/v1/events", content=lines, headers={"content-type": "application/x-ndjson"}
    )

    told = answer.json()
    assert (answer.status_code, told["accepted"]) == (202, 2)
    assert [each["line"] for each in told["rejected"]] == ([2] if body else [])


@pytest.mark.parametrize(
    "path",
    [
        "/v1/shipments",
        "/v1/shipments/acme:1/cancel",
        "/v1/shipments/acme:1/retract",
        "/v1/shipments/%00/cancel",
        "/v1/carriers/easypost/webhook",
        "/v1/carriers/%ff/webhook",
        "/v1/shipments/acme:1/address-change",
    ],
)
def test_hostile_bodies_are_refused_everywhere(stand: Stand, path: str) -> None:
    client = stand.client()

    for body in HOSTILE.values():
        answer = client.post(path, content=body, headers={"content-type": "application/json"})
        assert answer.status_code < 500, body[:80]
        assert answer.status_code < 300 or answer.headers["content-type"] == "application/problem+json"


texts = st.text(max_size=6) | st.sampled_from(
    [
        "2026-01-01T00:00:00Z",
        "2026-01-01",
        "acme",
        "Asia/Almaty",
        "order_promised",
        "lost",
        "delivered",
        "11111111-1111-5111-8111-111111111111",
        "\x00",
        "\x7f",
        "x" * 70,
    ]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
DATA_MODELS = {model.model_fields["data"].annotation for model in MODELS.values()}
names = st.sampled_from(
    sorted({field.alias or name for model in DATA_MODELS for name, field in model.model_fields.items()})
)
events = st.fixed_dictionaries(
    {
        "type": st.sampled_from(sorted(MODELS)) | values,
        "carrier": st.just("acme") | values,
        "tracking_number": st.just("1") | values,
        "data": st.dictionaries(names, values, max_size=5) | values,
    },
    optional=dict.fromkeys(
        ("occurred_at", "zone", "carrier_event_id", "order_hint", "raw", "recorded_at", "other"), values
    ),
)


def written(value: Any) -> bytes:
    """JSON as Python writes it: NaN, Infinity, huge integers and lone surrogates included."""
    return json.dumps(value).encode()


@settings(max_examples=300, deadline=None)
@given(st.lists(events | values, max_size=3), st.sampled_from(["application/json", "application/x-ndjson"]))
def test_made_up_bodies_never_give_a_server_error_and_what_is_taken_can_be_read(
    stand: Stand, sent: list[Any], kind: str
) -> None:
    body = written(sent) if kind == "application/json" else b"\n".join(written(each) for each in sent)
    before = len(stand.values())

    answer = stand.client().post("/v1/events", content=body, headers={"content-type": kind})

    assert answer.status_code < 500, body
    for value in stand.values()[before:]:
        decode_event(value)


def test_the_table_is_sent_from_a_home_of_its_own(tmp_path: Path) -> None:
    stand = make_stand(tmp_path)

    for body in HOSTILE.values():
        stand.client().post("/v1/events", content=body, headers={"content-type": "application/json"})

    assert stand.logged() == []

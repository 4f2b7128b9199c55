"""DCSA Track & Trace: errors, answers without events, the examples of the standard, and hostile answers."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.carrier import InvalidPayload
from tests.carriers.trade_documents import (
    Json,
    equipment,
    ids,
    of_dcsa,
    shared_documents,
    story,
    told_by,
    withdrawal,
)


@pytest.mark.parametrize(
    ("told", "errors"),
    [
        (
            {"statusCode": 404, "errors": [{"errorCode": 7006, "errorCodeMessage": "no such event"}]},
            [("7006", "no such event")],
        ),
        (
            {"statusCode": 501, "errors": [{"reason": "notThere", "message": "not yet"}]},
            [("notThere", "not yet")],
        ),
        ({"statusCode": 500, "statusCodeText": "Internal Server Error"}, [("500", "Internal Server Error")]),
    ],
)
def test_an_error_answer_makes_no_event(told: Json, errors: list[tuple[str, str]]) -> None:
    parsed = of_dcsa(told)

    assert parsed.events == ()
    assert [(error.code, error.detail) for error in parsed.errors] == errors


def test_what_is_no_event_beside_one_is_told() -> None:
    parsed = of_dcsa([equipment("LOAD"), {"portCallID": "P-1"}, 5])

    assert len(parsed.events) == 1
    assert parsed.warnings == (
        "/2 is no object and is left out",
        "1 objects are no DCSA events and are left out",
    )


def test_an_empty_answer_says_so() -> None:
    assert of_dcsa([]).warnings == of_dcsa({"events": []}).warnings == ("no events",)


@pytest.mark.parametrize("told", [None, 5, "x", {}, [{}], {"metadata": {}}, [{"portCallID": "P-1"}]])
def test_what_holds_no_event_is_invalid(told: Any) -> None:
    with pytest.raises(InvalidPayload):
        of_dcsa(told)


def test_real_examples_give_events_errors_or_say_why_not(shared_data: Path) -> None:
    lines = shared_documents(shared_data)["dcsa/dcsa_examples.jsonl"].splitlines()
    rows = [orjson.loads(line) for line in lines]
    tracked = [row["payload"] for row in rows if "/tnt/" in row["path"] or row["path"].startswith("tnt/")]
    read = [of_dcsa(told) for told in tracked if "documentReferenceType" not in str(told)]

    assert len(read) == 20
    assert all(each.events or each.warnings for each in read)
    assert sum(len(each.events) for each in read) == 18
    assert all(told_by(each) for each in read if each.events)


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
NAMES = [
    *(
        "eventID",
        "eventType",
        "eventDateTime",
        "eventCreatedDateTime",
        "eventClassifierCode",
        "retractedEventID",
    ),
    *("equipmentReference", "references", "relatedDocumentReferences", "documentReferences", "transportCall"),
    *("eventLocation", "delayReasonCode", "metadata", "payload", "events", "errors", "documentTypeCode"),
]
changes = st.dictionaries(st.sampled_from(NAMES), anything, max_size=4)
hostile_events = st.builds(
    lambda told, inner, outer, first: {
        **told,
        "metadata": {**told["metadata"], **first},
        "payload": {**told.get("payload", {}), **inner},
        **outer,
    },
    st.sampled_from([*story(), withdrawal("E-1")]),
    changes,
    changes,
    changes,
)


@given(st.lists(hostile_events | anything, max_size=3) | hostile_events | anything)
def test_no_answer_raises_anything_but_invalid(told: Any) -> None:
    try:
        parsed = of_dcsa(told)
    except (InvalidPayload, orjson.JSONEncodeError):
        return
    assert ids(parsed) == ids(of_dcsa(told))

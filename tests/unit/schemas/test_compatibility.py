"""The compatibility check: every planted break is named, every harmless change passes."""

from copy import deepcopy
from typing import Any

import pytest

from schemas.compatibility import UnknownKeyword, breaks
from schemas.json_schema import schema_documents

Json = dict[str, Any]


def changed(document: str, path: str, value: Any) -> tuple[Json, Json]:
    """A wire value's schema as it is, and with the member at `path` replaced (None = taken out)."""
    old = schema_documents()[f"{document}.json"]
    new = deepcopy(old)
    *steps, last = path.split("/")
    place: Any = new
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return old, new


@pytest.mark.parametrize("name", sorted(schema_documents()))
def test_a_schema_is_compatible_with_itself(name: str) -> None:
    document = schema_documents()[name]

    assert breaks(document, document) == ()


@pytest.mark.parametrize(
    ("document", "path", "value", "named"),
    [
        ("Alert", "properties/late_by", None, "/late_by: removed"),
        ("Alert", "required", ["alert_id"], "/kind: older readers demand it"),
        ("Alert", "properties/leg_no", {"type": "string"}, "/leg_no: integer is no longer taken"),
        ("Alert", "properties/leg_no", {"type": "string"}, "/leg_no: string is new to older readers"),
        ("Alert", "properties/order_id", {"type": "string"}, "/order_id: null is no longer taken"),
        ("Alert", "properties/shipment", {"type": ["string", "null"]}, "/shipment: null is new to older"),
        ("Alert", "$defs/AlertKind/enum", ["delivered"], "/kind: 'stalled' is no longer taken"),
        (
            "StatusChanged",
            "properties/schema_version/default",
            2,
            "/schema_version: a missing member meant 1",
        ),
        (
            "StatusChanged",
            "$defs/ShipmentView/properties/leg_no/type",
            "number",
            "/after/leg_no: integer is no",
        ),
        ("StatusChanged", "$defs/ShipmentView/properties/scans", None, "/after/scans: removed"),
        (
            "StatusChanged",
            "$defs/Announcement/required",
            ["alert_id"],
            "/announcements/*/kind: older readers",
        ),
        (
            "StatusChanged",
            "properties/changes/items/type",
            "integer",
            "/changes/*: string is no longer taken",
        ),
        ("Envelope", "properties/schema_version/const", 2, "/schema_version: 1 is no longer taken"),
        ("Envelope", "properties/schema_version/const", 2, "/schema_version: 2 is new to older readers"),
        ("Envelope", "properties/event_id/pattern", "^x$", "/event_id: pattern was"),
        ("Envelope", "properties/event_id/pattern", None, "/event_id: pattern was"),
        ("Envelope", "properties/tz_confidence/enum", None, "/tz_confidence: the list of words came or went"),
        ("Envelope", "properties/tz_confidence/default", "exact", "/tz_confidence: a missing member meant"),
        ("Envelope", "properties/data/additionalProperties", False, "/data/*: additionalProperties was True"),
        ("data/ScanRecorded", "properties/substatus/anyOf/0/maxLength", 64, "/substatus: maxLength was 4096"),
        (
            "data/ScanRecorded",
            "$defs/Location/properties/lat/anyOf/0/type",
            "string",
            "/location/lat: number",
        ),
        ("data/ScanRecorded", "properties/piece", {"type": "null", "default": None}, "/piece: string is no"),
    ],
)
def test_a_planted_break_is_named(document: str, path: str, value: Any, named: str) -> None:
    old, new = changed(document, path, value)

    found = breaks(old, new)

    assert any(line.startswith(named) for line in found), found


def test_a_new_required_member_is_named() -> None:
    old, new = changed("Alert", "properties/channel", {"type": "string"})
    new["required"].append("channel")

    assert breaks(old, new) == ("/channel: older messages lack it",)


def test_a_member_that_becomes_required_is_named() -> None:
    old, new = changed("Envelope", "required", [*schema_documents()["Envelope.json"]["required"], "raw"])

    assert breaks(old, new) == ("/raw: older messages lack it",)


def test_a_new_word_is_named_because_an_older_reader_refuses_it() -> None:
    kinds = schema_documents()["Alert.json"]["$defs"]["AlertKind"]["enum"]
    old, new = changed("Alert", "$defs/AlertKind/enum", [*kinds, "lost"])

    assert breaks(old, new) == ("/kind: 'lost' is new to older readers",)


@pytest.mark.parametrize(
    ("document", "path", "value"),
    [
        ("Alert", "properties/channel", {"type": "string", "default": "any"}),
        ("Alert", "properties/note", {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}),
        ("StatusChanged", "$defs/ShipmentView/properties/eta", {"type": "integer", "default": 0}),
        ("Envelope", "$defs/Raw/properties/agency", {"type": "string", "default": ""}),
        ("Envelope", "description", "said in other words"),
        ("Alert", "$defs/PromiseView/title", "PromiseAsShown"),
    ],
)
def test_an_added_optional_member_or_another_wording_breaks_nobody(
    document: str, path: str, value: Any
) -> None:
    old, new = changed(document, path, value)

    assert breaks(old, new) == ()


def test_a_model_that_is_only_renamed_breaks_nobody() -> None:
    old = schema_documents()["Alert.json"]
    new = deepcopy(old)
    new["$defs"]["Kind"] = new["$defs"].pop("AlertKind")
    new["properties"]["kind"] = {"$ref": "#/$defs/Kind"}

    assert breaks(old, new) == ()


def test_a_schema_that_refers_to_itself_is_walked_once() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}
    old = {"$defs": {"Node": node}, "$ref": "#/$defs/Node"}
    new = deepcopy(old)
    new["$defs"]["Node"]["properties"]["size"] = {"type": "integer"}

    assert breaks(old, new) == ()
    assert breaks(new, old) == ("/size: removed",)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "patternProperties": {}},
        {"anyOf": [{"type": "string", "pattern": "^a"}, {"type": "string", "pattern": "^b"}]},
    ],
)
def test_what_the_check_cannot_judge_it_refuses(schema: Json) -> None:
    with pytest.raises(UnknownKeyword):
        breaks(schema, schema)

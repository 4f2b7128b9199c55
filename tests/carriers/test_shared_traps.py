"""The traps that the README of the real inputs names, each met by one of them."""

import pytest

from schemas.ids import canonical_json
from services.domain.view import view
from services.ingest.checks import check_event
from services.ingest.envelope import Origin, envelope_of
from services.ingest.registry import carriers
from tests.builders import replay
from tests.carriers.shared import Json, Tree, body, needs_shared_data, rows

ROWS = {row["id"].split("/", 1)[1]: row for row in rows("shared-carrier-payloads.jsonl.gz")}

pytestmark = needs_shared_data


def envelopes(name: str, payload: bytes | None = None) -> list[Json]:
    """What is logged of a payload."""
    row = ROWS[name]
    carrier = carriers()[row["carrier"]]
    origin = Origin(channel="webhook", trust="signed_body")
    read = carrier.parse(body(row["raw"]) if payload is None else payload)
    return [
        envelope_of(
            check_event(event.members, zone_inferred=event.zone_inferred),
            recorded_at="2026-01-01T00:00:00.000Z",
            origin=origin,
            mapping_version=carrier.mapping_version,
            sha256=event.sha256,
        )
        for event in read.events
    ]


def scans(name: str) -> list[Json]:
    return [each for each in envelopes(name) if each["type"] == "ScanRecorded"]


def walls(found: list[Json]) -> list[str]:
    return sorted(each["occurred_local"] for each in found)


def test_an_afternoon_stays_an_afternoon() -> None:
    # 8/17/2021 7:11:26 PM is the first scan
    assert walls(scans("dpd/test_parse_tracking_response"))[0] == "2021-08-17T19:11:26.000"


def test_two_scans_of_one_second_that_only_a_towns_name_tells_apart_are_one_fact() -> None:
    tree = Tree(body(ROWS["dpd/test_parse_tracking_response"]["raw"]))
    backwards = tree.reordered(lambda listed: listed[::-1])

    found = scans("dpd/test_parse_tracking_response")

    # a name is no code of a facility: it may be written otherwise tomorrow, and ids may not change with it
    failed = [each for each in found if each["raw"]["code"] == "DeliveryFailure"]
    assert (len(found), [each["occurred_local"] for each in failed]) == (14, ["2021-08-18T14:43:31.000"])
    assert failed[0] in envelopes("dpd/test_parse_tracking_response", backwards)


def test_two_scans_of_one_second_at_two_depots_with_codes_are_two() -> None:
    def same_second(name: str, text: str) -> str:
        return {"StatusCode": "OK", "LocalEventDate": "20210204", "LocalEventTime": "0841"}.get(name, text)

    tree = Tree(body(ROWS["tnt/test_parse_tracking_response"]["raw"]))

    found = envelopes("tnt/test_parse_tracking_response", tree.reworded(same_second))

    depots = [(each["data"]["piece"], each["data"]["location"]["facility_id"]) for each in found]
    assert len(depots) == len(set(depots)) > 5
    assert len({each["event_id"] for each in found}) == len(found)


def test_events_nested_in_items_are_not_lost() -> None:
    found = scans("australiapost/test_parse_tracking_response")

    assert len(found) == 27
    assert len({each["shipment"] for each in found}) == 3


def test_a_gmt_twin_that_forgets_its_date_does_not_move_the_scan() -> None:
    tree = Tree(body(ROWS["usps/test_parse_tracking_response"]["raw"]))
    honest = {each["event_id"] for each in scans("usps/test_parse_tracking_response")}

    # the twin's date is that of the local time, as a clock that does not roll it would write
    def unrolled(name: str, text: str) -> str:
        return f"2024-11-01{text[10:]}" if name == "GMTTimestamp" else text

    found = envelopes("usps/test_parse_tracking_response", tree.reworded(unrolled))
    assert {each["event_id"] for each in found} == honest
    assert {each["occurred_at"][:10] for each in found} > {"2024-11-22"}


def test_texts_in_another_language_change_nothing() -> None:
    def french(name: str, text: str) -> str:
        return "Livré" if name == "label" else text

    tree = Tree(body(ROWS["laposte/test_parse_tracking_response"]["raw"]))

    said = [each["data"].get("milestone") for each in scans("laposte/test_parse_tracking_response")]
    again = envelopes("laposte/test_parse_tracking_response", tree.reworded(french))
    assert [each["data"].get("milestone") for each in again if each["type"] == "ScanRecorded"] == said
    assert said.count("delivered") == 1


def test_a_later_scan_for_the_files_does_not_undo_delivery() -> None:
    found = envelopes("canadapost/test_parse_tracking_response")

    last = max((each for each in found if each["type"] == "ScanRecorded"), key=lambda e: e["occurred_local"])
    assert (last["raw"]["code"], last["data"].get("milestone")) == ("20", None)
    for order in (found, found[::-1]):
        assert view(replay(order))["milestone"] == "delivered"


def test_a_promise_of_another_year_is_a_promise_and_no_scan() -> None:
    found = envelopes("fedex/test_parse_tracking_response")

    promises = [each for each in found if each["type"] == "DeliveryDateRevised"]
    assert [each["data"]["to"][:4] for each in promises] == ["2021"]
    assert {each["occurred_local"][:4] for each in found} == {"2018"}


def test_one_number_with_two_histories_is_not_one_invented_history() -> None:
    found = scans("tnt/test_parse_tracking_response")

    assert len(found) == 16
    assert {each["shipment"] for each in found} == {"tnt:123456782"}
    assert {each["data"]["piece"] for each in found} == {"from FDX", "from NBE"}


@pytest.mark.parametrize("name", ROWS)
def test_a_scan_without_a_zone_never_gets_one_that_its_place_does_not_give(name: str) -> None:
    if ROWS[name]["carrier"] not in carriers():
        return
    try:
        found = scans(name)
    except ValueError:
        return

    for each in found:
        if each["tz_confidence"] == "location_inferred":
            assert each["data"]["location"]["country"]
        if each["tz_confidence"] == "unknown":
            assert "occurred_at" not in each
            assert "utc_offset" not in each
    assert canonical_json(found)

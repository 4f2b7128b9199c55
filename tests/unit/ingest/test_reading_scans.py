"""Events of a payload: what a scan holds, what a revision rests on, and each fact once."""

from typing import Any
from xml.etree.ElementTree import fromstring

from services.ingest.carrier import CarrierError, ParsedEvent
from services.ingest.checks import check_event
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.scans import newest, payload, revision, scan
from services.ingest.reading.times import UNDATED, iso

DONE = Meaning("delivered", "signed")


def a_scan(code: str | None = "D1", at: str = "2026-03-10T08:15:00", **members: Any) -> ParsedEvent:
    meaning = members.pop("meaning", DONE)
    return scan("acme", "N1", code=code, meaning=meaning, when=iso(at), source={"c": code}, **members)


def test_a_scan_says_what_the_code_means_and_keeps_what_was_written() -> None:
    event = a_scan(
        text="words",
        codelist="acme",
        codelist_version="2",
        piece="P1",
        attempt=2,
        order_hint=7,
        proof={"a": 1},
    )

    assert event.members == {
        "type": "ScanRecorded",
        "carrier": "acme",
        "tracking_number": "N1",
        "occurred_at": "2026-03-10T08:15:00",
        "order_hint": 7,
        "raw": {
            "code": "D1",
            "text": "words",
            "time": "2026-03-10T08:15:00",
            "codelist": "acme",
            "codelist_version": "2",
        },
        "data": {
            "milestone": "delivered",
            "substatus": "signed",
            "piece": "P1",
            "attempt": 2,
            "proof": {"a": 1},
        },
    }
    # printf '{"c":"D1"}' | sha256sum
    assert event.sha256 == "16b1ed4dec21a5c5acf17c80613f1dcb4399d686a578ae9dff4fe3b8504581d4"
    assert (event.known, event.zone_inferred) == (True, False)


def test_an_unknown_code_is_unknown_and_a_code_that_moves_nothing_has_no_milestone() -> None:
    unknown, still = a_scan(meaning=None), a_scan(meaning=Meaning(None))

    assert (unknown.members["data"], unknown.known) == ({"milestone": "unknown"}, False)
    assert (still.members["data"], still.known) == ({}, True)


def test_a_scan_without_a_code_has_a_milestone() -> None:
    assert check_event(a_scan(code="", meaning=Meaning(None)).members).data == {"milestone": "unknown"}
    assert check_event(a_scan(code=None).members).data["milestone"] == "delivered"


def test_a_zone_is_inferred_for_local_times_only() -> None:
    berlin = place(city="Berlin", country="DE")

    local = a_scan(location=berlin)
    others = [a_scan(at=at, location=berlin) for at in ("2026-03-10T08:15:00Z", "2026-03-10")]

    assert (local.members["zone"], local.zone_inferred) == ("Europe/Berlin", True)
    assert [("zone" in each.members, each.zone_inferred) for each in others] == [(False, False)] * 2


def test_a_long_text_is_cut_where_an_event_may_not_be_longer() -> None:
    assert check_event(a_scan(text="x" * 5000).members).raw["text"] == "x" * 4096  # type: ignore[index]


def test_a_fact_that_stands_twice_is_one_and_the_richer_one_is_kept_in_any_order() -> None:
    plain, rich = a_scan(), a_scan(location=place(city="Bonn"), text="in other words")

    for events in ([plain, rich, plain], [rich, plain]):
        assert payload(events).events == (rich,)


def test_facts_that_differ_in_time_code_piece_or_facility_stay_apart() -> None:
    facts = [
        a_scan(),
        a_scan("D2"),
        a_scan(at="2026-03-10T08:15:01"),
        a_scan(piece="P1"),
        a_scan(location=place(facility_id="F1")),
        a_scan(location=place(facility_id="F2")),
        a_scan(carrier_event_id="E1"),
        a_scan(carrier_event_id="E2"),
    ]

    assert payload(facts + facts).events == tuple(facts)


def test_an_estimate_is_a_date_or_an_instant() -> None:
    at = iso("2026-03-09T10:00:00Z")

    def to(text: str | None) -> Any:
        made = revision("acme", "N1", kind="carrier_estimate", to=text, at=at, source={})
        return None if made is None else check_event(made.members).data["to"]

    assert to("2026-03-10") == "2026-03-10"
    assert to("2026-03-10T18:00:00+01:00") == "2026-03-10T17:00:00.000Z"
    assert to("2026-03-10T18:00:00") == "2026-03-10"
    assert (to("soon"), to(None)) == (None, None)


def test_a_window_has_both_bounds_and_is_dated() -> None:
    made = revision(
        "acme",
        "N1",
        kind="carrier_promised",
        from_="2026-03-10T08:00:00Z",
        to="2026-03-10T12:00:00Z",
        zone="Europe/Berlin",
        at=iso("2026-03-09"),
        source=fromstring("<a/>"),
    )

    assert made is not None
    checked = check_event(made.members)
    assert checked.moment.occurred_local == "2026-03-09"
    assert checked.data == {
        "kind": "carrier_promised",
        "from": "2026-03-10T08:00:00.000Z",
        "to": "2026-03-10T12:00:00.000Z",
        "zone": "Europe/Berlin",
    }


def test_the_newest_time_is_found_among_forms() -> None:
    times = [iso("2026-03-09"), iso("2026-03-10T08:15:00"), UNDATED, iso("2026-03-10T01:00:00-08:00")]

    assert newest(times).text == "2026-03-10T01:00:00-08:00"
    assert newest([]) == newest([UNDATED]) == UNDATED


def test_what_could_not_be_read_is_told() -> None:
    undated = a_scan(at="string")

    read = payload([undated, None], errors=[CarrierError("1", "no")], warnings=["first"])

    assert check_event(read.events[0].members).moment.time_precision == "none"
    assert read.errors == (CarrierError("1", "no"),)
    assert read.warnings == ("first", "no time: 'string'", "a delivery date is no date and is left out")

"""Real payloads of 36 carriers, read the way `shiplog parse` reads them: nothing lost, nothing added.

The second reading that stands with a payload is the truth for number, time and code of its scans.
"""

import subprocess
import sys
from datetime import datetime

import orjson
import pytest

from schemas.ids import canonical_json
from services.cli.output import CommandError
from services.ingest.carrier import InvalidPayload
from services.ingest.registry import carriers
from tests.carriers.shared import Json, body, needs_shared_data, rows
from tests.carriers.shared_rows import (
    ANSWERED_NO,
    READ_TWICE,
    READABLE,
    ROWS,
    hinted,
    independent,
    scans,
    short,
    told,
)

SAMPLES = rows("shared-webhooks-and-doc-samples.jsonl.gz")
WRITTEN = ("%m/%d/%Y %I:%M %p",)
UNREAD = (
    *("events-list.json", "events-retrieve.json", "event_example.json", "trackers-delete.json"),
    # the answer of another call: a document
    "fedex",
)

pytestmark = needs_shared_data


def test_every_carrier_of_the_payloads_is_in_the_registry() -> None:
    assert {row["carrier"] for row in ROWS} - carriers().keys() == set()
    assert (len(ROWS), len(ANSWERED_NO)) == (94, 38)


def second(text: str) -> str:
    """A time of the second reading to the second, as `YYYY-MM-DDTHH:MM:SS`, without its offset."""
    for form in WRITTEN:
        try:
            return datetime.strptime(text, form).isoformat()  # noqa: DTZ007 - a wall clock
        except ValueError:
            continue
    return text.replace(" ", "T")[:19]


def ours(event: Json, *, utc: bool) -> str:
    return str(event["occurred_at"] if utc else event["occurred_local"])[:19]


@pytest.mark.parametrize("row", READ_TWICE, ids=short)
def test_number_time_and_code_of_every_scan_are_those_of_the_second_reading(row: Json) -> None:
    expected = independent(row)

    found = scans(told(row))

    apart = len({canonical_json(event) for event in expected})
    assert apart <= len(found) <= len(expected)
    assert len({event["event_id"] for event in found}) == len(found)
    for event in expected:
        utc = "utc" in event
        when = second(event["utc"] if utc else event["local"]) if "local" in event else None
        assert any(
            (when is None or _same_time(ours(each, utc=utc), when))
            and event.get("code") in (None, each["raw"].get("code"))
            for each in found
        ), f"{event} is not among the scans"
    codes = {event.get("code") for event in expected}
    assert {each["raw"].get("code") for each in found} <= codes or None in codes


def _same_time(found: str, expected: str) -> bool:
    return found == expected or (len(found) == 10 and expected == f"{found}T00:00:00")


@pytest.mark.parametrize(
    "row", [r for r in READ_TWICE if all("local" in e for e in independent(r))], ids=short
)
def test_an_instant_is_exact_only_where_the_payload_states_it(row: Json) -> None:
    stated = {second(event["local"]) for event in independent(row) if "utc" in event}

    exact = {ours(each, utc=False) for each in scans(told(row)) if each["tz_confidence"] == "exact"}

    assert exact <= stated


@pytest.mark.parametrize("row", READ_TWICE, ids=short)
def test_the_shipments_are_those_of_the_second_reading(row: Json) -> None:
    trackers = [each for each in row["independent"]["trackers"] if each["events"]]
    named = {each["tracking_number"].upper() for each in trackers if "tracking_number" in each}

    numbers = {each["tracking_number"] for each in scans(told(row))}

    assert numbers == named or (not named and len(numbers) == len(trackers))


@pytest.mark.parametrize("row", [row for row in READABLE if not row["independent"]], ids=short)
def test_a_payload_read_by_us_alone_gives_the_scans_that_were_expected(row: Json) -> None:
    found = scans(told(row))

    expected = row["upstream_expected"].get("n_events") or len(
        {(event.get("timestamp") or event.get("date"), event.get("code")) for event in hinted(row)}
    )
    # of one the hint says only how it ended
    assert len(found) == expected or (expected == 0 and found)


@pytest.mark.parametrize("row", ANSWERED_NO, ids=short)
def test_an_error_or_empty_answer_gives_no_event_and_a_typed_error(row: Json) -> None:
    with pytest.raises(CommandError) as ended:
        told(row)

    messages = row["upstream_expected"].get("messages", [])
    assert ended.value.exit_code == 1
    assert ended.value.error == ("carrier_error" if messages else ended.value.error)
    assert ended.value.error in ("carrier_error", "no_event", "unreadable")
    assert ended.value.detail


@pytest.mark.parametrize("row", SAMPLES, ids=lambda row: f"{row['source']}-{row['name']}")
def test_a_sample_of_a_carriers_documentation_gives_events_or_a_typed_error(row: Json) -> None:
    known = {
        "ups_official": "ups",
        "bring_event_cast": "bring",
        "easypost_examples": "easypost",
        "17track": "track17",
    }
    carrier = carriers().get(known.get(row["source"], row["name"]))
    if carrier is None:
        return

    # Bring's stands in its whole request
    payload = (
        body(row["payload"]).rpartition(b"\n\n")[2] if row["name"] == "callback" else body(row["payload"])
    )
    try:
        read = carrier.parse(payload)
    except InvalidPayload:
        # an event of a list without its result, an answer that is no tracking at all
        assert row["name"] in UNREAD
        return

    assert read.events or read.errors or read.warnings or row["kind"] == "poll"


@pytest.mark.parametrize(
    "name", ["fedex/test_parse_tracking_response", "spring/test_parse_tracking_response"]
)
def test_the_command_itself_writes_these_events(name: str) -> None:
    (row,) = (each for each in ROWS if short(each) == name)

    done = command(row)

    assert done.returncode == 0
    assert [orjson.loads(line) for line in done.stdout.splitlines()] == told(row)


def test_the_command_itself_ends_with_1_and_an_error_as_json() -> None:
    (row,) = (each for each in ROWS if short(each) == "canadapost/test_tracking_unknown_response_parsing")

    done = command(row)

    assert (done.returncode, done.stdout) == (1, b"")
    assert orjson.loads(done.stderr.splitlines()[-1]) == {
        "error": "carrier_error",
        "carrier_code": "004",
        "detail": "No Pin History",
    }


def command(row: Json) -> "subprocess.CompletedProcess[bytes]":
    arguments = [sys.executable, "-m", "services.cli", "parse", "--carrier", row["carrier"]]
    return subprocess.run(arguments, input=body(row["raw"]), capture_output=True, check=False)

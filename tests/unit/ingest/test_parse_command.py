"""`shiplog parse`: NDJSON out, and an error as JSON when there is nothing to tell."""

import io
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from schemas.ids import event_id
from services.cli.import_ import numbered
from services.ingest.intake import MAX_LINE_BYTES
from tests.carriers.trade_documents import SSCC, json_document, object_event

TRACKER = {
    "tracking_code": "ez 1-2",
    "tracking_details": [{"status": "delivered", "datetime": "2026-03-02T05:00:00Z"}],
}
RUN = "import sys, services.cli.__main__ as m; m.COMMANDS = ('parse', 'import_'); m.main()"


def parse(payload: bytes, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """The command as it is run."""
    command = [sys.executable, "-c", RUN, "parse", *arguments]
    return subprocess.run(command, input=payload, capture_output=True, check=False)


def test_events_are_written_with_what_identifies_and_dates_them() -> None:
    done = parse(orjson.dumps(TRACKER), "--carrier", "easypost")

    (event,) = map(orjson.loads, done.stdout.splitlines())
    expected = event_id(
        "ScanRecorded", ("easypost", "EZ12"), data={}, time="2026-03-02T05:00:00.000Z", raw_code="delivered"
    )
    assert done.returncode == 0
    assert event["event_id"] == expected
    assert (event["type"], event["carrier"], event["tracking_number"]) == ("ScanRecorded", "easypost", "EZ12")
    assert event["shipment"] == "easypost:EZ12"
    assert (event["occurred_at"], event["occurred_local"], event["tz_confidence"]) == (
        "2026-03-02T05:00:00.000Z",
        "2026-03-02T05:00:00.000",
        "exact",
    )
    assert (event["raw"]["code"], event["data"]) == ("delivered", {"milestone": "delivered"})


@pytest.mark.parametrize(
    ("payload", "carrier", "told"),
    [
        (
            b'{"error":{"code":"X","message":"no such number"}}',
            "easypost",
            {"error": "carrier_error", "carrier_code": "X", "detail": "no such number"},
        ),
        (b"<xml/>", "easypost", {"error": "unreadable", "carrier_code": None}),
        (b'{"tracking_code":"1"}', "easypost", {"error": "no_event", "carrier_code": None}),
        (b"{}", "nobody", {"error": "unknown_carrier", "carrier_code": None}),
    ],
    ids=["an error answer", "unreadable", "no event", "an unknown carrier"],
)
def test_a_payload_without_events_ends_with_an_error_as_json(
    payload: bytes, carrier: str, told: dict[str, object]
) -> None:
    done = parse(payload, "--carrier", carrier)

    error = orjson.loads(done.stderr.splitlines()[-1])
    assert (done.returncode, done.stdout) == (1, b"")
    assert error == error | told
    assert error.keys() == {"error", "carrier_code", "detail"}


def test_a_document_of_a_standard_needs_no_carrier_of_its_own() -> None:
    document = json_document(object_event())

    seen = parse(document, "--carrier", "edi")
    said = parse(document, "--carrier", "acme", "--format", "epcis")

    (ours,), (theirs,) = (list(map(orjson.loads, done.stdout.splitlines())) for done in (seen, said))
    assert (ours["shipment"], theirs["shipment"]) == (f"edi:{SSCC}", f"acme:{SSCC}")
    assert (ours["raw"], ours["data"]) == (theirs["raw"], theirs["data"])


@pytest.mark.parametrize("written", ["x12-214", "iftsta", "epcis", "dcsa", None])
def test_a_document_that_cannot_be_read_is_an_answer_and_no_matter_of_usage(written: str | None) -> None:
    done = parse(b"nothing of the kind", "--carrier", "edi", *(("--format", written) if written else ()))

    assert (done.returncode, orjson.loads(done.stderr.splitlines()[-1])["error"]) == (1, "unreadable")


def test_what_cannot_be_meant_is_a_matter_of_usage(tmp_path: Path) -> None:
    assert parse(b"", "--carrier", "edi", "--format", "csv").returncode == 2
    assert parse(b"", "--carrier", "easypost", str(tmp_path / "missing")).returncode == 2


def test_lines_of_a_file_are_numbered_and_an_endless_one_is_cut() -> None:
    file = io.BytesIO(b"a\n\n" + b"x" * (3 * MAX_LINE_BYTES) + b"\n b \n" + b"y" * MAX_LINE_BYTES + b"\nlast")

    lines = dict(numbered(file))

    assert list(lines) == [1, 3, 4, 5, 6]
    assert (lines[1], lines[4], lines[6]) == (b"a", b"b", b"last")
    assert len(lines[3]) > MAX_LINE_BYTES
    assert len(lines[5]) == MAX_LINE_BYTES

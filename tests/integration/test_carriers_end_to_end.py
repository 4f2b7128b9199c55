"""Carriers' own payloads through a running ingest and the commands: logged, refused, kept, read again."""

import hashlib
import hmac
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from services.cli.rejected.command import replay
from services.ingest import registry
from services.ingest.carrier import InvalidPayload, ParsedPayload
from services.ingest.carriers.gls import Gls
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.scans import payload as payload_of
from services.ingest.reading.scans import scan
from services.ingest.reading.times import iso
from tests.carriers.samples import samples
from tests.carriers.shared import body, needs_shared_data, rows
from tests.carriers.trade_documents import json_document, object_event
from tests.integration.ingest_stand import Json, Place, running_ingest

SECRET = "whsec"
PLAIN = ("gls", "landmark", "laposte", "canadapost", "tnt", "usps", "sendle", "dpd")
# a form that today's parser does not know: a parcel beside a list of steps
TOMORROW = b'{"version":9,"parcel":"G1","steps":[{"is":"DELIVD.NORMAL","at":"2026-03-02T10:00:00+01:00"}]}'


@pytest.fixture
def place(kafka: str, database: str, tmp_path: Path) -> Place:
    """Topics, tables and a home of this test's own, with an account at each carrier."""
    accounts = {carrier: {"main": SECRET} for carrier in (*PLAIN, "ship24")}
    (tmp_path / "carriers.json").write_text(json.dumps(accounts))
    return Place(tmp_path, kafka, database).prepare()


def signed(sent: bytes) -> dict[str, str]:
    return {"X-Shiplog-Signature": hmac.new(SECRET.encode(), sent, hashlib.sha256).hexdigest()}


def parcel(*codes: str) -> bytes:
    """What GLS tells of a parcel, an hour between its events."""
    events = [
        {
            "code": code,
            "eventDateTime": f"2026-03-02T{8 + hour:02d}:00:00+0100",
            "city": "Bonn",
            "country": "DE",
        }
        for hour, code in enumerate(codes)
    ]
    return orjson.dumps({"parcels": [{"unitno": "G1", "status": "INTRANSIT", "events": events}]})


def shiplog(place: Place, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "services.cli", *arguments, "--json"]
    return subprocess.run(command, env=place.environment(), capture_output=True, check=False)


def events(place: Place) -> list[Json]:
    return [orjson.loads(value) for _, value in place.log(place.names.events.name)]


def test_a_carriers_webhook_is_logged_refused_kept_or_unknown(place: Place) -> None:
    good, unread = parcel("INTIAL.NORMAL", "DELIVD.NORMAL"), b'{"parcels":7}'
    with running_ingest(place) as ingest:
        url = f"{ingest.url}/v1/carriers/gls/webhook"
        taken = httpx.post(url, content=good, headers=signed(good))
        again = httpx.post(url, content=good, headers=signed(good))
        forged = [httpx.post(url, content=good, headers=headers) for headers in ({}, signed(b"other"))]
        kept = httpx.post(url, content=unread, headers=signed(unread))
        unknown = httpx.post(f"{ingest.url}/v1/carriers/nobody/webhook", content=good, headers=signed(good))
        edi = httpx.post(f"{ingest.url}/v1/carriers/edi/webhook", content=good, headers=signed(good))
        metrics = httpx.get(f"{ingest.url}/metrics").text

    assert (taken.status_code, len(taken.json()["event_ids"])) == (202, 2)
    assert again.json()["event_ids"] == taken.json()["event_ids"]
    assert [each.status_code for each in forged] == [401, 401]
    assert (kept.status_code, kept.json()["event_ids"]) == (202, [])
    assert (unknown.status_code, edi.status_code) == (404, 404)
    assert place.logged_ids() == taken.json()["event_ids"] * 2
    assert {each["shipment"] for each in events(place)} == {"gls:G1"}
    assert place.log(place.names.rejected.name) == [(None, unread)]
    assert 'shiplog_signature_failures_total{carrier="gls"} 2.0' in metrics
    assert "shiplog_unknown_carriers_total 2.0" in metrics


def test_what_proved_the_sender_stands_in_the_event(place: Place) -> None:
    (sent,) = samples("ship24")
    with running_ingest(place) as ingest:
        url = f"{ingest.url}/v1/carriers/ship24/webhook"
        taken = httpx.post(url, content=sent, headers={"Authorization": f"Bearer {SECRET}"})
        forged = httpx.post(url, content=sent, headers={"Authorization": "Bearer other"})

    assert (taken.status_code, forged.status_code) == (202, 401)
    sources = [each["source"] for each in events(place)]
    assert sources
    assert {(source["trust"], source["carrier_account"]) for source in sources} == {("bearer", "main")}


@dataclass(frozen=True)
class Mended(Gls):
    """GLS after a mend: it reads tomorrow's form."""

    def parse(self, payload: bytes) -> ParsedPayload:
        told: Any = json.loads(payload)
        if told.get("version") != 9:
            raise InvalidPayload("another form")
        return payload_of(
            scan(
                "gls",
                told["parcel"],
                code=step["is"],
                meaning=Meaning("delivered"),
                when=iso(step["at"]),
                source=step,
            )
            for step in told["steps"]
        )


def test_an_unread_body_is_replayed_after_the_mapping_is_mended(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_ingest(place) as ingest:
        kept = httpx.post(f"{ingest.url}/v1/carriers/gls/webhook", content=TOMORROW, headers=signed(TOMORROW))
    before = shiplog(place, "rejected", "replay", "--yes")

    for name, value in place.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(registry, "carriers", lambda: {"gls": Mended()})
    replay(json=True)
    dry = place.logged_ids()
    replay(yes=True, json=True)

    assert (kept.status_code, before.returncode) == (202, 1)
    assert dry == []
    (logged,) = events(place)
    assert (logged["shipment"], logged["raw"]["code"]) == ("gls:G1", "DELIVD.NORMAL")
    assert logged["source"] == {"channel": "webhook", "trust": "manual"}


def test_a_carriers_file_is_imported_by_its_parser_and_a_document_by_its_own(
    place: Place, tmp_path: Path
) -> None:
    native, lines, document = tmp_path / "gls.json", tmp_path / "gls.ndjson", tmp_path / "epcis.json"
    native.write_bytes(parcel("INTIAL.NORMAL", "DELIVD.NORMAL"))
    lines.write_bytes(parcel("OUTDEL.NORMAL") + b'\n{"parcels":7}\n' + parcel("DELIVD.NORMAL"))
    document.write_bytes(json_document(object_event()))

    whole = shiplog(place, "import", str(native), "--carrier", "gls")
    parts = shiplog(place, "import", str(lines), "--carrier", "gls")
    seen = shiplog(place, "import", str(document), "--carrier", "edi")
    said = shiplog(place, "import", str(document), "--carrier", "acme", "--format", "epcis")
    wrong = [
        shiplog(place, "import", str(native), "--carrier", "nobody"),
        shiplog(place, "import", str(native), "--format", "json"),
    ]

    assert json.loads(whole.stdout) == {"accepted": 2, "rejected": [], "rejected_count": 0}
    told = json.loads(parts.stdout)
    assert (parts.returncode, told["accepted"], [each["line"] for each in told["rejected"]]) == (1, 2, [2])
    assert [json.loads(each.stdout)["accepted"] for each in (seen, said)] == [1, 1]
    assert [each.returncode for each in wrong] == [2, 2]
    shipments = [each["shipment"].partition(":")[0] for each in events(place)]
    assert sorted(shipments) == ["acme", "edi", *["gls"] * 4]
    assert {each["source"]["channel"] for each in events(place)} == {"file"}


def test_an_error_answer_in_a_file_is_told_and_appends_nothing(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "no.json"
    file.write_bytes(b'{"error":{"code":"X","message":"no such number"}}')

    done = shiplog(place, "import", str(file), "--carrier", "easypost")

    told = json.loads(done.stdout)
    assert (done.returncode, told["accepted"]) == (1, 0)
    assert [each["detail"] for each in told["rejected"]] == ["X: no such number"]
    assert events(place) == []


@needs_shared_data
def test_real_payloads_pushed_forwards_and_twice_are_logged_once_each(place: Place) -> None:
    real = [row for row in rows("shared-carrier-payloads.jsonl.gz") if row["carrier"] in PLAIN]
    with running_ingest(place) as ingest:
        answers = [
            httpx.post(
                f"{ingest.url}/v1/carriers/{row['carrier']}/webhook",
                content=body(row["raw"]),
                headers=signed(body(row["raw"])),
            )
            for row in [*real, *reversed(real)]
        ]

    assert {answer.status_code for answer in answers} == {202}
    first, second = answers[: len(real)], answers[len(real) :]
    assert [each.json()["event_ids"] for each in first] == [
        each.json()["event_ids"] for each in reversed(second)
    ]
    told = {sent for answer in first for sent in answer.json()["event_ids"]}
    assert set(place.logged_ids()) == told
    assert len(told) > 60

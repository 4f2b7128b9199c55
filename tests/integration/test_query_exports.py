"""Sets to take away: every row once, the same in every format, gone on with where they broke off."""

import csv
import io
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

from services.cli.export_file import ExportFile
from services.query.alerts.store import AlertStore
from services.query.exports import routes
from services.query.exports.forms import Form
from services.query.exports.pages import Line
from services.query.exports.what import What
from services.query.shipments import routes as lists
from tests.builders import Json, day, hour, promise, scan
from tests.integration.query_stand import Projected, Served, fresh_database, key_for, order_of, served

FEATURES = (lists.add_to, routes.add_to)
PARCELS = 1_203
"""More than a page of shipments, several pages of timelines."""


class Taken:
    """A filled read model behind HTTP and the command line."""

    def __init__(self, model: Projected, api: Served, home: Path) -> None:
        self.model, self.api, self.home = model, api, home

    def export(self, what: str, **parameters: str) -> bytes:
        """What HTTP sends."""
        answer = self.api.client.get(f"/v1/exports/{what}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.content

    def rows(self, what: str, **parameters: str) -> list[Json]:
        """NDJSON over HTTP, read."""
        return [orjson.loads(line) for line in self.export(what, **parameters).splitlines()]

    @property
    def env(self) -> dict[str, str]:
        """What the command runs with."""
        return {k: v for k, v in os.environ.items() if not k.startswith("SHIPLOG_")} | {
            "SHIPLOG_HOME": str(self.home),
            "SHIPLOG_KAFKA": "127.0.0.1:1",
            "SHIPLOG_DATABASE_URL": self.model.url,
        }

    def command(self, *arguments: str) -> list[str]:
        """The command's words."""
        return [sys.executable, "-m", "services.cli", "export", *arguments]

    def shiplog(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """The command, to its end."""
        return subprocess.run(
            self.command(*arguments), env=self.env, capture_output=True, timeout=120, check=False
        )


@pytest.fixture(scope="module")
def taken(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    """Parcels of two merchants, one number of both; texts that CSV must take care of."""
    home = tmp_path_factory.mktemp("exports")
    with fresh_database(stack) as url:
        model = Projected(url)
        model.tell(*(envelope for n in range(PARCELS) for envelope in story(n)))
        model.tell(
            order_of("north", "O-N", customer_id="C-3", told={"number": "BOTH"}),
            scan("picked_up", at=hour(1), number="BOTH"),
            scan("delivered", at=day(1), number="BOTH"),
            order_of("south", "O-S", customer_id="C-3", told={"number": "BOTH", "at": day(30)}),
            scan("picked_up", at=day(31), number="BOTH"),
        )
        with served(url, home, features=FEATURES, keys=True) as api:
            api.client.headers = key_for(url, None)
            yield Taken(model, api, home)
        model.close()


def story(n: int) -> list[Json]:
    """A parcel of one merchant, with a name that a spreadsheet would compute."""
    number, merchant = f"N{n:05d}", ("north", "south")[n % 2]
    order = order_of(
        merchant, f'=O-{n}"\n', customer_id=f"C-{n % 10}", service="air, fast",
        promise=promise("2026-03-04", zone="Asia/Almaty"), told={"number": number},
    )  # fmt: skip
    location = {"city": "Алматы", "lat": -43.2, "lon": 76}
    return [order, scan("delivered", at=day(n % 5), number=number, location=location, reason="damaged")]


def read_table(content: bytes) -> list[dict[str, str]]:
    """CSV, read."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_every_shipment_is_there_once_as_it_stands(taken: Taken) -> None:
    rows = taken.rows("shipments")

    stored = taken.model.rows("SELECT view FROM model_1.shipments ORDER BY shipment")
    assert rows == [orjson.loads(view) for (view,) in stored]
    assert len(rows) == PARCELS + 1


def test_every_fact_that_counts_is_there_once(taken: Taken) -> None:
    rows = taken.rows("timeline")

    stored = taken.model.rows(
        "SELECT shipment, src_offset, event::text FROM model_1.read_timeline ORDER BY shipment, src_offset"
    )
    assert [(r["shipment"], r["src_offset"], r["event"]) for r in rows] == [
        (shipment, offset, orjson.loads(event)) for shipment, offset, event in stored
    ]
    assert all(row["change"]["src_offset"] == row["src_offset"] for row in rows if row["change"])


@pytest.mark.parametrize("what", ["shipments", "timeline", "orders"])
def test_all_formats_hold_the_same(taken: Taken, what: str, tmp_path: Path) -> None:
    rows = taken.rows(what)

    table = read_table(taken.export(what, format="csv"))
    (tmp_path / "f.parquet").write_bytes(taken.export(what, format="parquet"))
    columns = pq.read_table(tmp_path / "f.parquet").to_pylist()

    assert [as_cells(row) for row in rows] == table
    assert [as_columns(row, columns[0]) for row in rows] == columns


def as_cells(row: Json) -> dict[str, str]:
    """The row as CSV tells it."""

    def cell(value: Any) -> str:
        if isinstance(value, str):
            return f"'{value}" if value[:1] in "=+-@\t\r" and value else value
        if isinstance(value, dict | list | bool):
            return orjson.dumps(value).decode()
        return "" if value is None else str(value)

    return {name: cell(value) for name, value in row.items()}


def as_columns(row: Json, like: Json) -> Json:
    """The row as Parquet tells it: what has no type of its own as JSON text."""
    typed = {"conditions", "promise", "inferred"}
    return {
        name: orjson.dumps(row[name]).decode()
        if isinstance(row[name], dict | list) and name not in typed
        else row[name]
        for name in like
    }


def test_a_text_that_begins_like_a_formula_is_no_formula_in_csv(taken: Taken) -> None:
    (row,) = [
        r for r in read_table(taken.export("shipments", format="csv")) if r["shipment"] == "acme:N00007"
    ]

    assert row["order_id"] == "'=O-7\"\n"
    assert row["service"] == "air, fast"


@pytest.mark.parametrize("what", ["shipments", "timeline", "orders"])
@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_an_export_that_broke_off_goes_on_behind_its_last_row(taken: Taken, what: str, form: str) -> None:
    whole = taken.export(what, format=form)
    rows = taken.rows(what)
    lines = whole.splitlines(keepends=True) if form == "ndjson" else csv_rows(whole)

    for place in random.Random(4).sample(range(1, len(rows)), 5):
        last = rows[place - 1]
        cursor = f"{last['shipment']}/{last['src_offset']}" if what == "timeline" else last["shipment"]
        rest = taken.export(what, format=form, after=cursor)

        assert b"".join(lines[: place + (form == "csv")]) + rest == whole


def csv_rows(whole: bytes) -> list[bytes]:
    """The bytes of each CSV row, the heading first; cells may hold line ends."""
    rows, row = [], b""
    for line in whole.splitlines(keepends=True):
        row += line
        if row.count(b'"') % 2 == 0:
            rows.append(row)
            row = b""
    return rows


def test_a_tenant_takes_away_its_own_and_of_a_shared_number_its_part(taken: Taken) -> None:
    client = taken.api.client
    own: dict[str, Json] = {}
    for merchant in ("north", "south"):
        headers = key_for(taken.model.url, merchant)
        for what in ("shipments", "timeline", "orders"):
            answer = client.get(f"/v1/exports/{what}", headers=headers)
            own[f"{merchant} {what}"] = [orjson.loads(line) for line in answer.content.splitlines()]

    north = {row["shipment"]: row for row in own["north shipments"]}
    south = {row["shipment"]: row for row in own["south shipments"]}
    assert len(north) + len(south) == PARCELS + 2
    assert north.keys() & south.keys() == {"acme:BOTH"}
    assert (north["acme:BOTH"]["order_id"], north["acme:BOTH"]["milestone"]) == ("O-N", "delivered")
    assert (south["acme:BOTH"]["order_id"], south["acme:BOTH"]["milestone"]) == ("O-S", "picked_up")
    assert {row["merchant"] for row in own["north orders"]} == {"north"}
    for merchant, other in (("north", "south"), ("south", "north")):
        assert other not in orjson.dumps(own[f"{merchant} timeline"]).decode()
        told = {row["shipment"] for row in own[f"{merchant} timeline"]}
        assert told == {row["shipment"] for row in own[f"{merchant} shipments"]}


def test_a_customers_order_history_holds_its_parcels_only(taken: Taken) -> None:
    whole = taken.rows("orders", customer_id="C-3")
    north = taken.api.client.get(
        "/v1/exports/orders", params={"customer_id": "C-3"}, headers=key_for(taken.model.url, "north")
    )

    assert {row["customer_id"] for row in whole} == {"C-3"}
    assert len(whole) == sum(1 for n in range(PARCELS) if n % 10 == 3) + 1
    assert [orjson.loads(line)["order_id"] for line in north.content.splitlines()] == ["O-N"]
    assert taken.rows("orders", customer_id="nobody") == []
    assert taken.export("orders", customer_id="nobody", format="csv").startswith(b"order_id,merchant,")


def alert_of(shipment: str, n: int, **members: Any) -> Json:
    """An alert as the topic holds it."""
    return {
        "schema_version": 1, "alert_id": f"00000000-0000-5000-8000-{n:012d}", "kind": "delivered",
        "shipment": shipment, "use_no": 1, "leg_no": 1, "src_partition": 0, "src_offset": n,
        "cause_event_id": f"00000000-0000-5000-8000-{n:012d}", "occurred_at": None, "status_before": None,
        "status_after": "delivered", "order_id": None, "customer_id": None, "promise": None, "late_by": None,
        "reason": None, "party": None, "corrects": None,
    } | members  # fmt: skip


def test_alerts_go_on_behind_the_last_one_and_a_tenant_is_given_its_own(taken: Taken) -> None:
    alerts = [
        alert_of("acme:N00001", 1, customer_id="C-1"),
        alert_of("acme:N00002", 2),
        alert_of("acme:N00003", 3),
    ]
    with closing(AlertStore(taken.model.url)) as store:
        assert store.take()
        store.add(
            0,
            [
                (n, 1_000 + n, alert["shipment"].encode(), orjson.dumps(alert))
                for n, alert in enumerate(alerts)
            ],
        )
    south = key_for(taken.model.url, "south")

    whole = taken.rows("alerts")
    rest = taken.rows("alerts", after=alerts[0]["alert_id"])
    own = taken.api.client.get("/v1/exports/alerts", headers=south).content
    foreign = taken.api.client.get(
        "/v1/exports/alerts", params={"after": alerts[1]["alert_id"]}, headers=south
    )

    assert whole == alerts
    assert rest == alerts[1:]
    assert [orjson.loads(line)["shipment"] for line in own.splitlines()] == ["acme:N00001", "acme:N00003"]
    assert taken.rows("alerts", customer_id="C-1") == alerts[:1]
    assert read_table(taken.export("alerts", format="csv")) == [as_cells(alert) for alert in alerts]
    assert foreign.status_code == taken.api.client.get("/v1/exports/alerts?after=x").status_code == 400


@pytest.mark.parametrize(
    ("path", "parameters", "status"),
    [
        ("events", {}, 400),
        ("shipments", {"format": "xlsx"}, 400),
        ("shipments", {"after": "\x00"}, 400),
        ("shipments", {"after": "x" * 5_000}, 400),
        ("timeline", {"after": "acme:N1"}, 400),
        ("timeline", {"after": "acme:N1/" + "9" * 40}, 400),
        ("timeline", {"after": "acme:N1/٣"}, 400),
        ("orders", {"customer_id": "\x00"}, 400),
        ("orders", {"customer_id": "x" * 5_000}, 200),
    ],
)
def test_what_cannot_be_meant_is_refused(taken: Taken, path: str, parameters: Json, status: int) -> None:
    answer = taken.api.client.get(f"/v1/exports/{path}", params=parameters)

    assert answer.status_code == status
    assert status == 200 or answer.headers["content-type"] == "application/problem+json"
    assert taken.api.client.get("/v1/exports/shipments", headers={"X-API-Key": "no"}).status_code == 401


@pytest.mark.parametrize("what", ["shipments", "timeline"])
@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_the_command_writes_the_same_bytes(taken: Taken, what: str, form: str, tmp_path: Path) -> None:
    file = tmp_path / f"out.{form}"

    printed = taken.shiplog(what, "--format", form)
    written = taken.shiplog(what, "--format", form, "--output", str(file))

    assert (printed.returncode, written.returncode) == (0, 0), printed.stderr + written.stderr
    assert printed.stdout == file.read_bytes() == taken.export(what, format=form)
    assert [each.name for each in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
def test_a_command_that_was_killed_is_gone_on_with(taken: Taken, form: str, tmp_path: Path) -> None:
    file, whole = tmp_path / f"out.{form}", tmp_path / "whole"
    assert taken.shiplog("timeline", "--format", form, "--output", str(whole)).returncode == 0
    lines = [Line(f"{r['shipment']}/{r['src_offset']}", orjson.dumps(r)) for r in taken.rows("timeline")]
    with ExportFile(file, What.TIMELINE, Form(form), after="", resume=False) as broken:
        broken.add(lines[:700])
        broken.add(lines[700:701])
    with (tmp_path / f"out.{form}.partial").open("ab") as partial:
        partial.write(b'{"half a row')

    other = taken.shiplog("shipments", "--format", form, "--output", str(file), "--resume")
    resumed = taken.shiplog("timeline", "--format", form, "--output", str(file), "--resume")

    assert other.returncode == 2
    assert resumed.returncode == 0, resumed.stderr
    assert b"going on behind" in resumed.stderr
    if form == "parquet":
        assert pq.read_table(file).equals(pq.read_table(whole))
    else:
        assert file.read_bytes() == whole.read_bytes()
    assert sorted(each.name for each in tmp_path.iterdir()) == [file.name, "whole"]


def test_a_command_that_was_killed_at_any_page_is_gone_on_with(taken: Taken, tmp_path: Path) -> None:
    file, progress = tmp_path / "out.csv", tmp_path / "out.csv.progress"
    arguments = ("timeline", "--format", "csv", "--output", str(file), "--resume")
    for _ in range(3):
        process = subprocess.Popen(taken.command(*arguments), env=taken.env, stderr=subprocess.DEVNULL)
        before = progress.read_bytes() if progress.exists() else b""
        while process.poll() is None and (not progress.exists() or progress.read_bytes() == before):
            time.sleep(0.001)
        process.kill()
        process.wait()
        if file.exists():
            break  # it was quicker than its killer

    resumed = taken.shiplog(*arguments) if not file.exists() else None

    assert resumed is None or resumed.returncode == 0, resumed.stderr
    assert file.read_bytes() == taken.export("timeline", format="csv")

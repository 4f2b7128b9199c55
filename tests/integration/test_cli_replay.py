"""`shiplog replay` and the commands that read back, against a running Shiplog with a virtual clock."""

import csv
import io
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

from schemas.codec import Record
from schemas.instants import instant_text
from services.cli.local.stack import Stack
from services.cli.replay.append import LogAppender
from services.runtime.producer import LogProducer
from tests.builders import canonical_registered, canonical_scan, day, hour
from tests.e2e.running import Place, Up, new_place, running, until

pytestmark = pytest.mark.timeout(240)

Json = dict[str, Any]
Write = Callable[..., str]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, stack: Stack) -> Iterator[Up]:
    home = tmp_path_factory.mktemp("replay")
    place = new_place(home, kafka=stack.kafka, database_url=stack.database_url)
    with running(place, clock="virtual") as running_up:
        yield running_up


@pytest.fixture
def place(up: Up) -> Place:
    return up.place


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def lines_of(*lines: Json | bytes) -> str:
        file = tmp_path / "lines.ndjson"
        file.write_bytes(b"\n".join(x if isinstance(x, bytes) else orjson.dumps(x) for x in lines) + b"\n")
        return str(file)

    return lines_of


def order(number: str, *, due: int, at: int) -> Json:
    promise = {"kind": "order_promised", "to": instant_text(due)}
    return canonical_registered(f"O-{number}", number=number, at=at, recorded_at=at, promise=promise)


def scanned(milestone: str, number: str, *, at: int) -> Json:
    return canonical_scan(milestone, number=number, at=at, recorded_at=at)


def alerts_of(place: Place, number: str) -> list[str]:
    rows = [json.loads(line) for line in place.shiplog("export", "alerts").out.splitlines()]
    return [row["kind"] for row in rows if row["shipment"] == f"acme:{number}"]


def clock_of(place: Place) -> str:
    ((now,),) = place.query("SELECT to_char(now, 'YYYY-MM-DD HH24:MI') FROM core.clock")
    return str(now)


def test_a_deadline_between_two_lines_is_told_before_the_delivery_that_follows(
    place: Place, write: Write
) -> None:
    file = write(order("LATE", due=hour(5), at=hour(0)), scanned("delivered", "LATE", at=hour(6)))

    told = place.shiplog("replay", file).value

    assert (told["events"], told["duplicates"]) == (2, 0)
    assert alerts_of(place, "LATE") == ["delay_overdue", "delivered"]
    assert told["alerts"]["delay_overdue"] >= 1
    assert "duplicate_alerts" not in told


def test_the_same_file_again_changes_nothing_and_every_line_is_a_duplicate(
    place: Place, write: Write
) -> None:
    file = write(
        order("TWICE", due=hour(30), at=hour(20)),
        scanned("picked_up", "TWICE", at=hour(21)),
        scanned("picked_up", "TWICE", at=hour(21)),
    )
    first = place.shiplog("replay", file, "--until", instant_text(hour(31))).value

    again = place.shiplog("replay", file, "--until", instant_text(hour(31))).value
    none = place.shiplog("replay", file, "--clock", "none").value

    assert first["duplicates"] == 1
    assert again["duplicates"] == none["duplicates"] == 3
    assert first["checksum"] == again["checksum"] == none["checksum"]
    assert first["alerts"] == again["alerts"] == none["alerts"]
    assert alerts_of(place, "TWICE") == ["delay_overdue"]


def test_without_passing_time_no_deadline_fires_and_the_clock_stays(place: Place, write: Write) -> None:
    file = write(order("STILL", due=day(3), at=day(2)), scanned("picked_up", "STILL", at=day(4)))
    before = clock_of(place)

    place.shiplog("replay", file, "--clock", "none").value  # noqa: B018 - `value` checks the exit code
    still = alerts_of(place, "STILL")
    place.shiplog("replay", write(b""), "--until", instant_text(day(5))).value  # noqa: B018

    assert still == []
    assert alerts_of(place, "STILL") == ["delay_overdue"]
    assert before < clock_of(place) == "2026-03-07 00:00"


def test_bad_lines_are_told_with_line_and_pointer_and_the_others_are_taken(
    place: Place, write: Write
) -> None:
    good = scanned("picked_up", "MIXED", at=day(6))
    undated = {name: value for name, value in good.items() if name != "recorded_at"}
    file = write(good, b"{", b"", undated)

    done = place.shiplog("replay", file)

    error = json.loads(done.err.splitlines()[-1])
    assert done.code == 1
    assert [(each["line"], each["pointer"]) for each in error["rejected"]] == [(2, ""), (4, "/recorded_at")]
    assert json.loads(done.out)["events"] == 3
    assert place.shiplog("show", "acme:MIXED").value["milestone"] == "picked_up"


def test_a_notifier_that_stands_still_makes_replay_exit_3(up: Up, place: Place, write: Write) -> None:
    file = write(scanned("delivered", "SLOW", at=day(7)))
    notifier = up.pid("notifier")
    os.kill(notifier, signal.SIGSTOP)
    try:
        done = place.shiplog("replay", file, "--wait", "3")
    finally:
        with suppress(ProcessLookupError):  # `up` may have lost patience with it
            os.kill(notifier, signal.SIGCONT)

    error = json.loads(done.err.splitlines()[-1])
    assert done.code == 3
    assert done.out == ""
    assert error["stage"] == "notifier"
    until(lambda: alerts_of(place, "SLOW") == ["delivered"], within=60, what="the notifier has caught up")


def test_checksum_is_the_same_when_the_rows_are_folded_again(place: Place) -> None:
    kept = place.shiplog("checksum", "--history").value
    again = place.shiplog("checksum", "--recompute").value

    assert again["checksum"] == kept["checksum"]
    assert again["shipments"] == kept["shipments"] == len(place.shiplog("export", "shipments").lines)
    assert len(kept["history"]) == 16
    assert kept["offsets"].keys() == {"0", "1", "2", "3"}


def test_a_row_that_was_tampered_with_shows_in_the_recomputed_checksum(place: Place, write: Write) -> None:
    place.shiplog("replay", write(scanned("picked_up", "TAMPERED", at=day(8)))).value  # noqa: B018
    forge = "replace(event, '{}', '{}') WHERE shipment = 'acme:TAMPERED' RETURNING 1"
    place.query("UPDATE model_1.timeline SET event = " + forge.format("picked_up", "delivered"))

    forged = place.shiplog("checksum", "--recompute")
    place.query("UPDATE model_1.timeline SET event = " + forge.format("delivered", "picked_up"))

    assert forged.code == 1
    assert place.shiplog("checksum", "--recompute").code == 0


def test_exports_hold_every_row_and_csv_the_same_as_ndjson(place: Place) -> None:
    shipments = place.shiplog("export", "shipments").lines
    table = list(csv.DictReader(io.StringIO(place.shiplog("export", "shipments", "--format", "csv").out)))
    timeline = place.shiplog("export", "timeline").lines
    events = place.shiplog("export", "events").lines

    needed = {"shipment", "milestone", "status", "leg_no", "use_no", "conditions", "order_id", "promise"}
    assert all(needed <= row.keys() for row in shipments)
    assert [row["shipment"] for row in table] == [row["shipment"] for row in shipments]
    assert {row["event_id"] for row in timeline} == {event["event_id"] for event in events}


def test_the_log_goes_on_behind_an_offset_and_into_parquet(place: Place, tmp_path: Path) -> None:
    whole = place.shiplog("export", "events").lines
    ends = [row[0] for row in place.query("SELECT next_offset FROM model_1.checkpoints ORDER BY partition")]
    first = next(partition for partition, end in enumerate(ends) if end)
    file = tmp_path / "events.parquet"

    rest = place.shiplog("export", "events", "--after", f"{first}-{ends[first] - 1}").lines
    written = place.shiplog("export", "events", "--format", "parquet", "--output", str(file))

    assert rest == whole[len(whole) - len(rest) :]
    assert len(rest) == sum(ends[first + 1 :])
    assert written.code == 0, written.err
    assert [row["event_id"] for row in pq.read_table(file).to_pylist()] == [row["event_id"] for row in whole]
    assert place.shiplog("export", "events", "--after", "acme:P1").code == 2
    assert place.shiplog("export", "events", "--resume").code == 2


def test_poison_is_listed_shown_and_not_replayed_while_code_cannot_take_it(
    place: Place, write: Write
) -> None:
    with closing(LogProducer(place.kafka)) as producer:
        appender = LogAppender(producer, topic=place.names.events.name)
        appender.add_record(Record(b"acme:POISON", b"\xff\xfe no json", []))
        appender.settle()
    told = place.shiplog("replay", write(scanned("picked_up", "BESIDE", at=day(9)))).value

    (letter,) = place.shiplog("rejected", "list").lines
    whole = place.shiplog("rejected", "show", letter["id"]).value
    again = place.shiplog("rejected", "replay", "--yes")

    assert told["rejected"] == 1
    assert (letter["key"], letter["error_class"]) == ("acme:POISON", "invalid_json")
    assert letter["original_topic"] == place.names.events.name
    assert whole["value_base64"] == "//4gbm8ganNvbg=="
    assert again.code == 1
    assert json.loads(again.out)["event_ids"] == []
    assert place.shiplog("rejected", "show", "9-9").code == 2


def test_only_a_paused_partition_can_be_accepted(place: Place) -> None:
    refused = place.shiplog("rejected", "accept", "3")
    place.query(
        "INSERT INTO core.paused_partitions (partition, since, bad) VALUES (3, now(), 501) RETURNING 1"
    )

    accepted = place.shiplog("rejected", "accept", "3")
    kept = place.query("DELETE FROM core.paused_partitions WHERE partition = 3 RETURNING accepted")

    assert refused.code == 1
    assert accepted.value == {"partition": 3, "bad": 501, "accepted": True}
    assert kept == [(True,)]


def test_topics_are_as_defined_and_a_missing_one_is_named(place: Place) -> None:
    elsewhere = Place(place.home, place.kafka, place.database_url, "nowhere-")

    assert place.shiplog("topics", "check").value == {"differences": []}
    assert elsewhere.shiplog("topics", "check").code == 1


@pytest.mark.parametrize("arguments", [("replay", "/nowhere"), ("replay", "FILE", "--until", "tomorrow")])
def test_a_file_or_a_time_that_is_none_is_usage(
    place: Place, write: Write, arguments: tuple[str, ...]
) -> None:
    file = write(scanned("picked_up", "NEVER", at=day(9)))

    done = place.shiplog(*(file if each == "FILE" else each for each in arguments))

    assert done.code == 2
    assert json.loads(done.err.splitlines()[-1])["error"] == "usage"


def test_a_stack_whose_clock_is_not_virtual_is_refused(tmp_path: Path, stack: Stack, write: Write) -> None:
    wall = new_place(tmp_path, kafka=stack.kafka, database_url=stack.database_url)
    assert wall.shiplog("topics", "apply").code == 0
    assert wall.shiplog("migrate").code == 0
    wall.query("INSERT INTO core.clock (mode) VALUES ('wall') RETURNING 1")

    done = wall.shiplog("replay", write(scanned("picked_up", "WALL", at=day(1))))

    assert done.code == 2
    assert wall.shiplog("export", "events").lines == []


def test_with_kafka_or_postgresql_away_commands_exit_3(place: Place, write: Write) -> None:
    file = write(scanned("picked_up", "AWAY", at=day(9)))
    no_kafka = Place(place.home, "127.0.0.1:1", place.database_url, place.prefix)
    no_database = Place(place.home, place.kafka, "postgresql://x@127.0.0.1:1/x", place.prefix)

    codes = [no_kafka.shiplog("replay", file).code, no_database.shiplog("replay", file).code]
    codes += [no_kafka.shiplog("topics", "check").code, no_database.shiplog("checksum").code]
    codes += [no_database.shiplog("migrate").code, no_kafka.shiplog("rejected", "list").code]

    assert codes == [3] * 6

"""Switches and rollbacks while events come in and shipments are read: nothing fails, nothing is lost."""

import os
import time
from datetime import timedelta
from itertools import chain, count, islice

import psycopg
import pytest

from services.runtime.topics import end_offsets
from tests.chaos.behind import notifier_behind, status_ends
from tests.chaos.readers import Readers
from tests.chaos.sender import Sender, stories
from tests.e2e.running import Place, Up, running, until
from tests.oracle import differences, read_topic, truth_of

SWITCHES = int(os.environ.get("SHIPLOG_SWITCHES", "2"))
EVENTS_PER_SECOND = int(os.environ.get("SHIPLOG_EVENTS_PER_SECOND", "150"))
READS_PER_SECOND = int(os.environ.get("SHIPLOG_READS_PER_SECOND", "50"))
_STORY = 3.5
"""Events of a story, on average."""
_TOLD_AT_ONCE = max(1, EVENTS_PER_SECOND // 50)
"""Stories of a request: hundreds of small requests a second would measure the client."""
pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300 + 120 * SWITCHES)]


def test_switches_under_reads_and_writes_fail_no_read_and_lose_no_event(place: Place) -> None:
    with running(place, clock="wall") as up:
        told = stories(promised_in=timedelta(hours=1), prefix="S")
        batches = (list(chain.from_iterable(islice(told, _TOLD_AT_ONCE))) for _ in count())
        began = time.monotonic()
        sender = Sender(lambda: up.ingest, batches, every=_STORY * _TOLD_AT_ONCE / EVENTS_PER_SECOND).start()
        until(lambda: _shipments(place) > 50, within=60, what="shipments")
        urls = [up.ingest, up.ready["query"]]
        readers = Readers(urls, per_second=READS_PER_SECOND, known=_keys(place)).start()
        models, took = [], []
        for turn in range(SWITCHES):
            act = ["rebuild", "rollback"] if turn % 3 == 1 else ["rebuild"]
            start = time.monotonic()
            answer = place.shiplog(*act, timeout=120 * SWITCHES + 180)
            took.append((act[-1], round(time.monotonic() - start, 1)))
            assert answer.code == 0, answer.err
            models.append((answer.value["live"], answer.value["rebuilt"], answer.value["equal"]))
            until(lambda: _claimed(place) == 4, within=30, what="all partitions claimed in the new model")
        readers.stop()
        seconds = time.monotonic() - began
        sender.stop()
        _settle(up)
        equal = place.shiplog("rebuild", "--check")
        log = read_topic(place.kafka, place.names.events.name)
        truth = truth_of(log)
        wrong = differences(
            truth, kafka=place.kafka, database_url=place.database_url, names=place.names, model=models[-1][1]
        )

    assert set(readers.answers) == {"200"}
    assert readers.answers["200"] > 100
    rates = {"events/s": len(sender.acknowledged) / seconds, "reads/s": readers.rate}
    print(took)  # noqa: T201
    print(dict(readers.answers), dict(sender.answers), len(sender.acknowledged), rates, models)  # noqa: T201
    assert sender.answers.keys() == {202}
    assert len(sender.acknowledged) > 500
    assert sender.acknowledged - truth.events == set()
    assert all(equal for _, _, equal in models)
    assert len({other for _, other, _ in models}) >= 2
    assert equal.code == 0, equal.out
    assert wrong == []


def _model(place: Place) -> str:
    return f"model_{place.query('SELECT current FROM core.pointer')[0][0]}"


def _shipments(place: Place) -> int:
    return int(place.query(f"SELECT count(*) FROM {_model(place)}.shipments")[0][0])


def _keys(place: Place) -> list[str]:
    return [key for (key,) in place.query(f"SELECT shipment FROM {_model(place)}.shipments")]


def _claimed(place: Place) -> int:
    return int(
        place.query(f"SELECT count(*) FROM {_model(place)}.checkpoints WHERE owner_pid IS NOT NULL")[0][0]
    )


def _settle(up: Up) -> None:
    """Wait until log, model, status topic and alerts are in step."""
    place = up.place

    def done() -> bool:
        ends = {p: e for p, e in end_offsets(place.kafka, place.names.events.name).items() if e}
        with psycopg.connect(place.database_url) as conn:
            stand = dict(conn.execute(f"SELECT partition, next_offset FROM {_model(place)}.checkpoints"))
        return all(stand[p] == end for p, end in ends.items())

    until(done, within=60, what="log folded")
    until(lambda: _told(place), within=60, what="changes published and alerts told")


def _told(place: Place) -> bool:
    wanted = int(place.query(f"SELECT sum(next_seq - 1) FROM {_model(place)}.checkpoints")[0][0])
    return (
        len(read_topic(place.kafka, place.names.status.name)) == wanted
        and notifier_behind(place, status_ends(place)) == 0
    )

"""The watchdog as a process: a due deadline of the read model becomes an event of the log."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import orjson

from schemas.codec import decode_event
from tests.builders import day, scan
from tests.integration.notifier_stand import PARTITIONS, Reader, make_topics, wait_until
from tests.integration.watchdog_stand import Model


def test_a_due_deadline_is_appended_once_and_sigterm_ends_it(
    kafka: str, database: str, tmp_path: Path
) -> None:
    prefix = f"dog-{uuid4().hex[:8]}-"
    names = make_topics(kafka, prefix)
    model = Model(database)
    model.put(scan("in_transit", at=day(1), number="A"), partition=1)
    events = Reader(kafka, names.events.name)
    environ = {
        **os.environ,
        "SHIPLOG_HOME": str(tmp_path),
        "SHIPLOG_KAFKA": kafka,
        "SHIPLOG_DATABASE_URL": database,
        "SHIPLOG_PARTITIONS": str(PARTITIONS),
        "SHIPLOG_TOPIC_PREFIX": prefix,
    }

    process = subprocess.Popen([sys.executable, "-m", "services.notifier.watchdog"], env=environ)
    try:
        appeared = wait_until(30, lambda: len(events.read()) >= 2)
        ready = orjson.loads((tmp_path / "run" / "watchdog.json").read_bytes())
        process.send_signal(signal.SIGTERM)
        code = process.wait(10)
    finally:
        process.kill()
        process.wait()
        model.close()

    proposed = [decode_event(read.value).data for read in events.read()]
    events.close()
    assert appeared
    assert ready["pid"] == process.pid
    assert code == 0
    assert proposed == [
        {"kind": "stale", "deadline": "2026-03-17T00:00:00.000Z"},
        {"kind": "expired", "deadline": "2026-05-02T00:00:00.000Z"},
    ]
    assert {(read.partition, read.key) for read in events.reads} == {(1, b"acme:A")}

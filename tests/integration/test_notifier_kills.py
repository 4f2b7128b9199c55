"""A notifier that is killed at any moment loses no alert and tells none twice."""

import random
import signal
from pathlib import Path
from threading import Event
from uuid import uuid4

import orjson
import pytest

from tests.integration.notifier_stand import (
    PARTITIONS,
    NotifierProcess,
    Reader,
    StatusWriter,
    alert_ids,
    make_topics,
    read_back,
    wait_until,
)

KILLS = 5


@pytest.mark.chaos
def test_five_kills_in_mid_work_lose_and_double_no_alert(kafka: str, tmp_path: Path) -> None:
    prefix = f"kill-{uuid4().hex[:8]}-"
    names = make_topics(kafka, prefix)
    writer = StatusWriter(kafka, names.status.name, name=f"{prefix}writer")
    notifier = NotifierProcess(kafka, prefix, tmp_path)
    alerts = Reader(kafka, names.alerts.name)
    chance = random.Random(5)
    killed_at_work = 0

    try:
        for _ in range(4 * KILLS):
            told_before = len(alerts.read())
            notifier.start()
            for _ in range(4):
                for partition in range(PARTITIONS):
                    writer.write(chance.randint(1, 120), partition=partition)
                    writer.write(2, partition=partition, aborted=True)
            at_work = wait_until(30, lambda seen=told_before: len(alerts.read()) > seen)
            assert at_work, notifier.log.read_text()[-2000:]
            # more than it can finish before the signal arrives
            for partition in range(PARTITIONS):
                writer.write(1_500, partition=partition)
            Event().wait(chance.uniform(0.0, 0.1))
            notifier.send(signal.SIGKILL)
            unfinished = len(writer.expected) - len(alerts.read())
            killed_at_work += unfinished > 0
            if killed_at_work == KILLS:
                break
        notifier.start()
        done = wait_until(60, lambda: len(alerts.read()) >= len(writer.expected))
    finally:
        notifier.stop()
        writer.close()
        alerts.close()

    told = read_back(kafka, names.alerts.name)
    assert killed_at_work == KILLS
    assert done
    assert alert_ids(told) == dict.fromkeys(writer.expected, 1)
    for partition in range(PARTITIONS):
        offsets = [orjson.loads(read.value)["src_offset"] for read in told if read.partition == partition]
        assert offsets == sorted(offsets)
    assert read_back(kafka, names.rejected.name) == []

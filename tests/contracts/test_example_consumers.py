"""The example consumers of `docs/consumers` really run, and take each thing once, committed only."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from uuid import uuid4

import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from schemas.codec import Headers, cloud_headers
from schemas.topics import topics

EXAMPLES = Path(__file__).parents[2] / "docs" / "consumers"
KEY = "acme:AB123"
PATIENCE = 30.0

Sent = tuple[Headers, bytes]


def cloud(ce_id: str, value: object) -> Sent:
    """A record with CloudEvents headers and a JSON value."""
    headers = cloud_headers(event_id=ce_id, kind="Example", source="test", time=None, key=KEY)
    return headers, json.dumps(value).encode()


def refused(offset: str, value: bytes) -> Sent:
    """A dead letter: what is not named here is unknown."""
    names = ("topic", "partition", "offset")
    origin = zip(names, ("shipment-events", "3", offset), strict=True)
    headers = [(f"x-original-{name}", text.encode()) for name, text in origin]
    return [*headers, ("x-error-class", b"invalid_json")], value


def event(type_: str) -> dict[str, str]:
    """What the example reads of an event."""
    return {"type": type_, "shipment": KEY, "recorded_at": "2026-11-21T13:05:00.000Z"}


def change(version: int, seq: int, status: str) -> dict[str, object]:
    """What the example reads of a StatusChanged."""
    numbers = {"src_offset": version, "seq": seq}
    return {"shipment": KEY, **numbers, "after": {"status": status}, "changes": ["milestone"]}


def alert(kind: str, late_by: str | None) -> dict[str, str | None]:
    """What the example reads of an alert."""
    return {"kind": kind, "shipment": KEY, "late_by": late_by}


CASES: dict[str, tuple[list[Sent], list[str]]] = {
    "events": (
        [
            cloud("a", event("ScanRecorded")),
            cloud("a", event("ScanRecorded")),
            cloud("b", event("CaseOpened")),
        ],
        [
            f"ScanRecorded {KEY} 2026-11-21T13:05:00.000Z",
            f"CaseOpened {KEY} 2026-11-21T13:05:00.000Z",
        ],
    ),
    "status": (
        [
            cloud("s7", change(7, 3, "in_transit")),
            cloud("s7", change(7, 3, "in_transit")),
            cloud("s5", change(5, 2, "picked_up")),
            cloud("s9", change(9, 4, "delivered")),
            cloud("s9-5", change(9, 5, "available_for_pickup")),
        ],
        [
            f"{KEY} in_transit milestone",
            f"{KEY} delivered milestone",
            f"{KEY} available_for_pickup milestone",
        ],
    ),
    "alerts": (
        [
            cloud("a", alert("delay_overdue", None)),
            cloud("a", alert("delay_overdue", None)),
            cloud("b", alert("delivered", "P3D")),
        ],
        [f"delay_overdue {KEY} in time", f"delivered {KEY} P3D"],
    ),
    "rejected": (
        [refused("41", b"\xff\x00"), refused("41", b"\xff\x00"), refused("", b"{"), refused("", b"{")],
        [
            "invalid_json shipment-events 3 41 2",
            "invalid_json shipment-events 3  1",
            "invalid_json shipment-events 3  1",
        ],
    ),
    "receipts": (
        [cloud("a", {"sent": True}), cloud("a", {"sent": True}), cloud("b", {"sent": False})],
        [f'{KEY} {{"sent": true}}', f'{KEY} {{"sent": false}}'],
    ),
    "positions": (
        [cloud("a", {"lat": 1.5}), cloud("a", {"lat": 1.5}), cloud("b", {"lat": 2.5})],
        [f'{KEY} {{"lat": 1.5}}', f'{KEY} {{"lat": 2.5}}'],
    ),
}


def test_there_is_an_example_for_every_topic_of_at_most_20_lines() -> None:
    examples = {path.stem: path.read_text().splitlines() for path in EXAMPLES.glob("*.py")}

    assert examples.keys() == CASES.keys() == set(topics().__slots__)
    assert all(len(lines) <= 20 for lines in examples.values())


@pytest.mark.parametrize("name", sorted(CASES))
def test_an_example_reads_the_topic_of_its_name(name: str) -> None:
    topic = getattr(topics(), name).name

    assert f'"{topic}"' in (EXAMPLES / f"{name}.py").read_text()


@pytest.mark.parametrize("name", sorted(CASES))
def test_an_example_takes_each_thing_once_and_only_what_was_committed(kafka: str, name: str) -> None:
    records, wanted = CASES[name]
    topic = f"example-{name}-{uuid4().hex[:8]}"
    create(kafka, topic)
    write(kafka, topic, records[:1], commit=True)
    write(kafka, topic, [(headers, b'{"never": "seen"}') for headers, _ in records], commit=False)
    write(kafka, topic, records[1:], commit=True)

    with running(name, kafka, topic) as lines:
        found = [lines.get(timeout=PATIENCE) for _ in wanted]
        with pytest.raises(Empty):
            lines.get(timeout=0.5)

    assert found == wanted


def create(kafka: str, topic: str) -> None:
    """A topic with one partition, so that records come in the order they were written."""
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    try:
        admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    finally:
        admin.close()


def write(kafka: str, topic: str, records: list[Sent], *, commit: bool) -> None:
    """One Kafka transaction, committed or aborted after the broker has its records."""
    producer = KafkaProducer(bootstrap_servers=kafka, transactional_id=f"write-{topic}")
    try:
        producer.init_transactions()
        producer.begin_transaction()
        futures = [producer.send(topic, key=KEY.encode(), value=v, headers=h) for h, v in records]
        for future in futures:
            future.get(timeout=PATIENCE)
        if commit:
            producer.commit_transaction()
        else:
            producer.abort_transaction()
    finally:
        producer.close()


@contextmanager
def running(name: str, kafka: str, topic: str) -> Iterator[Queue[str]]:
    """The example as a process of its own; what it prints, line by line."""
    command = [sys.executable, str(EXAMPLES / f"{name}.py"), kafka, topic]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    lines: Queue[str] = Queue()
    reader = Thread(target=lambda: [lines.put(line.rstrip("\n")) for line in process.stdout or ()])
    reader.start()
    try:
        yield lines
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)
        reader.join(timeout=PATIENCE)

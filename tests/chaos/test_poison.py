"""Records straight in the topic that are no events of ours, among good ones."""

import random

import orjson
import pytest

from schemas.codec import Record, event_record
from services.cli.simulator.feed import POISON
from services.runtime.kafka import partition_for
from services.runtime.outcomes import Sent
from services.runtime.producer import LogProducer
from tests.builders import hour, minute, registered, scan
from tests.chaos.behind import log_ends, projector_behind
from tests.e2e.running import PARTITIONS, Up, until
from tests.oracle import differences, read_topic, truth_of

pytestmark = pytest.mark.timeout(300)

PARCELS = 600
STEPS = ("info_received", "picked_up", "in_transit", "out_for_delivery", "delivered")


def test_one_percent_poison_is_put_aside_and_the_rest_is_right(up_virtual: Up) -> None:
    place = up_virtual.place
    good = [(None, event_record(envelope)) for envelope in _good()]
    wrong_version = event_record(scan("delivered", at=hour(9), number="V1") | {"schema_version": 99})
    wrong_key = event_record(scan("delivered", at=hour(9), number="K1"))
    odd = event_record(scan("delivered", at=hour(9), number="W1"))
    elsewhere = (partition_for(odd.key, PARTITIONS) + 1) % PARTITIONS
    bad: list[tuple[int | None, Record]] = [
        (None, Record(b"acme:B1", POISON, [])),
        (None, wrong_version),
        (None, Record(b"acme:OTHER", wrong_key.value, wrong_key.headers)),
        (None, Record(b"acme:B2", b"[" * 1_048_576, [])),
        (None, Record(b"acme:B3", b"\xff\xfe{}", [])),
        (None, Record(b"acme:B4", b"", [])),
        (elsewhere, odd),
        (None, Record(b"", wrong_key.value, [])),
        (None, Record(b"acme:B5", orjson.dumps(["not", "an", "object"]), [])),
    ]
    records = good + bad * 4
    random.Random(5).shuffle(records)

    producer = LogProducer(place.kafka)
    sent = producer.send(place.names.events.name, records).result(60)
    null = _send_null(place.kafka, place.names.events.name)
    producer.close()
    until(lambda: projector_behind(place, log_ends(place)) == 0, within=60, what="the log folded")
    rejected = read_topic(place.kafka, place.names.rejected.name)
    log = read_topic(place.kafka, place.names.events.name)
    truth = truth_of(log)

    assert all(isinstance(outcome, Sent) for outcome in sent)
    places = {
        (int(r.headers["x-original-partition"]), int(r.headers["x-original-offset"])): r for r in rejected
    }
    wrongly_placed = {(r.partition, r.offset) for r in log if r.value == odd.value}
    assert places.keys() == truth.bad | wrongly_placed
    assert len(places) == len(bad) * 4 + 1
    original = {(r.partition, r.offset): r.value for r in log}
    assert all(r.value == (original[at] or b"") for at, r in places.items())
    assert all(
        r.headers["x-original-topic"] == place.names.events.name.encode()
        and r.headers["x-error-class"]
        and r.headers["x-first-failure"]
        and r.headers["x-attempt"] == b"1"
        and r.headers["x-code-version"]
        and "x-event-id" in r.headers
        for r in rejected
    )
    assert {r.headers["x-error-class"].decode() for r in rejected} >= {
        "invalid_json", "schema_version", "key_mismatch", "null_value", "wrong_partition",
    }  # fmt: skip
    assert null in places
    until(
        lambda: not differences(
            truth_of([r for r in log if r.value != odd.value]),
            kafka=place.kafka, database_url=place.database_url, names=place.names,
        ),
        within=60,
        what="read model, status topic and alerts as the good records say",
    )  # fmt: skip


def _good() -> list[dict[str, object]]:
    return [
        envelope
        for n in range(PARCELS)
        for envelope in (
            registered(f"O-{n}", at=minute(n), number=f"G{n}"),
            *(
                scan(step, at=minute(n) + hour(i) - hour(0), number=f"G{n}")
                for i, step in enumerate(STEPS, 1)
            ),
        )
    ]


def _send_null(kafka: str, topic: str) -> tuple[int, int]:
    from kafka import KafkaProducer

    producer = KafkaProducer(bootstrap_servers=kafka)
    stood = producer.send(topic, value=None, key=b"acme:NULL").get(30)
    producer.close()
    return stood.partition, stood.offset

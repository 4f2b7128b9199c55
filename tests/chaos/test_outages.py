"""Kafka and PostgreSQL killed and restarted while requests come in."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.cli.local.faults import kill_kafka, kill_postgres, start_kafka, start_postgres
from services.cli.local.stack import Stack, remove_stack, start_stack
from tests.chaos.quiet import wait_quiet
from tests.chaos.sender import Sender, stories
from tests.e2e.running import new_place, running
from tests.oracle import differences, read_topic, truth_of

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[Stack]:
    """A Kafka and a PostgreSQL that this test may kill."""
    home = tmp_path / "stack"
    try:
        yield start_stack(home)
    finally:
        remove_stack(home)


def test_broker_and_database_die_and_come_back_under_fifty_requests_a_second(
    own_stack: Stack, tmp_path: Path
) -> None:
    place = new_place(tmp_path / "home", kafka=own_stack.kafka, database_url=own_stack.database_url)
    with running(place, clock="wall") as up:
        batches = stories(promised_in=timedelta(hours=1), prefix="O")
        sender = Sender(lambda: up.ingest, batches, every=0.02).start()
        time.sleep(3)
        kill_kafka(own_stack.home)
        time.sleep(4)
        start_kafka(own_stack.home)
        time.sleep(3)
        kill_postgres(own_stack.home)
        time.sleep(4)
        start_postgres(own_stack.home)
        time.sleep(3)
        sender.stop()
        wait_quiet(place, within=120)
    truth = truth_of(read_topic(place.kafka, place.names.events.name))
    wrong = differences(truth, kafka=place.kafka, database_url=place.database_url, names=place.names)

    assert sender.answers.keys() <= {202, 503}
    assert sender.broken == 0
    assert sender.without_retry_after == 0
    assert sender.answers[202] > 400
    assert sender.acknowledged - truth.events == set()
    assert wrong == []

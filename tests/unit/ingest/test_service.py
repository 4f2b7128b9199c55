"""Taking a body in: what is on its way counts as unlogged until it is safe, and nothing personal is open."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.ingest.sealing import KeysAway
from services.runtime.outcomes import Outcome
from tests.builders import ORIGIN, canonical_registered, canonical_scan
from tests.unit.ingest.stand import Stand, make_stand


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """An ingest in memory."""
    return make_stand(tmp_path)


def lines(*events: dict[str, Any]) -> bytes:
    """An NDJSON body."""
    return b"\n".join(orjson.dumps(event) for event in events)


def take(stand: Stand, body: bytes) -> list[str]:
    """The ids that the sender is told."""
    return stand.ingest.take_body(body, form="ndjson", trust="bearer").event_ids


def watched(stand: Stand, look: Callable[[], None]) -> None:
    """Look when Kafka is asked for an acknowledgement."""
    send = stand.producer.send

    class Watched(Future[list[Outcome]]):
        def result(self, timeout: float | None = None) -> list[Outcome]:
            look()
            return super().result(timeout)

    def sending(topic: str, records: Any, *, wait: bool = True) -> Future[list[Outcome]]:
        answer = Watched()
        answer.set_result(send(topic, records).result())
        return answer

    stand.producer.send = sending  # type: ignore[method-assign]


def test_what_is_on_its_way_counts_as_unlogged_until_it_is_safe(stand: Stand) -> None:
    seen: list[int | None] = []
    watched(stand, lambda: seen.append(stand.publisher.oldest_unlogged_ms()))

    ids = take(stand, lines(canonical_scan("picked_up")))

    assert len(ids) == 1
    assert seen == [ORIGIN]
    assert stand.publisher.oldest_unlogged_ms() is None


@pytest.mark.parametrize("away", ["kafka", "keys"])
def test_what_failed_counts_as_unlogged_no_longer_unless_it_is_in_the_spool(stand: Stand, away: str) -> None:
    body = lines(canonical_registered(recipient="Ann Unlikely"))
    if away == "kafka":
        stand.broker.away = True
        take(stand, body)
        assert stand.publisher.oldest_unlogged_ms() == ORIGIN
        return
    stand.keys.away = True

    with pytest.raises(KeysAway):
        take(stand, body)

    assert stand.publisher.oldest_unlogged_ms() is None
    assert stand.values() == []


@pytest.mark.parametrize("way", ["kafka", "spool"])
def test_nothing_personal_of_a_body_is_open_in_the_log_or_on_the_disk(
    stand: Stand, tmp_path: Path, way: str
) -> None:
    stand.broker.away = way == "spool"

    take(
        stand,
        lines(
            canonical_registered(recipient={"name": "Ann Unlikely"}),
            canonical_scan("delivered", proof={"name": "Ann Unlikely"}),
        ),
    )

    stored = b"".join(stand.values()) + b"".join(file.read_bytes() for file in (tmp_path / "spool").iterdir())
    assert stored.count(b"ciphertext") >= 2 or way == "spool"
    assert b"Unlikely" not in stored
    assert len(stand.values()) + stand.spool.depth == 2


def test_one_event_twice_in_a_body_is_logged_twice_under_one_id(stand: Stand) -> None:
    event = canonical_scan("picked_up")

    ids = take(stand, lines(event, event))

    assert len(ids) == 2
    assert len({*ids}) == 1
    assert [logged["event_id"] for logged in stand.logged()] == ids

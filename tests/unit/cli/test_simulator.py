"""The simulator: the same seed gives the same bytes, and every line is one that ingest takes."""

from collections import Counter
from collections.abc import Collection, Mapping
from uuid import UUID

import orjson

from schemas.instants import instant_text
from services.cli.simulator.feed import END, simulate
from services.ingest.envelope import Origin
from services.ingest.intake import Intake
from services.ingest.sealing import DataKey


class OneKey:
    """The same key for everybody."""

    def keys_for(self, subjects: Collection[str]) -> Mapping[str, DataKey]:
        return {subject: DataKey(str(UUID(int=1)), bytes(32)) for subject in subjects}


def as_bytes(lines: list[dict[str, object]]) -> list[bytes]:
    return [orjson.dumps(line) for line in lines]


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_bytes() -> None:
    once, again, other = (as_bytes(simulate(seed=seed, parcels=200)) for seed in (1, 1, 2))

    assert once == again
    assert once != other


def test_ingest_takes_every_line() -> None:
    lines = as_bytes(simulate(seed=3, parcels=500))
    intake = Intake(origin=Origin(channel="replay", trust="manual"), recorded_at="required", keys=OneKey())

    taken = intake.take(enumerate(lines, start=1), now="2026-01-01T00:00:00.000Z")

    assert taken.rejections == []
    assert len(taken.envelopes) == len(lines)


def test_lines_stand_in_the_order_they_became_known_within_the_simulated_time() -> None:
    lines = simulate(seed=4, parcels=300)
    recorded = [line["recorded_at"] for line in lines]

    assert recorded == sorted(recorded)
    assert recorded[-1] < instant_text(END)


def test_a_retraction_names_the_event_id_that_ingest_gives_its_target() -> None:
    lines = simulate(seed=5, parcels=800)
    retracted = {line["data"]["retracts"] for line in lines if line["type"] == "EventRetracted"}
    intake = Intake(origin=Origin(channel="replay", trust="manual"), recorded_at="required", keys=OneKey())

    taken = intake.take(enumerate(as_bytes(lines), start=1), now="2026-01-01T00:00:00.000Z")

    assert retracted
    assert retracted <= {envelope["event_id"] for envelope in taken.envelopes}


def test_the_feed_has_the_faults_of_real_feeds() -> None:
    lines = simulate(seed=6, parcels=1_000)
    kinds = Counter(line["type"] for line in lines)
    sent = Counter(orjson.dumps({**line, "recorded_at": None}) for line in lines)
    carriers = {line["carrier"] for line in lines}
    pieces = {line["data"].get("piece") for line in lines}

    assert {"ShipmentRegistered", "ScanRecorded", "DeliveryDateRevised", "EventRetracted"} <= kinds.keys()
    assert {"ShipmentCancelled", "CaseOpened", "CaseResolved"} <= kinds.keys()
    assert max(sent.values()) > 1
    assert len(carriers) == 4
    assert {"1/2", "2/2"} <= pieces

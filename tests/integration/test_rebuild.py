"""A running Shiplog's model made anew: compared, mended, switched to and back, while its services go on."""

from pathlib import Path

import orjson
import pytest

from schemas.instants import instant_text
from services.cli.simulator.feed import END, simulate
from tests.e2e.running import Place, Up
from tests.oracle import differences, read_topic, truth_of

pytestmark = pytest.mark.timeout(300)


def replayed(place: Place, tmp_path: Path, *, seed: int, parcels: int, close: bool) -> None:
    """Replay simulated parcels; `close`: up to the end of all their deadlines."""
    lines = simulate(seed=seed, parcels=parcels)
    half = lines if close else lines[: len(lines) // 2]
    file = tmp_path / f"{seed}-{close}.ndjson"
    file.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in half))
    until_ = ["--until", instant_text(END)] if close else []
    answer = place.shiplog("replay", str(file), *until_)
    assert answer.code == 0, answer.err


def wrong(place: Place, model: str) -> list[str]:
    """What the judge finds wrong."""
    log = read_topic(place.kafka, place.names.events.name)
    return differences(
        truth_of(log), kafka=place.kafka, database_url=place.database_url, names=place.names, model=model
    )


def test_a_changed_value_is_named_mended_and_brought_back_by_a_rollback(
    up_virtual: Up, tmp_path: Path
) -> None:
    place = up_virtual.place
    replayed(place, tmp_path, seed=5, parcels=120, close=False)
    sums = place.shiplog("checksum", "--history").value
    sound = place.shiplog("rebuild", "--check")
    ((key,),) = place.query("SELECT shipment FROM model_1.shipments WHERE milestone = 'delivered' LIMIT 1")
    place.query(f"UPDATE model_1.shipments SET milestone = 'lost' WHERE shipment = '{key}' RETURNING 1")

    found = place.shiplog("rebuild", "--check")
    recomputed = place.shiplog("checksum", "--recompute")
    mended = place.shiplog("rebuild")
    after = place.shiplog("rebuild", "--check")
    sums_after = place.shiplog("checksum", "--recompute", "--history")

    assert (sound.code, sound.value["differences"]) == (0, [])
    assert found.code == 1
    assert orjson.loads(found.out)["differences"] == [
        {"shipment": key, "field": "milestone", "live": "lost", "rebuilt": "delivered"}
    ]
    assert recomputed.code == 1
    assert orjson.loads(recomputed.out)["checksum"] != sums["checksum"]
    assert mended.code == 0, mended.err
    assert mended.value["differing_shipments"] == 1
    assert after.value["live"] == mended.value["rebuilt"]
    assert sums_after.code == 0
    assert (sums_after.value["checksum"], sums_after.value["history"]) == (sums["checksum"], sums["history"])

    replayed(place, tmp_path, seed=5, parcels=120, close=True)
    model = mended.value["rebuilt"]
    assert wrong(place, model) == []

    back = place.shiplog("rebuild", "rollback")

    assert back.code == 0, back.err
    assert (back.value["live"], back.value["rebuilt"]) == (model, "model_1")
    assert back.value["checksum"] == back.value["live_checksum"]
    assert place.query("SELECT current FROM core.pointer") == [(1,)]
    replayed(place, tmp_path, seed=6, parcels=40, close=True)
    assert wrong(place, "model_1") == []

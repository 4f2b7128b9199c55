"""Time travel over a replay and built histories: every answer equals a fold of the log cut there."""

import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from schemas.codec import event_record
from schemas.instants import instant_ms, instant_text
from services.domain.bodies import Passed
from services.domain.facts import Fact, fact_of
from services.domain.fold import fold_all
from services.domain.moments import pos
from services.domain.order import is_placed, usual_zone
from services.domain.provenance import fields_of
from services.domain.view import view
from services.runtime.producer import LogProducer
from services.runtime.topics import end_offsets
from tests import olist
from tests.builders import hour, scan
from tests.e2e.running import Place, Up, running, until
from tests.oracle import read_topic
from tests.unit.domain.laws.copied import with_copies
from tests.unit.domain.laws.histories import seeded_history

pytestmark = pytest.mark.timeout(3_000)

Json = dict[str, Any]

CUTS = 20
ROWS = int(os.environ.get("SHIPLOG_CUT_ROWS", "40"))
"""Real deliveries that are replayed; all there are when it is 0."""
BUILT = 30
LAST = instant_ms("9999-12-31T23:59:59.999Z")


class Seen:
    """A running Shiplog with a replay and built histories in it, and its log as a stock consumer reads it."""

    def __init__(self, up: Up) -> None:
        self.up = up
        self.log: dict[str, list[Json]] = {}
        self.client = httpx.Client(base_url=str(up.ready["query"]), timeout=60)

    def append(self, envelopes: list[Json]) -> None:
        """Write to the log, and wait until the projector has folded it."""
        place = self.up.place
        producer = LogProducer(place.kafka)
        records = [(None, event_record(envelope)) for envelope in envelopes]
        producer.send(place.names.events.name, records).result(60)
        producer.close()
        until(lambda: folded_up_to(place) == end_offsets(place.kafka, place.names.events.name), within=60,
              what="the projector is at the end of the log")  # fmt: skip

    def read_log(self) -> None:
        """What stands in the log now, by shipment, in log order."""
        place = self.up.place
        self.log = {}
        for record in read_topic(place.kafka, place.names.events.name):
            envelope = orjson.loads(record.value or b"")
            self.log.setdefault(envelope["shipment"], []).append(envelope)

    def get(self, path: str, **parameters: str | None) -> httpx.Response:
        """What the query service answers."""
        asked = {name: value for name, value in parameters.items() if value is not None}
        return self.client.get(path, params=asked)


def folded_up_to(place: Place) -> dict[int, int]:
    """By partition where the projector stands."""
    return dict(place.query("SELECT partition, next_offset FROM model_1.checkpoints"))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, stack: Any, shared_data: Path) -> Iterator[Seen]:
    """Real deliveries replayed with their deadlines, and histories built to be nasty."""
    from tests.e2e.running import new_place

    home = tmp_path_factory.mktemp("moments")
    rows = olist.read_rows()
    file = home / "olist.ndjson"
    olist.write_lines(file, olist.canonical_lines(random.Random(6).sample(rows, ROWS) if ROWS else rows))
    with running(new_place(home / "home", kafka=stack.kafka, database_url=stack.database_url)) as up:
        found = Seen(up)
        told = up.place.shiplog("replay", str(file), "--until", olist.AS_OF, timeout=900)
        # a busy machine's notifier may be behind: what is read here is the projector's
        assert told.code in (0, 3), told.err
        found.append([envelope for seed in range(BUILT) for envelope in built(seed)])
        found.read_log()
        yield found


def built(seed: int) -> list[Json]:
    """Late facts, retractions, versions that came in any order, deadlines that passed."""
    history = with_copies(seeded_history(seed, most=8), seed)
    return [envelope | {"shipment": f"acme:BUILT{seed}"} for envelope in history]


def moments_of(log: list[Json], seed: str) -> list[int]:
    """Random moments about the times that the log speaks of."""
    chance = random.Random(seed)
    times = [instant_ms(envelope["recorded_at"]) for envelope in log]
    times += [instant_ms(e["occurred_at"]) for e in log if e.get("occurred_at")]
    near = [chance.choice(times) + chance.choice((-3_600_000, -1, 0, 0, 1, 86_400_000)) for _ in range(CUTS)]
    return [min(ms, LAST) for ms in near]


def recorded_by(log: list[Json], at: int) -> list[Json]:
    """The log cut there."""
    return [envelope for envelope in log if envelope["recorded_at"] <= instant_text(at)]


def happened_by(facts: list[Fact], key: str, at: int) -> list[Fact]:
    """The facts that had happened, told by the places that the fold of all gives them."""
    whole = fold_all(key, facts)
    zone_ms = usual_zone(whole.zones)

    def had(fact: Fact, depth: int = 0) -> bool:
        if type(fact.body) is Passed:
            return fact.body.at <= at
        if fact.type == "EventRetracted":
            target = [other for other in whole.facts if other.event_id == fact.body]
            return bool(target) and depth < 3 and had(target[0], depth + 1)
        if is_placed(fact) or (fact.kind and fact.type.startswith("Address")):
            return pos(fact, zone_ms) <= at
        return fact.type in ("ShipmentRegistered", "DeliveryDateRevised") or fact.recorded_ms <= at

    return [fact for fact in whole.facts if had(fact)]


def wanted(log: list[Json], as_of: int | None, known_at: int | None) -> tuple[Json, set[str]] | None:
    """What must be answered: the view, and the events in the timeline."""
    key = log[0]["shipment"]
    facts = [fact_of(e) for e in (log if known_at is None else recorded_by(log, known_at))]
    if as_of is not None:
        facts = happened_by(facts, key, as_of)
    if not facts:
        return None
    return orjson.loads(orjson.dumps(view(fold_all(key, facts)))), {fact.event_id for fact in facts}


def faults(seen: Seen, key: str) -> list[str]:
    """Answers about one shipment at random moments that are not what the log says."""
    wrong, log = [], seen.log[key]
    for n, at in enumerate(moments_of(log, key)):
        as_of, known_at = [(at, None), (None, at), (at, moments_of(log, f"{key}/{n}")[0])][n % 3]
        asked = [None if ms is None else instant_text(ms) for ms in (as_of, known_at)]
        answer = seen.get(f"/v1/shipments/{key}", as_of=asked[0], known_at=asked[1])
        must = wanted(log, as_of, known_at)
        if must is None:
            if answer.status_code != 404:
                wrong.append(f"{key} as of {asked[0]}, known at {asked[1]}: {answer.status_code}")
            continue
        told = answer.json()
        timeline = {entry["event_id"] for entry in told.pop("timeline", [])}
        if (told, timeline) != must:
            wrong.append(f"{key} as of {asked[0]}, known at {asked[1]}: {told} instead of {must}")
    return wrong


def test_every_shipment_at_20_random_cuts_equals_a_fold_of_the_log_cut_there(seen: Seen) -> None:
    began = time.monotonic()

    with ThreadPoolExecutor(4) as pool:
        wrong = [fault for found in pool.map(lambda key: faults(seen, key), seen.log) for fault in found]

    print(f"{len(seen.log)} shipments x {CUTS} cuts in {time.monotonic() - began:.1f} s")  # noqa: T201 - measured
    assert wrong == []
    assert len(seen.log) >= BUILT + (ROWS or 4_000)


def test_why_names_events_that_give_each_field_when_folded_alone(seen: Seen) -> None:
    for key, log in list(seen.log.items())[:: max(1, len(seen.log) // 80)]:
        answer = seen.get(f"/v1/shipments/{key}/why")
        told = answer.json()
        shipment = fold_all(key, map(fact_of, log))
        by_id = {fact.event_id: fact for fact in shipment.facts}

        assert answer.status_code == 200, answer.text
        assert told["fields"].keys() == fields_of(view(shipment)).keys()
        for name, because in told["fields"].items():
            alone = fields_of(view(fold_all(key, [by_id[each] for each in because["events"]])))
            assert orjson.loads(orjson.dumps(alone[name])) == because["value"], (key, name)
            assert because["rules"], (key, name)
            assert set(because["events"]) <= told["events"].keys()


def test_a_version_that_only_the_log_holds_counts_where_it_counted(seen: Seen) -> None:
    scanned = scan("in_transit", at=hour(1), code="X", number="V1", recorded_at=hour(1))
    mended = scanned | {"mapping_version": 2, "data": {"milestone": "delivered"}}
    seen.append([scanned, mended | {"recorded_at": instant_text(hour(9))}])
    seen.append([mended | {"recorded_at": instant_text(hour(5))}])

    told = [
        seen.get("/v1/shipments/acme:V1", known_at=instant_text(hour(at))).json()["milestone"]
        for at in (4, 6, 10)
    ]

    assert told == ["in_transit", "delivered", "delivered"]


def test_the_command_line_tells_the_same(seen: Seen) -> None:
    key, at = "acme:BUILT7", instant_text(moments_of(seen.log["acme:BUILT7"], "cli")[0])
    place = seen.up.place

    for option, name in (("--as-of", "as_of"), ("--known-at", "known_at")):
        answer, shown = seen.get(f"/v1/shipments/{key}", **{name: at}), place.shiplog("show", key, option, at)
        assert (shown.code == 1) == (answer.status_code == 404)
        if shown.code == 0:
            assert shown.value == answer.json()
    assert place.shiplog("show", key, "--why").value == seen.get(f"/v1/shipments/{key}/why").json()
    assert place.shiplog("show", key, "--known-at", "yesterday").code == 2
    assert place.shiplog("show", key, "--known-at", "1970-01-01T00:00:00Z").code == 1


@pytest.mark.parametrize(
    "asked",
    ["yesterday", "2026-03-02", "2026-03-02T10:00:00", "2026-02-30T10:00:00Z", "2026-03-02T10:00:60Z", "",
     "\x00", "0000-01-01T00:00:00Z", "2026-03-02T10:00:00+99:00", "9" * 5_000, "٢٠٢٦-03-02T10:00:00Z"],
)  # fmt: skip
def test_what_is_no_instant_is_refused(seen: Seen, asked: str) -> None:
    for path in ("/v1/shipments/acme:BUILT1", "/v1/shipments/acme:BUILT1/why"):
        answer = seen.get(path, known_at=asked)

        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert "known_at" in answer.json()["detail"]


def test_a_moment_may_be_told_in_any_zone_with_a_plus_that_was_not_escaped(seen: Seen) -> None:
    seen.append([scan("picked_up", at=hour(1), number="Z1"), scan("delivered", at=hour(2), number="Z1")])
    base = "/v1/shipments/acme:Z1"

    answers = [
        seen.client.get(f"{base}?as_of={text}").json()["milestone"]
        for text in ("2026-03-02T06:59:59.999+05:00", "2026-03-02T07:00:00%2B05:00", "2026-03-02T02:00:00z")
    ]

    assert answers == ["picked_up", "delivered", "delivered"]

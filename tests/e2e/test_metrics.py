"""What the services' metrics say is what stands in the topics, counted there."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest
from kafka import KafkaProducer

from schemas.codec import decode_event
from schemas.event import Envelope, EventType
from services.cli.local.stack import Stack
from tests.builders import canonical_registered, canonical_scan, day, promise
from tests.e2e.running import PARTITIONS, Place, Up, new_place, running, samples, until
from tests.oracle import Read, read_topic

Json = dict[str, Any]

_AGO_S = 90
_SLOW_S = 60.0
"""No step of ours takes longer, on the slowest machine."""
_SPOILT = b"no event"
_NOBODYS = "nobodys"
"""The code of a carrier that nobody knows."""


class Told:
    """The metrics of a service, as it tells them now."""

    def __init__(self, up: Up, service: str) -> None:
        self._samples = samples(up.metrics(service))

    def by(self, label: str, name: str) -> dict[str, float]:
        """What a metric's samples say, by one of their labels; zeros are left out."""
        found: dict[str, float] = {}
        for sample in self._samples:
            if sample.name == f"shiplog_{name}" and sample.value:
                found[sample.labels[label]] = found.get(sample.labels[label], 0.0) + sample.value
        return found

    def all(self, name: str) -> float:
        """The sum of a metric's samples; fails where it has none."""
        found = self._values(name)
        assert found, name
        return sum(found)

    def is_none(self, name: str) -> bool:
        """Whether all samples are zero; what has just started has told of none yet."""
        found = self._values(name)
        return bool(found) and not any(found)

    def mean(self, name: str) -> float:
        """Of a histogram."""
        return self.all(f"{name}_sum") / self.all(f"{name}_count")

    def _values(self, name: str) -> list[float]:
        return [sample.value for sample in self._samples if sample.name == f"shiplog_{name}"]


@dataclass
class Day:
    """A Shiplog that has told of everything it was sent, and what its topics hold."""

    up: Up
    begun: float = field(default_factory=time.time)
    sent: Counter[str] = field(default_factory=Counter)
    """Events by the carrier that metrics name; a repetition counts."""
    requests: int = 0

    def told(self, service: str) -> Told:
        """Its metrics."""
        return Told(self.up, service)

    def topic(self, name: str) -> list[Read]:
        """All records."""
        return read_topic(self.up.place.kafka, getattr(self.up.place.names, name).name)

    def events(self) -> list[Envelope]:
        """What of the log is one."""
        return [decode_event(read.value or b"") for read in self.topic("events") if read.value != _SPOILT]

    def post(self, lines: list[Json]) -> None:
        """Send them in one request."""
        body = b"".join(orjson.dumps(line) + b"\n" for line in lines)
        sent = {"content-type": "application/x-ndjson"}
        answer = httpx.post(f"{self.up.ingest}/v1/events", content=body, headers=sent)
        assert answer.status_code == 202, answer.text
        self.requests += 1
        self.sent.update("other" if line["carrier"] == _NOBODYS else line["carrier"] for line in lines)

    def spoil(self) -> None:
        """Put a record into the log that is no event."""
        place = self.up.place
        producer = KafkaProducer(bootstrap_servers=place.kafka)
        producer.send(place.names.events.name, _SPOILT, b"gls:BAD").get(timeout=10)
        producer.close()

    def is_over(self) -> bool:
        """Whether every parcel has its alerts, and everybody has got to the end of what he reads."""
        if len(self.topic("alerts")) < 13:
            return False
        projector, notifier, watchdog = map(self.told, ("projector", "notifier", "watchdog"))
        published = projector.is_none("publisher_position_lag_records")
        folded, told = projector.is_none("lag_records"), notifier.is_none("lag_records")
        return published and folded and told and watchdog.is_none("watchdog_backlog")


@pytest.fixture(scope="module")
def day_over(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """Parcels delivered, of an unknown carrier, and overdue, some told twice; and one bad record."""
    home = tmp_path_factory.mktemp("metrics")
    place: Place = new_place(home, kafka=stack.kafka, database_url=stack.database_url)
    with running(place, clock="wall") as up:
        whole = Day(up)
        at = int((whole.begun - _AGO_S) * 1000)
        steps = (("gls", "in_transit"), ("gls", "delivered"), (_NOBODYS, "picked_up"))
        fresh = [
            canonical_scan(milestone, at=at, number=f"F{n}", carrier=code)
            for n in range(8)
            for code, milestone in steps
        ]
        due = {"carrier": "ups", "promise": promise("2026-03-02"), "at": day(0)}
        for request in (
            fresh,
            fresh,
            [canonical_registered(f"O{n}", number=f"L{n}", **due) for n in range(5)],
        ):
            whole.post(request)
        whole.spoil()
        until(whole.is_over, within=90, what="all is told, and nobody is behind")
        yield whole


def test_ingest_counts_what_it_took_in_and_what_the_log_has_by_carriers_it_knows(day_over: Day) -> None:
    told = day_over.told("ingest")
    events = [event for event in day_over.events() if event.type != EventType.DEADLINE_PASSED]
    codes = [event.shipment.partition(":")[0] for event in events]
    logged = Counter("other" if code == _NOBODYS else code for code in codes)

    assert logged == day_over.sent == {"gls": 32, "other": 16, "ups": 5}
    assert told.by("carrier", "received_total") == logged
    assert told.by("carrier", "logged_total") == logged
    assert told.by("route", "ingest_latency_seconds_count") == {"events": day_over.requests}
    assert 0 < told.mean("ingest_latency_seconds") < _SLOW_S
    # what had to wait on disk for a slow broker is counted, not timed
    timed, took = (told.by("carrier", f"logged_latency_seconds_{part}") for part in ("count", "sum"))
    assert timed.keys() == logged.keys()
    assert all(count <= logged[carrier] for carrier, count in timed.items())
    assert _AGO_S <= took["other"] / timed["other"] < _AGO_S + _SLOW_S
    heard = told.by("carrier", "carrier_last_event_timestamp_seconds")
    assert heard.keys() == logged.keys()
    assert all(day_over.begun - 1 <= at <= time.time() for at in heard.values())
    assert told.all("spool_depth_records") == told.all("spool_bytes") == 0


def test_the_projector_counts_the_records_of_the_log_by_what_they_did(day_over: Day) -> None:
    told, events = day_over.told("projector"), day_over.events()
    new = len({event.event_id for event in events})
    records = len(events) + 1

    effects = {"counted": new, "duplicate": len(events) - new, "rejected": 1}
    assert told.by("effect", "visible_total") == effects
    assert effects["duplicate"] == 24
    assert told.all("batch_records_sum") == records
    assert 0 < told.all("batch_records_count") == told.all("commit_seconds_count") <= records
    assert 0 < told.mean("commit_seconds") < _SLOW_S
    assert 0 < told.all("visible_latency_seconds_count") <= records
    assert 0 < told.mean("visible_latency_seconds") < _SLOW_S
    assert told.all("rejected_total") == len(day_over.topic("rejected")) == 1
    assert told.all("lag_seconds") == told.all("paused_partitions") == 0
    assert told.all("partitions_owned") == PARTITIONS
    # a group that was slow to settle makes more than one a partition
    assert told.by("outcome", "claims_total")["claimed"] >= PARTITIONS
    assert told.all("published_total") == len(day_over.topic("status")) > 0


def test_notifier_and_watchdog_count_the_alerts_and_the_deadlines(day_over: Day) -> None:
    notifier, watchdog = day_over.told("notifier"), day_over.told("watchdog")
    alerts = Counter(orjson.loads(read.value or b"")["kind"] for read in day_over.topic("alerts"))
    passed = Counter(e.data["kind"] for e in day_over.events() if e.type == EventType.DEADLINE_PASSED)

    assert (alerts["delivered"], alerts["delay_overdue"]) == (8, 5)
    assert notifier.by("kind", "alerted_total") == alerts
    assert notifier.all("alerted_latency_seconds_count") == alerts.total()
    assert 0 < notifier.mean("alerted_latency_seconds") < _SLOW_S
    assert notifier.all("status_skipped_total") == 0
    assert watchdog.by("kind", "deadlines_proposed_total") == passed
    assert passed["promise_overdue"] >= 5


@pytest.mark.parametrize("service", ["ingest", "projector", "notifier", "watchdog", "query"])
def test_every_service_tells_when_its_loop_came_round(day_over: Day, service: str) -> None:
    assert abs(day_over.told(service).all("heartbeat_timestamp_seconds") - time.time()) < _SLOW_S


@pytest.mark.parametrize("service", ["projector", "notifier", "watchdog"])
def test_who_works_by_itself_tells_when_it_last_got_something_done(day_over: Day, service: str) -> None:
    assert day_over.begun - 1 <= day_over.told(service).all("progress_timestamp_seconds") <= time.time()


def test_query_times_its_answers_by_route_and_outcome_and_counts_open_streams(day_over: Day) -> None:
    url = day_over.up.ready["query"]
    before = day_over.told("query")
    answers = [httpx.get(f"{url}/v1/shipments/{key}").status_code for key in ("gls:F1", "ups:L1", "gls:NONE")]
    with httpx.stream("GET", f"{url}/v1/live") as stream:
        assert stream.status_code == 200
        until(lambda: day_over.told("query").all("live_streams") == 1, within=10, what="the stream is open")
    until(lambda: day_over.told("query").all("live_streams") == 0, within=10, what="the stream is gone")

    after = day_over.told("query")
    name = "request_seconds_count"
    route = "/v1/shipments/{key:path}"
    assert answers == [200, 200, 404]
    assert after.by("status", name)["4xx"] - before.by("status", name).get("4xx", 0) == 1
    assert after.by("route", name)[route] - before.by("route", name).get(route, 0) == 3
    assert after.all("index_lag_records") == 0
    assert 0 < after.mean("request_seconds") < _SLOW_S

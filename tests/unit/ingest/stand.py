"""Ingest in one process upon a broker in memory, for tests of its rules."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.testclient import TestClient

from schemas.topics import topics
from services.ingest.command_times import CommandTimes
from services.ingest.commands import Commands
from services.ingest.http import Parts, build_app
from services.ingest.publisher import Publisher
from services.ingest.reader import ShipmentRow, StoreAway
from services.ingest.refusals import Refusals
from services.ingest.registry import carriers
from services.ingest.sealing import DataKey, KeysAway
from services.ingest.service import Ingest
from services.ingest.spool import Spool
from services.ingest.webhooks import Webhooks
from services.runtime.clock import VirtualClock
from services.runtime.health import Health
from services.runtime.http_auth import Gate, Principal
from tests.builders import ORIGIN
from tests.fakes import FakeBroker, FakeProducer

Json = dict[str, Any]
SECRETS = {"easypost": {"main": "secret"}}
TOPICS = topics()


class FakeKeys:
    """A key per subject made from its name; `away` as if PostgreSQL were."""

    def __init__(self) -> None:
        self.away = False
        self.asked: list[str] = []

    def keys_for(self, subjects: Collection[str]) -> Mapping[str, DataKey]:
        """As Keystore.keys_for."""
        if self.away:
            raise KeysAway("PostgreSQL does not answer")
        self.asked += subjects
        return {each: DataKey(f"key of {each}", each.encode().ljust(32, b"\x00")[:32]) for each in subjects}


class FakeStore:
    """Shipments by key; `away` as if PostgreSQL were."""

    def __init__(self) -> None:
        self.away = False
        self.rows: dict[str, ShipmentRow] = {}
        self.registered: set[tuple[str, str]] = set()

    def shipment(self, key: str) -> ShipmentRow | None:
        """As ShipmentStore.shipment."""
        if self.away:
            raise StoreAway("PostgreSQL does not answer")
        return self.rows.get(key)

    def registered_by(self, merchant: str, shipments: Collection[str]) -> Collection[str]:
        """As ShipmentStore.registered_by."""
        if self.away:
            raise StoreAway("PostgreSQL does not answer")
        return [each for each in shipments if (merchant, each) in self.registered]


@dataclass(slots=True)
class Stand:
    """Everything of an ingest but its process."""

    broker: FakeBroker
    producer: FakeProducer
    spool: Spool
    refusals: Refusals
    publisher: Publisher
    keys: FakeKeys
    store: FakeStore
    clock: VirtualClock
    ingest: Ingest
    app: FastAPI

    def client(self) -> TestClient:
        """Whoever calls; an exception of ours is an answer of 500, as it is outside."""
        return TestClient(self.app, raise_server_exceptions=False)

    def values(self, topic: str = TOPICS.events.name) -> list[bytes]:
        """The values in a topic."""
        partitions = range(self.broker.partitions)
        return [record.value for p in partitions for _, record in self.broker.committed(topic, p)]

    def logged(self) -> list[Json]:
        """The envelopes in the log."""
        return [orjson.loads(value) for value in self.values()]


def make_stand(
    folder: Path,
    *,
    spool_bytes: int = 1_000_000,
    api_key: str | None = None,
    given_out: Mapping[str, Principal] | None = None,
) -> Stand:
    """An ingest whose home is `folder`; `given_out`: keys, and whose they are."""
    by_hash = {hashlib.sha256(key.encode()).digest(): who for key, who in (given_out or {}).items()}
    broker = FakeBroker(partitions=1)
    producer = FakeProducer(broker)
    spool = Spool(folder / "spool", instance="me", most_bytes=spool_bytes)
    refusals = Refusals(spool, rejected=TOPICS.rejected.name, code_version="1")
    publisher = Publisher(producer, spool, refusals)
    keys, store, clock = FakeKeys(), FakeStore(), VirtualClock(ORIGIN)
    ingest = Ingest(publisher, keys, TOPICS, clock)
    parts = Parts(
        ingest=ingest,
        webhooks=Webhooks(ingest, carriers(), SECRETS, "1"),
        commands=Commands(ingest, CommandTimes(folder / "commands.sqlite")),
        store=store,
        gate=Gate(needed=api_key is not None or bool(given_out), configured=api_key, known=by_hash.get),
        health=Health(timedelta(minutes=5)),
    )
    app = build_app(parts)
    return Stand(broker, producer, spool, refusals, publisher, keys, store, clock, ingest, app)

"""A read side of chosen features over a database that the projector's own parts fill, without Kafka."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import httpx
import psycopg
from fastapi import FastAPI
from psycopg import sql

from schemas.ids import event_id
from schemas.vocabulary import EventType
from services.cli.local.stack import Stack
from services.projector.migrate import migrate
from services.projector.store import Reads, Store
from services.query import app as query_app
from services.query.caller import Door
from services.query.index.store import IndexStore
from services.query.parts import Parts
from services.query.shipments import orders, routes
from services.query.shipments.answering import BEHIND
from services.query.store import ReadStore
from services.runtime.config import read_settings
from services.runtime.health import Health
from services.runtime.http_auth import Role
from services.runtime.http_server import HttpServer, listen
from services.runtime.kafka import partition_for
from services.runtime.keys import give_out
from tests.builders import registered
from tests.integration.projector_stand import PARTITIONS, folded, lane
from tests.waiting import until

Json = dict[str, Any]
Feature = Callable[[FastAPI, Parts], None]
_MOST_PAGES = 1_000
LISTS: tuple[Feature, ...] = (routes.add_to, orders.add_to)


class Projected:
    """The read model of a database of its own: what is `tell`-ed stands in it."""

    def __init__(self, url: str) -> None:
        migrate(url, partitions=PARTITIONS)
        self.url = url
        self._store, self._reads = Store(url), Reads(url)
        self._lanes = {
            partition: lane(self._reads, self._store, partition) for partition in range(PARTITIONS)
        }

    def tell(self, *envelopes: Json) -> None:
        """Fold and commit, one transaction per partition."""
        by_partition: dict[int, list[Json]] = {}
        for envelope in envelopes:
            partition = partition_for(envelope["shipment"].encode(), PARTITIONS)
            by_partition.setdefault(partition, []).append(envelope)
        for partition, some in by_partition.items():
            self._store.write(folded(self._lanes[partition], self._reads, some))

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of a statement."""
        with psycopg.connect(self.url, autocommit=True) as conn:
            cursor = conn.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        """Close the connections."""
        self._store.close()
        self._reads.close()


def order_of(merchant: str, order_id: str, **data: Any) -> Json:
    """A registration with items, places, a customer; what is told of its time goes under `told`."""
    told = data.pop("told", {})
    envelope = registered(order_id, **told)
    envelope["data"] |= {"merchant": merchant} | data
    carrier, _, number = envelope["shipment"].partition(":")
    envelope["event_id"] = event_id(
        EventType.SHIPMENT_REGISTERED, (carrier, number), data=envelope["data"], time=None
    )
    return envelope


@dataclass(frozen=True, slots=True)
class Served:
    """A running read side."""

    client: httpx.Client
    parts: Parts

    def get(self, path: str, **parameters: Any) -> Json:
        """The members of a 200."""
        answer = self.client.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        members: Json = answer.json()
        return members

    def settled(self) -> None:
        """Return when the index has all that was told: a list that is behind says so."""
        until(lambda: BEHIND not in self.client.get("/v1/shipments", params={"limit": 1}).headers)

    def shipments(self, **parameters: Any) -> list[str]:
        """The keys on one page."""
        return [item["shipment"] for item in self.get("/v1/shipments", **parameters)["items"]]

    def walk(self, **parameters: Any) -> Iterator[list[str]]:
        """Page after page, to the end."""
        cursor: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            page = self.get("/v1/shipments", **parameters, **cursor)
            yield [item["shipment"] for item in page["items"]]
            if page["next"] is None:
                return
            cursor = {"cursor": page["next"]}
        raise AssertionError("the pages do not end")


@contextmanager
def served(
    url: str, home: Path, *, features: Sequence[Feature] = LISTS, keys: bool = False
) -> Iterator[Served]:
    """A read side with these features alone, on a thread of its own; with `keys` nobody comes in without."""
    settings = read_settings(
        {"SHIPLOG_HOME": str(home), "SHIPLOG_KAFKA": "127.0.0.1:1", "SHIPLOG_DATABASE_URL": url}
    )
    store = ReadStore(url)
    parts = Parts(
        settings, store, Door(needed=keys, configured=None, store=store), Health(timedelta(minutes=1))
    )
    listener, base = listen("127.0.0.1", 0)
    stop, ready = threading.Event(), threading.Event()
    with patch.object(query_app, "FEATURES", tuple(features)):
        app = query_app.build_app(parts)
    server = HttpServer(app, listener, stopped=stop.is_set, turn=lambda: None, ready=ready.set, lifespan=True)
    with ExitStack() as stack:
        thread = threading.Thread(target=server.serve_until_stopped, daemon=True)
        thread.start()
        stack.callback(thread.join, 20)
        stack.callback(stop.set)
        assert ready.wait(20)
        yield Served(stack.enter_context(httpx.Client(base_url=base, timeout=20)), parts)


def key_for(url: str, merchant: str | None, role: Role = Role.READER) -> dict[str, str]:
    """The header of a new key."""
    with psycopg.connect(url, autocommit=True) as conn:
        return {"X-API-Key": give_out(conn, name=f"{merchant}", role=role, merchant=merchant).secret}


def indexed(url: str, *, number: int = 1, model: int = 1) -> None:
    """Build the index from scratch, alone."""
    with writing(url) as store:
        store.begin_build(number, model=model)
        after: str | None = ""
        while (after := store.build_on(number, model=model, after=after or "")) is not None:
            pass
        for _ in store.finish_build(number):
            pass
        store.serve(number)


def fed(url: str, *, number: int = 1, model: int = 1) -> None:
    """Bring the index to where the model stands, alone."""
    with writing(url) as store:
        while store.feed(number, model=model).has_more:
            pass


@contextmanager
def writing(url: str) -> Iterator[IndexStore]:
    """The only writer of the index; whoever was it before may take a moment to be gone."""
    with closing(IndexStore(url)) as store:
        until = time.monotonic() + 20
        while not store.take():
            assert time.monotonic() < until
            time.sleep(0.01)
        yield store


def index_rows(url: str, schema: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of an index, sorted."""
    with psycopg.connect(url, autocommit=True) as conn:
        return {
            table: conn.execute(f"SELECT t::text FROM {schema}.{table} t ORDER BY 1").fetchall()
            for table in ("shipments", "words", "orders", "progress")
        }


def item(name: str, sku: str | None = None) -> Json:
    """One line of what is in a parcel."""
    return {"name": name, "quantity": 1} | ({"sku": sku} if sku else {})


@contextmanager
def fresh_database(stack: Stack) -> Iterator[str]:
    """The URL of an empty database."""
    name = f"query_{uuid4().hex[:16]}"
    with psycopg.connect(stack.database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield urlunsplit(urlsplit(stack.database_url)._replace(path=f"/{name}"))
    with psycopg.connect(stack.database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

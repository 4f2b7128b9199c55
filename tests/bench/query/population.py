"""Very many shipments straight into a model: stories that the projector folded, copied under other names."""

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from schemas.instants import instant_text
from services.projector.migrate import create_indexes, create_tables
from services.projector.rows import NULL, escaped
from tests.bench.query.words import WORDS
from tests.builders import ORIGIN, promise, revised, scan
from tests.integration.projector_stand import PARTITIONS
from tests.integration.query_stand import Projected, item, order_of

Json = dict[str, Any]

STORIES = 1_500
CARRIERS = ("dhl", "ups", "gls", "dpd", "kazpost")
COUNTRIES = ("KZ", "DE", "RU", "PL", "CN", "TR")
MERCHANTS = 20
PER_CUSTOMER = 5
_STEPS = ("picked_up", "in_transit", "out_for_delivery", "delivered")
_HOUR = 3_600_000
# stands in every time of a scan, so that each copy gets its own second
_SECOND = ":07.777Z"
_SECOND_MS = 7_777


class Story(NamedTuple):
    """A folded shipment as COPY lines, in which names, ids and seconds can be exchanged."""

    number: str
    shipment: str
    timeline: tuple[str, ...]
    event_ids: tuple[str, ...]


def number_of(n: int) -> str:
    """The tracking number of the n-th shipment."""
    return f"SHP{n:010d}"


def carrier_of(n: int) -> str:
    """Its carrier."""
    return CARRIERS[(n % STORIES) % len(CARRIERS)]


def populate(url: str, count: int) -> None:
    """Fill the empty database with `count` shipments and their timelines, indexes last."""
    stories = _stories(url)
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'")
        conn.execute("DROP SCHEMA model_1 CASCADE")
        create_tables(conn, 1, partitions=PARTITIONS)
        for table, lines in (("shipments", _shipments), ("timeline", _timeline)):
            with conn.cursor().copy(
                sql.SQL("COPY model_1.{} FROM STDIN").format(sql.Identifier(table))
            ) as copy:
                for text in lines(stories, count):
                    copy.write(text)
        create_indexes(conn, 1)
        conn.execute("UPDATE model_1.checkpoints SET next_offset = 10 * %s", (count,))
        conn.execute("VACUUM ANALYZE model_1.shipments, model_1.timeline")


def _stories(url: str) -> list[Story]:
    source = random.Random(1)
    projected = Projected(url)
    numbers = [f"TPL{n:06d}XX" for n in range(STORIES)]
    for n, number in enumerate(numbers):
        projected.tell(*_story(source, number, CARRIERS[n % len(CARRIERS)]))
    shipments = projected.rows("SELECT split_part(shipment, ':', 2), s.* FROM model_1.shipments s")
    facts: dict[str, list[tuple[Any, ...]]] = {}
    for row in projected.rows("SELECT t.* FROM model_1.timeline t ORDER BY src_offset"):
        facts.setdefault(row[2].partition(":")[2], []).append(row)
    projected.close()
    return [
        Story(
            number,
            _copy_line(row),
            tuple(_copy_line(fact) for fact in facts[number]),
            tuple(str(fact[3]) for fact in facts[number]),
        )
        for number, *row in sorted(shipments)
    ]


def _copy_line(row: Any) -> str:
    """As COPY takes it; partition and offset are put in by the copies."""
    return "\t".join(NULL if value is None else escaped(str(value)) for value in row) + "\n"


def _story(source: random.Random, number: str, carrier: str) -> list[Json]:
    at = ORIGIN + source.randrange(24 * 90) * _HOUR + source.randrange(60) * 60_000 + _SECOND_MS
    told = {"number": number, "carrier": carrier}
    days = source.randrange(2, 9)
    due = promise(_date(at + days * 24 * _HOUR), zone="UTC")
    merchant = f"merchant-{source.randrange(MERCHANTS)}"
    items = [item(" ".join(source.sample(WORDS, 3)), f"SKU-{source.randrange(10_000)}")]
    origin, destination = ({"country": source.choice(COUNTRIES)} for _ in range(2))
    data = {"customer_id": f"CUST-{number[3:9]}", "items": items, "promise": due}
    events = [
        order_of(
            merchant, f"O-{number}", origin=origin, destination=destination, told=told | {"at": at}, **data
        )
    ]
    steps = source.choices((0, 2, 3, 4), (1, 2, 1, 6))[0]
    for step in _STEPS[:steps]:
        at += source.randrange(1, 60) * _HOUR
        trouble = source.random() < 0.03
        how = {"reason": source.choice(("on_hold", "customs_hold", "damaged")), "party": "carrier"}
        events.append(scan(step, at=at, **(how if trouble else {}), **told))
    if steps == 2 and source.random() < 0.3:
        events.append(revised(_date(at + 9 * 24 * _HOUR), kind="carrier_estimate", at=at + _HOUR, **told))
    return events


def _date(ms: int) -> str:
    return instant_text(ms)[:10]


def _shipments(stories: list[Story], count: int) -> Iterator[str]:
    for n in range(count):
        story = stories[n % STORIES]
        name, rest = story.shipment.split("\t", 1)
        _, _, rest = rest.split("\t", 2)
        text = f"{name}\t{n % PARTITIONS}\t{10 * n + len(story.timeline)}\t{rest}"
        yield _renamed(text, story, n)


def _timeline(stories: list[Story], count: int) -> Iterator[str]:
    for n in range(count):
        story = stories[n % STORIES]
        for k, line in enumerate(story.timeline):
            _, _, rest = line.split("\t", 2)
            yield _renamed(f"{n % PARTITIONS}\t{10 * n + k}\t{rest}", story, n)


def _renamed(text: str, story: Story, n: int) -> str:
    text = text.replace(f"CUST-{story.number[3:9]}", f"C-{n // PER_CUSTOMER:08d}")
    text = text.replace(story.number, number_of(n))
    text = text.replace(_SECOND, f":{n * 7 % 60:02d}.{n * 13 % 1000:03d}Z")
    for event_id in story.event_ids:
        text = text.replace(event_id, f"{event_id[:24]}{n:012x}")
    return text

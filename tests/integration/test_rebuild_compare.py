"""The comparison of two models: one moment for all its readers, whole, in order, ended when it is let go."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from services.projector.rebuild import compare as compare_module
from services.projector.rebuild.build import build
from services.projector.rebuild.compare import Comparison
from services.projector.rebuild.models import Models
from services.projector.rebuild.moment import Moment
from tests.e2e.running import until
from tests.integration.rebuild_stand import PARTITIONS, Watched, fold_live, query, seeded

_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'model_1.timeline'::regclass"


@pytest.fixture
def url(kafka: str, database: str) -> str:
    """A database with a live model and a second one, equal to it."""
    source = seeded(kafka, database, count=300, shipments=60)
    fold_live(source)
    models = Models(database)
    build(source, models, processes=2, progress=Watched()).tail.close()
    models.close()
    return database


@pytest.fixture
def comparison(url: str) -> Iterator[Comparison]:
    """Of the two as they stand before the test changes anything."""
    comparison = Comparison(url, live="model_1", rebuilt="model_2", partitions=PARTITIONS)
    yield comparison
    comparison.close()


def damage(url: str) -> None:
    """Another carrier for every shipment, another type for every row of the timeline."""
    with psycopg.connect(url) as conn:
        conn.execute("UPDATE model_1.shipments SET carrier = 'other'")
        conn.execute("UPDATE model_1.timeline SET type = 'Other'")


def test_what_changes_behind_the_moment_is_seen_by_none_of_its_readers(
    url: str, comparison: Comparison
) -> None:
    damage(url)

    found = comparison.rows(timeline=True, readers=4)

    assert not found
    assert found.first == []


@pytest.mark.parametrize("readers", [1, 3])
def test_all_that_differs_is_counted_and_the_first_are_named_in_the_order_of_the_parts(
    url: str, readers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare_module, "_FIRST", 90)
    shipments = [key for (key,) in query(url, "SELECT shipment FROM model_1.shipments ORDER BY 1")]
    damage(url)
    comparison = Comparison(url, live="model_1", rebuilt="model_2", partitions=PARTITIONS)

    found = comparison.rows(timeline=True, readers=readers)
    only_shipments = comparison.rows(timeline=False, readers=readers)
    comparison.close()

    assert found.shipments == set(shipments)
    assert len(found.first) == 90
    named = len(shipments)
    assert [(each.shipment, each.field) for each in found.first[:named]] == [
        (s, "carrier") for s in shipments
    ]
    assert {each.field.split("/")[0] for each in found.first[named:]} == {"timeline 0"}
    assert only_shipments.first == found.first[:named]


def test_a_part_that_cannot_be_read_ends_the_comparison(
    comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Iterator[object]:
        raise ValueError("no")

    monkeypatch.setattr(comparison, "_wakes", broken)

    with pytest.raises(ValueError, match="no"):
        comparison.rows(timeline=True, readers=2)


def test_who_still_reads_a_moment_that_is_let_go_is_told(url: str) -> None:
    moment = Moment(url, live="model_1", rebuilt="model_2")
    with psycopg.connect(url) as holder, ThreadPoolExecutor(1) as pool:
        holder.execute("LOCK TABLE model_1.timeline IN ACCESS EXCLUSIVE MODE")
        reading = pool.submit(lambda: [*moment.rows("differing_timeline", partition=0)])
        until(lambda: query(url, _WAITING) == [(1,)], within=30, what="a reader that waits")

        moment.close()

        with pytest.raises(psycopg.errors.QueryCanceled):
            reading.result(30)

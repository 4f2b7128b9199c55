"""What the live model has folded meanwhile: the new one is folded on by workers, then by its one writer."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from services.projector.rebuild import catch_up as catch_up_module
from services.projector.rebuild.build import Built, build
from services.projector.rebuild.catch_up import catch_up
from services.projector.rebuild.crew import work_off
from services.projector.rebuild.models import Models, targets_of
from services.projector.rebuild.source import Source
from services.projector.rebuild.task import Task
from tests.bench.seeds import records
from tests.integration.rebuild_stand import Watched, append, fold_live, rows, seeded

_MORE = 2_000


@pytest.fixture
def source(kafka: str, database: str) -> Source:
    """A log and the live model folded from all of it."""
    source = seeded(kafka, database, count=1_000, shipments=200)
    fold_live(source)
    return source


@pytest.fixture
def models(source: Source) -> Iterator[Models]:
    """The rebuild's own connection."""
    models = Models(source.database_url)
    yield models
    models.close()


@pytest.fixture
def built(source: Source, models: Models) -> Iterator[Built]:
    """A model made anew, behind a live one that has gone on since, with the same shipments and others."""
    built = build(source, models, processes=1, progress=Watched())
    append(source, records(_MORE, shipments=400, seed=2))
    fold_live(source)
    yield built
    built.tail.close()


@pytest.fixture
def worked_off(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many records were given to workers, each time."""
    seen: list[int] = []

    def watched(tasks: list[Task], **named: Any) -> None:
        seen.append(sum(task.records for task in tasks))
        work_off(tasks, **named)

    monkeypatch.setattr(catch_up_module, "work_off", watched)
    return seen


def test_workers_fold_on_to_the_very_rows_of_the_live_model(
    source: Source, models: Models, built: Built, worked_off: list[int]
) -> None:
    watched = Watched()

    catch_up(built.tail, models, processes=2, progress=watched, much=_MORE)

    assert worked_off == [_MORE]
    live = rows(source.database_url, "model_1")
    assert watched.stages == [("tail", _MORE)]
    assert watched.records == _MORE
    assert len(live["timeline"]) > 2_500
    assert rows(source.database_url, built.model) == live


def test_the_one_writer_goes_on_where_the_workers_stopped(
    source: Source, models: Models, built: Built
) -> None:
    catch_up(built.tail, models, processes=2, progress=Watched(), much=_MORE)
    append(source, records(500, shipments=400, seed=3))
    fold_live(source)

    built.tail.advance(targets_of(models.checkpoints("model_1")))

    assert rows(source.database_url, built.model) == rows(source.database_url, "model_1")


def test_a_little_is_folded_on_without_workers(
    source: Source, models: Models, built: Built, worked_off: list[int]
) -> None:
    watched = Watched()

    catch_up(built.tail, models, processes=2, progress=watched, much=_MORE + 1)

    assert worked_off == []
    assert watched.stages == [("tail", _MORE)]
    assert built.tail.behind(targets_of(models.checkpoints("model_1"))) == 0
    assert rows(source.database_url, built.model) == rows(source.database_url, "model_1")


def test_who_was_left_by_a_killed_rebuild_writes_no_more_once_another_begins(
    source: Source, models: Models, built: Built
) -> None:
    before = rows(source.database_url, built.model)
    assert models.lock()

    with pytest.raises(psycopg.OperationalError):
        built.tail.advance(targets_of(models.checkpoints("model_1")))

    assert rows(source.database_url, built.model) == before

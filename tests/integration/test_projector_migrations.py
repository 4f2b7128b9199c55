"""Migrations end where `schema.sql` says, once, also when two run at the same moment."""

import threading
from importlib.resources import files

import psycopg
import pytest

from services.projector.migrate import PartitionCountChanged, migrate

_CATALOG = """
SELECT 'column', table_schema || '.' || table_name, column_name, data_type || coalesce(column_default, '')
       || is_nullable || coalesce(collation_name, '')
FROM information_schema.columns WHERE table_schema IN ('core', 'model_1')
UNION ALL
SELECT 'index', schemaname || '.' || tablename, indexname, indexdef FROM pg_indexes
WHERE schemaname IN ('core', 'model_1')
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace IN ('core'::regnamespace, 'model_1'::regnamespace)
UNION ALL
SELECT 'view', schemaname || '.' || viewname, '', definition FROM pg_views
WHERE schemaname IN ('core', 'model_1')
UNION ALL
SELECT 'options', oid::regclass::text, '', coalesce(reloptions::text, '') FROM pg_class
WHERE relnamespace IN ('core'::regnamespace, 'model_1'::regnamespace) AND relkind IN ('r', 'i')
ORDER BY 1, 2, 3, 4
"""

FILES = ["0001_core.sql", "0002_read_side.sql", "0003_copies.sql", "0004_restated.sql"]


def catalog(url: str) -> list[tuple[str, ...]]:
    """Everything the two schemas are made of."""
    with psycopg.connect(url) as conn:
        return conn.execute(_CATALOG).fetchall()


def test_the_migrations_end_at_the_written_schema(database: str) -> None:
    migrate(database, partitions=4)
    migrated = catalog(database)
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("DROP SCHEMA core CASCADE; DROP SCHEMA model_1 CASCADE")
        conn.execute(files("services.projector").joinpath("sql/schema.sql").read_text())

    assert catalog(database) == migrated
    assert len(migrated) > 60


def test_a_second_run_applies_nothing(database: str) -> None:
    first = migrate(database, partitions=4)

    assert first == [*FILES, "model_1"]
    assert migrate(database, partitions=4) == []


def test_a_model_from_before_is_given_the_view_of_copies(database: str) -> None:
    migrate(database, partitions=4)
    whole = catalog(database)
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("DROP VIEW model_1.read_copies; DELETE FROM public.shiplog_migrations WHERE number = 3")

    assert migrate(database, partitions=4) == ["0003_copies.sql"]
    assert catalog(database) == whole


def test_two_at_the_same_moment_apply_each_file_once(database: str) -> None:
    applied: list[str] = []
    threads = [
        threading.Thread(target=lambda: applied.extend(migrate(database, partitions=4))) for _ in range(4)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(applied) == [*FILES, "model_1"]


def test_another_partition_count_is_refused(database: str) -> None:
    migrate(database, partitions=4)

    with pytest.raises(PartitionCountChanged):
        migrate(database, partitions=8)

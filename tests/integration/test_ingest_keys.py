"""Data keys in PostgreSQL: one per subject whoever asks first, wrapped under the master key."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from services.ingest.keystore import Keystore
from services.ingest.sealing import KeysAway
from services.projector.migrate import migrate

MASTER = b"m" * 32


@pytest.fixture
def tables(database: str) -> str:
    """A database with our tables."""
    migrate(database, partitions=1)
    return database


def test_a_subject_has_one_key_over_restarts(tables: str) -> None:
    first = Keystore(tables, master=MASTER).keys_for(["a", "b", "a"])
    second = Keystore(tables, master=MASTER).keys_for(["b", "c"])

    assert first["b"] == second["b"]
    assert len({key.key for key in [*first.values(), *second.values()]}) == 3


def test_of_many_who_ask_first_all_get_one_key(tables: str) -> None:
    stores = [Keystore(tables, master=MASTER) for _ in range(6)]
    subjects = [f"s{n}" for n in range(50)]

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda store: dict(store.keys_for(subjects)), stores))

    assert all(answer == answers[0] for answer in answers)


def test_no_key_stands_in_the_database_as_it_is(tables: str) -> None:
    key = Keystore(tables, master=MASTER).keys_for(["a"])["a"]

    with psycopg.connect(tables) as conn:
        rows = conn.execute("SELECT key_id::text, subject, wrapped FROM core.data_keys").fetchall()

    assert [(row[0], row[1]) for row in rows] == [(key.key_id, "a")]
    assert key.key not in rows[0][2]


def test_another_master_key_opens_nothing(tables: str) -> None:
    Keystore(tables, master=MASTER).keys_for(["a"])

    with pytest.raises(KeysAway):
        Keystore(tables, master=b"x" * 32).keys_for(["a"])


def test_a_cached_key_needs_no_database_and_a_new_one_does(tables: str) -> None:
    store = Keystore(tables, master=MASTER)
    known = store.keys_for(["a"])
    with psycopg.connect(tables, autocommit=True) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'shiplog-ingest-keys' AND datname = current_database()"
        )

    assert store.keys_for(["a"]) == known
    with pytest.raises(KeysAway):
        store.keys_for(["b"])
    assert set(store.keys_for(["b"])) == {"b"}


def test_before_the_migration_there_are_no_keys(database: str) -> None:
    with pytest.raises(KeysAway):
        Keystore(database, master=MASTER).keys_for(["a"])

"""Connections to a real server: named, in UTC, ended by the server, pointed at a model."""

import psycopg
import pytest

from services.runtime.postgres import connect, current_model, is_passing


def test_a_connection_says_who_it_is_and_speaks_utc(database: str) -> None:
    with connect(database, name="projector-3", autocommit=True) as conn:
        row = conn.execute(
            "SELECT current_setting('application_name'), current_setting('TimeZone'),"
            " current_setting('tcp_user_timeout')"
        ).fetchone()

    assert row == ("projector-3", "UTC", "10000")


def test_options_of_the_address_are_kept(database: str) -> None:
    joint = "&" if "?" in database else "?"
    with connect(f"{database}{joint}options=-c%20work_mem%3D5MB", name="x") as conn:
        row = conn.execute("SELECT current_setting('work_mem'), current_setting('TimeZone')").fetchone()

    assert row == ("5MB", "UTC")


def test_a_terminated_connection_is_passing_trouble(database: str) -> None:
    with (
        connect(database, name="judge", autocommit=True) as judge,
        connect(database, name="victim") as victim,
    ):
        judge.execute("SELECT pg_terminate_backend(%s)", [victim.info.backend_pid])

        with pytest.raises(psycopg.Error) as ended:
            victim.execute("SELECT 1")
        with pytest.raises(psycopg.Error) as closed:
            victim.execute("SELECT 1")

    assert is_passing(ended.value)
    assert is_passing(closed.value)


def test_an_address_where_nobody_listens_is_passing_trouble() -> None:
    with pytest.raises(psycopg.OperationalError) as refused:
        connect("postgresql://127.0.0.1:9/none", name="x")

    assert is_passing(refused.value)


def test_the_pointer_names_the_model(database: str) -> None:
    with connect(database, name="x") as conn:
        conn.execute("CREATE SCHEMA core")
        conn.execute("CREATE TABLE core.pointer (current int)")
        with pytest.raises(LookupError, match="migrated"):
            current_model(conn)

        conn.execute("INSERT INTO core.pointer VALUES (7)")

        assert current_model(conn) == "model_7"

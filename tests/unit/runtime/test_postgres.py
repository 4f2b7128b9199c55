"""Named statements and the nature of errors; what needs a server is in the integration tests."""

import psycopg
import pytest
from psycopg import errors
from psycopg_pool import PoolTimeout

from services.runtime.postgres import UnknownQuery, is_passing, load_queries

SQL = """-- a file of statements
-- name: claim
UPDATE {model}.checkpoints SET owner_epoch = owner_epoch + 1
WHERE partition = %(partition)s;

-- name: pointer
SELECT current, '{}'::text[] FROM core.pointer
"""


def test_statements_are_found_by_name_with_the_model_quoted_in() -> None:
    queries = load_queries(SQL)

    claim = queries.get("claim", model='model_1"; DROP').as_string(None)

    assert queries.names == {"claim", "pointer"}
    assert claim.startswith('UPDATE "model_1""; DROP".checkpoints SET')
    assert claim.endswith("%(partition)s;")


def test_other_braces_stay_as_they_are() -> None:
    assert (
        load_queries(SQL).get("pointer").as_string(None) == "SELECT current, '{}'::text[] FROM core.pointer"
    )


def test_a_statement_that_needs_a_model_is_not_given_without() -> None:
    with pytest.raises(ValueError, match="claim needs a model"):
        load_queries(SQL).get("claim")


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(UnknownQuery, match="claims"):
        load_queries(SQL).get("claims", model="model_1")


@pytest.mark.parametrize("text", ["-- name: a\nSELECT 1\n-- name: a\nSELECT 2", "-- name: a\n\n"])
def test_a_name_stands_for_one_statement(text: str) -> None:
    with pytest.raises(UnknownQuery, match="a stands twice or is empty"):
        load_queries(text)


@pytest.mark.parametrize(
    "error",
    [
        errors.AdminShutdown(),
        errors.SerializationFailure(),
        errors.DeadlockDetected(),
        errors.LockNotAvailable(),
        errors.TooManyConnections(),
        errors.DiskFull(),
        errors.IdleInTransactionSessionTimeout(),
        psycopg.OperationalError("server closed the connection unexpectedly"),
        psycopg.InterfaceError("the connection is closed"),
        PoolTimeout(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_trouble_with_the_surroundings_passes(error: Exception) -> None:
    assert is_passing(error)


@pytest.mark.parametrize(
    "error",
    [
        errors.UniqueViolation(),
        errors.UndefinedTable(),
        errors.NumericValueOutOfRange(),
        errors.StatementTooComplex(),
        errors.InFailedSqlTransaction(),
        psycopg.ProgrammingError("the query has 1 placeholder but 0 parameters were passed"),
        ValueError("not from the database"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_trouble_with_the_statement_stays(error: Exception) -> None:
    assert not is_passing(error)

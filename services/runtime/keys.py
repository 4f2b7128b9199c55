"""API keys in PostgreSQL: given out once, kept as hashes, taken back; over the caller's connection."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from services.runtime.http_auth import Principal, Role
from services.runtime.postgres import Connection, load_queries

QUERIES: Final = load_queries(files("services.runtime").joinpath("keys.sql").read_text())
_SECRET_BYTES: Final = 32
_PREFIX: Final = "sl_"


@dataclass(frozen=True, slots=True)
class GivenKey:
    """A new key; `secret` is shown once and kept nowhere."""

    key_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as it is listed."""

    key_id: str
    name: str
    role: str
    merchant: str | None
    created_at: datetime
    revoked_at: datetime | None


def principal_of(row: tuple[Any, ...] | None) -> Principal | None:
    """The principal in a row of `key_of`."""
    return None if row is None else Principal(row[0], Role[row[1].upper()], row[2])


def give_out(conn: Connection, *, name: str, role: Role, merchant: str | None) -> GivenKey:
    """Make a key and keep its hash; raises what the connection raises."""
    secret = _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    row = conn.execute(
        QUERIES.get("give_out"),
        {
            "key_sha256": hashlib.sha256(secret.encode()).digest(),
            "name": name,
            "role": role.name.lower(),
            "merchant": merchant,
        },
    ).fetchone()
    assert row is not None
    return GivenKey(row[0], secret)


def list_keys(conn: Connection) -> list[KeyRow]:
    """Every key that was ever given out, the oldest first."""
    return [KeyRow(*row) for row in conn.execute(QUERIES.get("list"))]


def revoke(conn: Connection, key_id: str) -> str | None:
    """Take a key back; its name, or None when there is no such key. Services forget it within a minute."""
    row = conn.execute(QUERIES.get("revoke"), {"key_id": key_id}).fetchone()
    return None if row is None else row[0]

"""`shiplog keys create|list|revoke`: API keys, their roles and tenants; a secret is shown once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from services.cli.output import AnswerIsNo, DependencyAway, JsonFlag, Output, UsageError

if TYPE_CHECKING:
    from services.runtime.keys import KeyRow
    from services.runtime.postgres import Connection

_LONGEST_NAME: Final = 256


class Rights(StrEnum):
    """What a key may do."""

    READER = "reader"
    WRITER = "writer"
    OPERATOR = "operator"


Name = Annotated[str, typer.Option(help="Whose key it is, for people who read the list.")]
Merchant = Annotated[
    str | None, typer.Option(help="The tenant whose shipments it sees and tells of; none: the house's, all.")
]
Id = Annotated[str, typer.Argument(help="A key as `list` names it.")]


def register(app: typer.Typer) -> None:
    """Add `keys` with its verbs."""
    verbs = typer.Typer(help="API keys: given out once, kept as hashes, taken back.", no_args_is_help=True)
    verbs.command("create")(create)
    verbs.command("list")(list_all)
    verbs.command("revoke")(take_back)
    app.add_typer(verbs, name="keys")


def create(
    name: Name,
    role: Annotated[Rights, typer.Option(help="Each role may what the ones before it may.")],
    merchant: Merchant = None,
    json: JsonFlag = False,
) -> None:
    """Make a key; its secret is shown now and never again."""
    from services.runtime.http_auth import Role
    from services.runtime.keys import give_out

    for text in (name, *([] if merchant is None else [merchant])):
        if not 1 <= len(text) <= _LONGEST_NAME or not text.isprintable():
            raise UsageError(f"a name is 1 to {_LONGEST_NAME} printable characters, not {text!r}")
    with _database() as conn:
        given = give_out(conn, name=name, role=Role[role.name], merchant=merchant)
    told = {"id": given.key_id, "key": given.secret, "name": name, "role": role.value, "merchant": merchant}
    Output(json).result(
        told, human=f"{given.secret}\n\nkey {given.key_id}; it is shown this once, keep it safe"
    )


def list_all(json: JsonFlag = False) -> None:
    """Every key that was ever given out, the oldest first; no secrets."""
    from services.runtime.keys import list_keys

    output = Output(json)
    with _database() as conn:
        for key in list_keys(conn):
            row = _row(key)
            if json:
                output.line(row)
            else:
                whose = row["merchant"] or "(the house)"
                state = "revoked" if row["revoked_at"] else "in force"
                output.text(f"{row['id']}  {row['role']:<8}  {state:<8}  {whose:<20}  {row['name']}")


def take_back(key: Id, json: JsonFlag = False) -> None:
    """Take a key back; services forget it within a minute. Taken back again it stays as it was."""
    from services.runtime.keys import revoke

    with _database() as conn:
        name = revoke(conn, key)
    if name is None:
        raise AnswerIsNo(f"there is no key {key}", error="unknown_key")
    Output(json).result({"id": key, "name": name, "revoked": True}, human=f"{name} has no key {key} any more")


def _row(key: "KeyRow") -> dict[str, Any]:
    members = asdict(key)
    members["id"] = members.pop("key_id")
    return {"id": members.pop("id")} | {
        name: value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
        for name, value in members.items()
    }


@contextmanager
def _database() -> "Iterator[Connection]":
    from services.runtime.config import read_settings
    from services.runtime.postgres import DatabaseError, connect

    settings = read_settings()
    try:
        with connect(settings.database_url, name="shiplog-keys", autocommit=True) as conn:
            yield conn
    except DatabaseError as error:
        detail = "PostgreSQL does not answer, or is not migrated"
        raise DependencyAway(f"{detail}: {str(error).splitlines()[0] if str(error) else error!r}") from error

"""The local database server: its folder, its one-time initdb, its start and its fast end."""

import secrets
import shutil
import signal
import tempfile
import time
from pathlib import Path
from threading import Event
from typing import Final

import psycopg
from psycopg import sql

from services.cli.local.jars import DEPLOY
from services.cli.local.owner import Owner, give, lent_folder, postgres_bin, reachable
from services.cli.local.ports import still_free
from services.cli.local.processes import Process, end, finish, spawn, tail, wait_until
from services.cli.local.state import DATABASE, USER, PostgresPart
from services.cli.output import DependencyAway
from services.runtime.config import passed_on

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0
HOME_NOTE: Final = "home"


def assign(part: PostgresPart | None, *, home: Path, owner: Owner | None) -> PostgresPart:
    """Port, password and folder to start with: those of last time where they still serve."""
    if part is not None and Path(part.folder).is_dir():
        return PostgresPart(port=still_free(part.port), password=part.password, folder=part.folder)
    folder = home / "postgres"
    if owner is not None and not reachable(home):
        folder = Path(tempfile.mkdtemp(dir=lent_folder(), prefix="data-"))
        # whoever may read this folder's name may enter it; what is inside belongs to the owner alone
        folder.chmod(0o755)
        (folder / HOME_NOTE).write_text(str(home))
    return PostgresPart(port=still_free(None), password=secrets.token_urlsafe(24), folder=str(folder))


def launch(part: PostgresPart, *, owner: Owner | None) -> Process:
    """Start the server (its files are made on first use); it is not ready yet."""
    folder = Path(part.folder)
    programs = postgres_bin(owner)
    _prepare(folder, part.password, programs=programs, owner=owner)
    settings = folder / "data" / "postgresql.conf"
    settings.write_text((DEPLOY / "postgresql.conf").read_text() + f"\nport = {part.port}\n")
    give(settings, owner)
    return spawn(
        [programs / "postgres", "-D", folder / "data"],
        log=log_of(folder),
        env=passed_on(),
        cwd=folder,
        owner=owner,
    )


def wait_ready(part: PostgresPart, *, cancelled: Event) -> None:
    """Return when the server takes connections and has our database. Raises Gone or TimeoutError."""
    if part.process is None:
        raise ValueError("the server was not launched")

    def ready() -> bool:
        return cancelled.is_set() or _has_database(part)

    wait_until(ready, process=part.process, seconds=START_SECONDS)


def stop(part: PostgresPart) -> None:
    """SIGINT: clients are cut off and the files are clean; SIGTERM would wait for the clients for ever."""
    end(part.process, politely=signal.SIGINT, seconds=STOP_SECONDS)


def kill(part: PostgresPart) -> None:
    """SIGKILL, as a crash; the next start recovers from the write-ahead log."""
    end(part.process, politely=signal.SIGKILL, seconds=STOP_SECONDS)


def log_of(folder: Path) -> Path:
    """The server's warnings and errors."""
    return folder / "postgres.log"


def sweep(keep: Path) -> None:
    """Remove data folders outside homes whose home is gone and whose server does not run.

    `keep` is about to be used.
    """
    for note in lent_folder().glob(f"data-*/{HOME_NOTE}"):
        lives = (note.parent / "data" / "postmaster.pid").exists()
        if note.parent != keep and not lives and not Path(note.read_text()).exists():
            shutil.rmtree(note.parent, ignore_errors=True)


def _prepare(folder: Path, password: str, *, programs: Path, owner: Owner | None) -> None:
    """initdb into `folder`/new, then one rename: half a database is never taken for a whole one."""
    if (folder / "data").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    if owner is not None:
        folder.chmod(0o755)
    new = folder / "new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    secret = folder / "password"
    secret.write_text(password)
    for path in (new, secret):
        give(path, owner)
    initdb: list[str | Path] = [programs / "initdb", "-D", new, f"--pwfile={secret}", f"--username={USER}"]
    flags = [
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    log = folder / "initdb.log"
    code = finish(
        spawn([*initdb, *flags], log=log, env=passed_on(), cwd=folder, owner=owner), seconds=START_SECONDS
    )
    secret.unlink()
    if code != 0:
        raise DependencyAway(f"PostgreSQL's files could not be made:\n{tail(log)}")
    new.rename(folder / "data")


def _has_database(part: PostgresPart) -> bool:
    """Whether our database is there; it is made when the server answers and has none."""
    try:
        with psycopg.connect(part.url_of("postgres"), connect_timeout=2, autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    except psycopg.OperationalError:
        time.sleep(0.05)
        return False
    return True

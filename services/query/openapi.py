"""`python -m services.query.openapi`: the document of the read side's API, written or compared."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from fastapi import FastAPI

from services.query.api_document import document
from services.query.app import build_app
from services.query.caller import Door
from services.query.parts import Parts
from services.query.store import ReadStore
from services.runtime.config import read_settings
from services.runtime.health import Health

PATH: Final = Path(__file__).parents[2] / "schemas" / "openapi.json"


def document_text() -> str:
    """The document of this version as it is checked in."""
    return json.dumps(document(idle_app()), indent=2, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 done, 1 the document that is checked in differs."""
    parser = argparse.ArgumentParser(prog="python -m services.query.openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; say whether it differs")
    text = document_text()
    if not parser.parse_args(arguments).check:
        PATH.write_text(text, encoding="utf-8")
        return 0
    if not PATH.is_file() or PATH.read_text(encoding="utf-8") != text:
        sys.stderr.write(f"schemas/{PATH.name} differs: run `make schemas`\n")
        return 1
    return 0


def idle_app() -> FastAPI:
    """The application with nothing behind it."""
    nowhere = {"SHIPLOG_KAFKA": "nowhere:1", "SHIPLOG_DATABASE_URL": "postgresql://nowhere/none"}
    settings = read_settings(nowhere)
    store = ReadStore(settings.database_url)
    door = Door(needed=False, configured=None, store=store)
    return build_app(Parts(settings=settings, store=store, door=door, health=Health(timedelta(seconds=1))))


if __name__ == "__main__":
    raise SystemExit(main())

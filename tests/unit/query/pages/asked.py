"""Requests as the pages get them."""

from datetime import timedelta
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.datastructures import Headers

from services.query.caller import Door
from services.query.parts import Parts
from services.query.store import ReadStore
from services.runtime.config import read_settings
from services.runtime.health import Health


def asked(
    path: str = "/",
    *,
    home: Path,
    query: str = "",
    body: bytes = b"",
    method: str = "GET",
    address: str = "203.0.113.9",
    keys: bool = False,
    **headers: str,
) -> Request:
    """A request; in header names `_` stands for `-`."""
    app = FastAPI()
    app.state.parts = parts(home, keys=keys)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    named = Headers({name.replace("_", "-"): value for name, value in headers.items()})
    scope = {
        "type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": named.raw,
        "app": app, "client": (address, 40_000), "scheme": "http", "server": ("shop.example", 80),
    }  # fmt: skip
    return Request(scope, receive)


def parts(home: Path, *, keys: bool = False) -> Parts:
    """Parts that reach nothing."""
    url = "postgresql://127.0.0.1:1/none"
    settings = read_settings(
        {"SHIPLOG_HOME": str(home), "SHIPLOG_KAFKA": "127.0.0.1:1", "SHIPLOG_DATABASE_URL": url}
    )
    store = ReadStore(url)
    door = Door(needed=keys, configured=None, store=store)
    return Parts(settings, store, door, Health(timedelta(minutes=1)))

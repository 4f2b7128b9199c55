"""The pages' style sheet and script, under names that change with their contents: kept for ever."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, Response

from services.runtime.http_problems import Problem

_FOLDER: Final = Path(__file__).with_name("static")
_KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the pages as it is served."""

    name: str
    kind: str
    etag: str
    body: bytes


@cache
def assets() -> Mapping[str, Asset]:
    """Every file of `static/`, by its own name."""
    return {file.name: _asset(file) for file in sorted(_FOLDER.iterdir()) if file.suffix in _KINDS}


def asset_path(name: str) -> str:
    """Where the page finds a file of `static/`; raises KeyError."""
    return f"/static/{assets()[name].name}"


def add_assets(app: FastAPI) -> None:
    """Let `app` serve them."""
    served = {asset.name: asset for asset in assets().values()}

    @app.get("/static/{name}", include_in_schema=False)
    async def static(name: str, request: Request) -> Response:
        asset = served.get(name)
        if asset is None:
            raise Problem(HTTPStatus.NOT_FOUND, "no such file")
        headers = {"Cache-Control": _FOR_EVER, "ETag": asset.etag, "X-Content-Type-Options": "nosniff"}
        if request.headers.get("if-none-match") == asset.etag:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(asset.body, headers=headers, media_type=asset.kind)


def _asset(file: Path) -> Asset:
    body = file.read_bytes()
    mark = hashlib.sha256(body).hexdigest()[:16]
    return Asset(f"{file.stem}.{mark}{file.suffix}", _KINDS[file.suffix], f'"{mark}"', body)

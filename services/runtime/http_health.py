"""/healthz, /readyz and /metrics, on the port of the service itself."""

from http import HTTPStatus

import orjson
from anyio.to_thread import run_sync
from fastapi import FastAPI, Request, Response

from services.runtime import metrics
from services.runtime.health import Health
from services.runtime.http_problems import Problem


def add_health_routes(app: FastAPI, health: Health) -> None:
    """Let `app` tell how it is."""

    async def healthz() -> Response:
        return _verdict({"loop": stall} if (stall := health.live()) else {})

    async def readyz() -> Response:
        return _verdict(dict(await run_sync(health.ready)))

    async def exposition(request: Request) -> Response:
        kind, text = metrics.exposition(request.headers.get("accept"))
        return Response(text, headers={"Content-Type": kind})

    app.add_api_route("/healthz", healthz, methods=["GET"])
    app.add_api_route("/readyz", readyz, methods=["GET"])
    app.add_api_route("/metrics", exposition, methods=["GET"])


def _verdict(troubles: dict[str, str]) -> Response:
    if troubles:
        detail = "; ".join(f"{name}: {trouble}" for name, trouble in troubles.items())
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, more={"ok": False, "troubles": troubles})
    return Response(orjson.dumps({"ok": True, "troubles": {}}), media_type="application/json")

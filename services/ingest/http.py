"""Ingest over HTTP: routes that turn requests into calls and answers, and decide nothing else."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, Final, TypeVar

import orjson
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import FastAPI, Request, Response

from services.ingest.carrier import SignatureInvalid
from services.ingest.checks import InvalidEvent
from services.ingest.command_times import KeyReused, TimesAway
from services.ingest.commands import COMMANDS, Commands, Given, InvalidKey, split_key
from services.ingest.http_body import (
    MAX_BODY,
    MAX_COMMAND,
    MAX_LINES,
    MAX_WEBHOOK,
    BodyRoom,
    check_media_type,
)
from services.ingest.intake import Rejection
from services.ingest.publisher import RETRY_AFTER, Overloaded
from services.ingest.reader import Store, StoreAway, answer
from services.ingest.sealing import KeysAway
from services.ingest.service import Answer, Form, Ingest
from services.ingest.strict_json import InvalidJson, read_strict
from services.ingest.webhooks import UnknownCarrier, Webhooks
from services.runtime import metrics
from services.runtime.clock import monotonic
from services.runtime.health import Health
from services.runtime.http_auth import Gate, Principal, Role
from services.runtime.http_health import add_health_routes
from services.runtime.http_problems import Problem, add_problem_handlers

T = TypeVar("T")

_FORMS: Final[dict[str, Form]] = {"application/json": "json", "application/x-ndjson": "ndjson"}
_THREADS: Final = 64
_EVENTS_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": ["object", "array"]}},
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    }
}


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes call."""

    ingest: Ingest
    webhooks: Webhooks
    commands: Commands
    store: Store
    gate: Gate
    health: Health


def build_app(parts: Parts) -> FastAPI:
    """The application; nothing is opened or started."""
    app = FastAPI(title="Shiplog ingest", docs_url=None, redoc_url=None, redirect_slashes=False)
    add_problem_handlers(app)
    routes = _Routes(parts)
    app.add_api_route("/v1/events", routes.events, methods=["POST"], openapi_extra=_EVENTS_BODY)
    app.add_api_route("/v1/carriers/{carrier}/webhook", routes.webhook, methods=["POST"])
    app.add_api_route("/v1/shipments", routes.register, methods=["POST"])
    for command in COMMANDS:
        path = f"/v1/shipments/{{key:path}}/{command}"
        app.add_api_route(path, routes.command(command), methods=["POST"], name=command)
    app.add_api_route("/v1/shipments/{key:path}", routes.shipment, methods=["GET"])
    add_health_routes(app, parts.health)
    return app


class _Routes:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._room = BodyRoom()
        self._threads = CapacityLimiter(_THREADS)

    async def events(self, request: Request) -> Response:
        with _timed("events"):
            trust = (await self._caller(request, Role.WRITER)).trust
            form = _FORMS[check_media_type(request, *_FORMS)]
            async with self._room.body(request, most=MAX_BODY) as body:
                if body.count(b"\n") > MAX_LINES:
                    raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {MAX_LINES} lines")
                take = partial(self._parts.ingest.take_body, body, form=form, trust=trust)
                return _events_answer(await self._blocking(take))

    async def webhook(self, request: Request) -> Response:
        with _timed("webhook"), _refusals():
            carrier = self._parts.webhooks.carrier(request.path_params["carrier"])
            async with self._room.body(request, most=MAX_WEBHOOK) as body:
                take = partial(
                    self._parts.webhooks.take,
                    carrier,
                    method=request.method,
                    path=request.url.path,
                    headers={name.lower(): value for name, value in request.headers.items()},
                    body=body,
                )
                return _accepted(await self._blocking(take))

    async def register(self, request: Request) -> Response:
        with _timed("register"):
            trust = (await self._caller(request, Role.WRITER)).trust
            register = self._parts.commands.register
            given = await self._command(request, partial(register, trust=trust))
            return _json(HTTPStatus.ACCEPTED, {"shipment": given.shipment, "event_id": given.event_id})

    def command(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        async def route(request: Request) -> Response:
            with _timed(name):
                role = Role.OPERATOR if name == "retract" else Role.WRITER
                trust = (await self._caller(request, role)).trust
                tell = partial(self._parts.commands.tell, request.path_params["key"], name, trust=trust)
                given = await self._command(request, tell)
                return _json(HTTPStatus.ACCEPTED, {"event_id": given.event_id})

        return route

    async def shipment(self, request: Request) -> Response:
        with _timed("shipment"), _refusals():
            await self._caller(request, Role.READER)
            key = ":".join(split_key(request.path_params["key"]))
            row = await self._blocking(partial(self._parts.store.shipment, key))
            if row is None:
                raise Problem(HTTPStatus.NOT_FOUND, f"nothing is known of {key}")
            return _json(HTTPStatus.OK, answer(row))

    async def _command(self, request: Request, give: Callable[..., Given]) -> Given:
        async with self._room.body(request, most=MAX_COMMAND) as body:
            if body or request.headers.get("content-type"):
                check_media_type(request, "application/json")
            with _refusals():
                members = read_strict(body) if body.strip() else {}
                key = request.headers.get("idempotency-key")
                return await self._blocking(partial(give, members, idempotency_key=key))

    async def _caller(self, request: Request, role: Role) -> Principal:
        gate = self._parts.gate
        # a thread costs more than the answer where nothing has to be looked up
        ask = partial(gate.principal, request)
        principal = await self._blocking(ask) if gate.needed else ask()
        principal.need(role)
        return principal

    async def _blocking(self, call: Callable[[], T]) -> T:
        with _refusals():
            return await run_sync(call, limiter=self._threads)


@contextmanager
def _refusals() -> Iterator[None]:
    """What the calls raise, as the answers it means."""
    try:
        yield
    except (Overloaded, KeysAway, TimesAway, StoreAway) as error:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), retry_after=RETRY_AFTER) from error
    except SignatureInvalid as error:
        raise Problem(HTTPStatus.UNAUTHORIZED, str(error)) from error
    except UnknownCarrier as error:
        raise Problem(HTTPStatus.NOT_FOUND, "no such carrier") from error
    except InvalidKey as error:
        raise Problem(HTTPStatus.NOT_FOUND, "a shipment key is carrier:NUMBER") from error
    except KeyReused as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    except (InvalidJson, InvalidEvent) as error:
        wrong = Rejection(1, error.pointer, error.detail)
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.detail, errors=[wrong]) from error


@contextmanager
def _timed(route: str) -> Iterator[None]:
    began = monotonic()
    try:
        yield
    finally:
        metrics.INGEST_LATENCY.labels(route).observe(monotonic() - began)


def _events_answer(taken: Answer) -> Response:
    if taken.event_ids:
        return _accepted(taken)
    detail = "no event was taken" if taken.rejected else "the body holds no event"
    raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=taken.rejections)


def _accepted(taken: Answer) -> Response:
    members: dict[str, Any] = {
        "accepted": len(taken.event_ids),
        "event_ids": taken.event_ids,
        "rejected": [rejection.json() for rejection in taken.rejections],
    }
    if taken.rejected > len(taken.rejections):
        members["rejected_not_listed"] = taken.rejected - len(taken.rejections)
    return _json(HTTPStatus.ACCEPTED, members)


def _json(status: HTTPStatus, members: dict[str, Any]) -> Response:
    return Response(orjson.dumps(members), status.value, media_type="application/json")

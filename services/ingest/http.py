"""Ingest over HTTP: routes that turn requests into calls and answers, and decide nothing else."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import unquote

import orjson
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import FastAPI, Request, Response

from services.ingest.admission import Admission
from services.ingest.command_forms import COMMANDS
from services.ingest.commands import Commands, Given, split_key
from services.ingest.http_admission import AdmissionGate
from services.ingest.http_body import (
    MAX_BODY,
    MAX_COMMAND,
    MAX_LINES,
    MAX_WEBHOOK,
    BodyRoom,
    check_media_type,
)
from services.ingest.http_refusals import refusals
from services.ingest.reader import Store, answer
from services.ingest.service import Answer, Form, Ingest
from services.ingest.strict_json import read_strict
from services.ingest.tenants import Tenant, Tenants
from services.ingest.webhooks import Webhooks
from services.runtime import metrics
from services.runtime.clock import monotonic
from services.runtime.health import Health
from services.runtime.http_auth import MERCHANT_HEADER, Gate, Principal, Role
from services.runtime.http_health import add_health_routes
from services.runtime.http_problems import Problem, add_problem_handlers

T = TypeVar("T")

_FORMS: Final[dict[str, Form]] = {"application/json": "json", "application/x-ndjson": "ndjson"}
_THREADS: Final = 64
_LONGEST_NAME: Final = 4096
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
    app.add_middleware(AdmissionGate, admission=Admission())
    return app


class _Routes:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._room = BodyRoom()
        self._tenants = Tenants(parts.store.registered_by)
        self._threads = CapacityLimiter(_THREADS)

    async def events(self, request: Request) -> Response:
        with _timed("events"):
            caller = await self._caller(request, Role.WRITER)
            form = _FORMS[check_media_type(request, *_FORMS)]
            async with self._room.body(request, most=MAX_BODY) as body:
                if body.count(b"\n") > MAX_LINES:
                    raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {MAX_LINES} lines")
                take = partial(
                    self._parts.ingest.take_body,
                    body,
                    form=form,
                    trust=caller.trust,
                    tenant=self._own(caller),
                )
                return _events_answer(await self._blocking(take))

    async def webhook(self, request: Request) -> Response:
        with _timed("webhook"), refusals():
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
            caller = await self._caller(request, Role.WRITER)
            register = partial(self._parts.commands.register, trust=caller.trust, tenant=self._own(caller))
            given = await self._command(request, register)
            return _json(HTTPStatus.ACCEPTED, {"shipment": given.shipment, "event_id": given.event_id})

    def command(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        async def route(request: Request) -> Response:
            with _timed(name):
                role = Role.OPERATOR if name == "retract" else Role.WRITER
                caller = await self._caller(request, role)
                tell = partial(
                    self._parts.commands.tell,
                    request.path_params["key"],
                    name,
                    trust=caller.trust,
                    merchant=_tenant(request, caller),
                    tenant=self._own(caller),
                )
                given = await self._command(request, tell)
                return _json(HTTPStatus.ACCEPTED, {"event_id": given.event_id})

        return route

    async def shipment(self, request: Request) -> Response:
        with _timed("shipment"), refusals():
            caller = await self._caller(request, Role.READER)
            key = ":".join(split_key(request.path_params["key"]))
            row = await self._blocking(partial(self._parts.store.shipment, key))
            told = None if row is None else answer(row, caller.merchant)
            if told is None:
                raise Problem(HTTPStatus.NOT_FOUND, f"nothing is known of {key}")
            return _json(HTTPStatus.OK, told)

    async def _command(self, request: Request, give: Callable[..., Given]) -> Given:
        async with self._room.body(request, most=MAX_COMMAND) as body:
            if body or request.headers.get("content-type"):
                check_media_type(request, "application/json")
            with refusals():
                members = read_strict(body) if body.strip() else {}
                key = request.headers.get("idempotency-key")
                return await self._blocking(partial(give, members, idempotency_key=key))

    def _own(self, caller: Principal) -> Tenant | None:
        return None if caller.merchant is None else Tenant(caller.merchant, self._tenants)

    async def _caller(self, request: Request, role: Role) -> Principal:
        gate = self._parts.gate
        # a thread costs more than the answer where nothing has to be looked up
        ask = partial(gate.principal, request)
        principal = await self._blocking(ask) if gate.needed else ask()
        principal.need(role)
        return principal

    async def _blocking(self, call: Callable[[], T]) -> T:
        with refusals():
            return await run_sync(call, limiter=self._threads)


def _tenant(request: Request, caller: Principal) -> str | None:
    """For whom a command is given: the caller's own merchant, or the one that the house names."""
    named = request.headers.get(MERCHANT_HEADER)
    if named is None:
        return caller.merchant
    merchant = unquote(named)
    if not (merchant.isprintable() and 1 <= len(merchant) <= _LONGEST_NAME):
        raise Problem(HTTPStatus.BAD_REQUEST, f"{MERCHANT_HEADER} is no merchant's name")
    if caller.merchant not in (None, merchant):
        raise Problem(HTTPStatus.FORBIDDEN, "a merchant gives commands for itself only")
    return merchant


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

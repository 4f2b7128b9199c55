"""The read side's application: its features side by side, errors as problem details, nothing opened yet."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

from services.query import limits, timing
from services.query.access import routes as access
from services.query.alerts import routes as alerts
from services.query.api_document import document
from services.query.exports import routes as exports
from services.query.live import routes as live
from services.query.moments import routes as moments
from services.query.pages import routes as pages
from services.query.pages.board import routes as board
from services.query.pages.orders import routes as my_orders
from services.query.parts import Parts
from services.query.shipments import orders, shortcut
from services.query.shipments import routes as shipments
from services.query.stats import routes as stats
from services.query.store import StoreAway, WrongValue
from services.query.troubles import away
from services.runtime.http_health import add_health_routes
from services.runtime.http_problems import Problem, add_problem_handlers, problem_response

FEATURES: Final[tuple[Callable[[FastAPI, Parts], None], ...]] = (
    orders.add_to,
    moments.add_to,
    exports.add_to,
    live.add_to,
    alerts.add_to,
    stats.add_to,
    # before `limits` and `timing`, which are to see every request
    shortcut.add_to,
    limits.add_to,
    timing.add_to,
    access.add_to,
    pages.add_to,
    my_orders.add_to,
    board.add_to,
    # last: a key may hold slashes, and takes whatever follows it that is no route of its own
    shipments.add_to,
)
"""Each adds its routes to the application, and what runs beside them to `parts.alongside`."""


def build_app(parts: Parts) -> FastAPI:
    """The application; nothing is opened or started."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(parts.store.opened())
            for beside in parts.alongside:
                await stack.enter_async_context(beside())
            yield

    app = FastAPI(
        title="Shiplog",
        summary="Shipments, orders and alerts as they stand, as they stood, and why.",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.parts = parts
    add_problem_handlers(app)
    app.add_exception_handler(StoreAway, _on_away)
    app.add_exception_handler(WrongValue, _on_wrong_value)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    for add_to in FEATURES:
        add_to(app, parts)
    add_health_routes(app, parts.health)
    app.openapi = partial(document, app)  # type: ignore[method-assign]  # the framework's way to say it
    return app


async def _on_away(_: Request, error: Exception) -> Response:
    assert isinstance(error, StoreAway)
    return away(error)


async def _on_wrong_value(_: Request, error: Exception) -> Response:
    return problem_response(Problem(HTTPStatus.BAD_REQUEST, str(error)))


@dataclass(frozen=True, slots=True)
class _WrongParameter:
    pointer: str
    detail: str

    def json(self) -> dict[str, object]:
        return {"line": 1, "pointer": self.pointer, "detail": self.detail}


async def _on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = [_WrongParameter("/".join(map(str, ("", *e["loc"]))), str(e["msg"])) for e in error.errors()]
    detail = "; ".join(f"{each.pointer}: {each.detail}" for each in wrong[:5])
    return problem_response(Problem(HTTPStatus.BAD_REQUEST, detail or "bad input", errors=wrong))

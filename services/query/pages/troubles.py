"""What goes wrong on a page, as a page of the same part of the site."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeVar

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from services.query.pages.render import trouble
from services.query.store import StoreAway
from services.runtime.http_problems import Problem, problem_response

Routes = TypeVar("Routes")
Route = Callable[[Routes, Request], Awaitable[Response]]


def told_as_page(section: str) -> Callable[[Route[Routes]], Route[Routes]]:
    """Let every problem of a route be told as a page of this section, to whoever wants one."""

    def of_route(route: Route[Routes]) -> Route[Routes]:
        async def told(self: Routes, request: Request) -> Response:
            try:
                return await route(self, request)
            except StoreAway as error:
                problem = Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), headers={"Retry-After": "1"})
            except Problem as error:
                problem = error
            return trouble(request, problem, section=section)

        return told

    return of_route


def tell_unknown_addresses(app: FastAPI) -> None:
    """Whoever mistypes an address in a browser is told so by a page; the API's addresses tell it as ever."""

    async def on_unknown(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        problem = Problem(HTTPStatus.NOT_FOUND, str(error.detail), headers=error.headers)
        if request.url.path.startswith("/v1/"):
            return problem_response(problem)
        return trouble(request, problem)

    app.add_exception_handler(HTTPStatus.NOT_FOUND.value, on_unknown)

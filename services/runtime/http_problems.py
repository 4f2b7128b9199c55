"""Every answer outside 2xx: RFC 9457 problem details, whoever gives it."""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final, Protocol

import orjson
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from services.runtime.log import get_logger

PROBLEM_JSON: Final = "application/problem+json"
_LOG: Final = get_logger(__name__)


class Wrong(Protocol):
    """One fault of the input: what `errors` lists."""

    def json(self) -> dict[str, Any]:
        """Members `line`, `pointer`, `detail`."""
        ...


class Problem(Exception):
    """An answer outside 2xx, raised wherever it is clear that it must be given.

    `retry_after` says when to try again.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        errors: Sequence[Wrong] = (),
        retry_after: timedelta | None = None,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.more = more or {}
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(math.ceil(retry_after.total_seconds()))


def problem_response(problem: Problem) -> Response:
    """The answer that tells `problem`."""
    members: dict[str, Any] = {
        "type": "about:blank",
        "title": problem.status.phrase,
        "status": problem.status.value,
        "detail": problem.detail,
        **problem.more,
    }
    if problem.errors:
        members["errors"] = [wrong.json() for wrong in problem.errors]
    return Response(
        orjson.dumps(members), problem.status.value, headers=problem.headers, media_type=PROBLEM_JSON
    )


def add_problem_handlers(app: FastAPI) -> None:
    """Let `app` answer every error, its own and the framework's, as problem details."""

    async def on_problem(_: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return problem_response(error)

    async def on_http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = HTTPStatus(error.status_code)
        return problem_response(Problem(status, str(error.detail), headers=error.headers))

    async def on_gone(_: Request, __: Exception) -> Response:
        return problem_response(Problem(HTTPStatus.BAD_REQUEST, "the sender went away"))

    async def on_bug(request: Request, error: Exception) -> Response:
        _LOG.error("request_failed", path=request.url.path, exc_info=error)
        return problem_response(Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "an error of ours"))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(ClientDisconnect, on_gone)
    app.add_exception_handler(Exception, on_bug)

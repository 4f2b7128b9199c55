"""What is answered when the read model cannot be asked."""

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from fastapi import Response

from services.query.store import StoreAway
from services.runtime.http_problems import Problem, problem_response

_TRY_AGAIN: Final = timedelta(seconds=1)


def away(error: StoreAway) -> Response:
    """503, and when to try again."""
    return problem_response(Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), retry_after=_TRY_AGAIN))

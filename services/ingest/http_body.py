"""Request bodies: read whole, never more of them at a time than fits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from fastapi import Request

from schemas.topics import MAX_EVENT_BYTES
from services.runtime.http_problems import Problem

MAX_BODY: Final = 32 * 1024 * 1024
MAX_LINES: Final = 410_000
"""As many as the shortest events that fit into a body: more are no events."""
MAX_WEBHOOK: Final = MAX_EVENT_BYTES
"""A payload that cannot be read must fit into one record of `.rejected`."""
MAX_COMMAND: Final = 1024 * 1024

_MOST_HELD: Final = 256 * 1024 * 1024
_MOST_REQUESTS: Final = 2_000
_MOST_DISCARDED: Final = 256 * 1024 * 1024
_BUSY: Final = timedelta(seconds=1)


class BodyRoom:
    """The room for bodies that are being worked on; used from the event loop only."""

    def __init__(self, *, most_bytes: int = _MOST_HELD, most_requests: int = _MOST_REQUESTS) -> None:
        self._most_bytes = most_bytes
        self._most_requests = most_requests
        self._bytes = 0
        self._requests = 0

    @asynccontextmanager
    async def body(self, request: Request, *, most: int) -> AsyncIterator[bytes]:
        """The body, at most `most` bytes; the room is held to the end. Raises Problem (413, 429)."""
        if self._requests >= self._most_requests:
            raise self._too_many()
        self._requests += 1
        taken = 0
        stream = request.stream()
        try:
            _check_length(request, most)
            pieces: list[bytes] = []
            async for piece in stream:
                taken += len(piece)
                self._bytes += len(piece)
                if taken > most:
                    pieces.clear()
                    raise _too_large(most)
                if self._bytes > self._most_bytes:
                    raise self._too_many()
                pieces.append(piece)
            yield b"".join(pieces)
        except Problem as problem:
            if problem.status in (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.TOO_MANY_REQUESTS):
                await _discard(request, stream)
            raise
        finally:
            self._requests -= 1
            self._bytes -= taken

    def _too_many(self) -> Problem:
        return Problem(HTTPStatus.TOO_MANY_REQUESTS, "too much is being taken in", retry_after=_BUSY)


def media_type(request: Request) -> str:
    """The content type without its parameters, lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def check_media_type(request: Request, *allowed: str) -> str:
    """The content type, one of `allowed`; raises Problem (415)."""
    found = media_type(request)
    if found not in allowed or request.headers.get("content-encoding", "identity") != "identity":
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"plain {' or '.join(allowed)} is taken here")
    return found


def _check_length(request: Request, most: int) -> None:
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > most:
        raise _too_large(most)


def _too_large(most: int) -> Problem:
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body is at most {most} bytes")


async def _discard(request: Request, stream: AsyncIterator[bytes]) -> None:
    """Let the sender finish: one that is cut off in the middle of its body never reads our answer."""
    if request.headers.get("expect", "").lower() == "100-continue":
        return
    discarded = 0
    async for piece in stream:
        discarded += len(piece)
        if discarded > _MOST_DISCARDED:
            return

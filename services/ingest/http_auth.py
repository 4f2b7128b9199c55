"""Who may call: an API key is needed off the loopback interface, and wherever one is configured."""

import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus

from fastapi import Request

from schemas.vocabulary import Trust
from services.ingest.http_problems import Problem
from services.runtime.clock import monotonic


class RememberedKeys:
    """Remembers for a while that a key was given out: not every request asks the store."""

    def __init__(
        self,
        known: Callable[[bytes], bool],
        *,
        keep: timedelta = timedelta(minutes=1),
        monotonic: Callable[[], float] = monotonic,
    ) -> None:
        self._known = known
        self._keep = keep.total_seconds()
        self._monotonic = monotonic
        self._until: dict[bytes, float] = {}

    def __call__(self, key_sha256: bytes) -> bool:
        """Whether the key was given out, as of at most `keep` ago."""
        now = self._monotonic()
        if self._until.get(key_sha256, 0.0) > now:
            return True
        found = self._known(key_sha256)
        if found:
            self._until[key_sha256] = now + self._keep
        else:
            self._until.pop(key_sha256, None)
        return found


@dataclass(frozen=True, slots=True)
class Gate:
    """`known` says whether a key with this SHA-256 was given out; it may block."""

    needed: bool
    configured: str | None = field(repr=False)
    known: Callable[[bytes], bool]

    def trust(self, request: Request) -> Trust:
        """How far the caller is to be trusted; raises Problem (401)."""
        if not self.needed:
            return "unsigned"
        key = _presented(request)
        if key is None:
            raise _refused("an API key is needed: X-API-Key, or Authorization: Bearer")
        if self.configured is not None and hmac.compare_digest(key.encode(), self.configured.encode()):
            return "bearer"
        if self.known(hashlib.sha256(key.encode()).digest()):
            return "bearer"
        raise _refused("the API key is not known")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _presented(request: Request) -> str | None:
    if key := request.headers.get("x-api-key"):
        return key
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _refused(detail: str) -> Problem:
    return Problem(HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})

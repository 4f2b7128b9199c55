"""Who calls: an API key is needed off the loopback interface, and wherever one is configured."""

import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from http import HTTPStatus
from typing import Final

from fastapi import Request

from schemas.vocabulary import Trust
from services.runtime.clock import monotonic
from services.runtime.http_problems import Problem


class Role(IntEnum):
    """What a key may do; each role may what the ones before it may."""

    READER = 1
    WRITER = 2
    OPERATOR = 3


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls. `merchant`: the only tenant whose shipments are seen and told; None: the house itself."""

    name: str
    role: Role
    merchant: str | None = None
    trust: Trust = "bearer"

    def need(self, role: Role) -> None:
        """Raise Problem (403) unless the role is reached."""
        if self.role < role:
            raise Problem(HTTPStatus.FORBIDDEN, f"a key of the role {role.name.lower()} is needed")


NOBODY_ASKED: Final = Principal("loopback", Role.OPERATOR, trust="unsigned")
"""The caller where no key is needed: whoever is on this machine."""

MERCHANT_HEADER: Final = "shiplog-merchant"
"""For whom the house gives a command: the merchant's name, percent-encoded."""

KeyLookup = Callable[[bytes], Principal | None]


class RememberedKeys:
    """Remembers for a while whose key was given out: not every request asks the store."""

    def __init__(
        self,
        known: KeyLookup,
        *,
        keep: timedelta = timedelta(minutes=1),
        monotonic: Callable[[], float] = monotonic,
    ) -> None:
        self._known = known
        self._keep = keep.total_seconds()
        self._monotonic = monotonic
        self._until: dict[bytes, tuple[float, Principal]] = {}

    def __call__(self, key_sha256: bytes) -> Principal | None:
        """Whose key it is, as of at most `keep` ago; None for a key that was not given out."""
        now = self._monotonic()
        until, principal = self._until.get(key_sha256, (0.0, None))
        if until > now:
            return principal
        found = self._known(key_sha256)
        if found is not None:
            self._until[key_sha256] = now + self._keep, found
        else:
            self._until.pop(key_sha256, None)
        return found


@dataclass(frozen=True, slots=True)
class Gate:
    """`known` says whose the key with this SHA-256 is; it may block."""

    needed: bool
    configured: str | None = field(repr=False)
    known: KeyLookup

    def principal(self, request: Request) -> Principal:
        """Who calls; raises Problem (401)."""
        if not self.needed:
            return NOBODY_ASKED
        key = presented_key(request)
        if key is None:
            raise key_refused("an API key is needed: X-API-Key, or Authorization: Bearer")
        if self.configured is not None and hmac.compare_digest(key.encode(), self.configured.encode()):
            return Principal("configured", Role.OPERATOR)
        principal = self.known(hashlib.sha256(key.encode()).digest())
        if principal is None:
            raise key_refused("the API key is not known")
        return principal


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def presented_key(request: Request) -> str | None:
    """The key in X-API-Key or Authorization: Bearer."""
    if key := request.headers.get("x-api-key"):
        return key
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def key_refused(detail: str) -> Problem:
    """The answer to a missing or unknown key (401)."""
    return Problem(HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})

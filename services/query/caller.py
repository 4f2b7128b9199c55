"""Who calls the read side, for routes: `caller: Caller`, and what a tenant may see."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Final

from fastapi import Depends, Request

from services.query.store import ReadStore
from services.runtime.clock import monotonic
from services.runtime.http_auth import NOBODY_ASKED, Principal, Role, key_refused, presented_key

_KEEP: Final = timedelta(minutes=1)
_MOST_KEPT: Final = 10_000


@dataclass(slots=True)
class Door:
    """Lets callers in. A key that was found is remembered for a minute."""

    needed: bool
    configured: str | None = field(repr=False)
    store: ReadStore
    _kept: dict[bytes, tuple[float, Principal]] = field(default_factory=dict)

    async def principal(self, request: Request) -> Principal:
        """Who calls; raises Problem (401), StoreAway."""
        if not self.needed:
            return NOBODY_ASKED
        key = presented_key(request)
        if key is None:
            raise key_refused("an API key is needed: X-API-Key, or Authorization: Bearer")
        principal = await self.known(_sha256(key))
        if principal is None:
            raise key_refused("the API key is not known")
        return principal

    async def known(self, digest: bytes) -> Principal | None:
        """Whose key has this SHA-256, as of at most a minute ago; raises StoreAway."""
        if self.configured is not None and hmac.compare_digest(digest, _sha256(self.configured)):
            return Principal("configured", Role.OPERATOR)
        until, principal = self._kept.get(digest, (0.0, None))
        if until > monotonic():
            return principal
        found = await self.store.key_of(digest)
        self._kept.pop(digest, None)
        if found is not None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[digest] = monotonic() + _KEEP.total_seconds(), found
        return found

    def remembered(self, key: str) -> str | None:
        """A name for a key that has opened the door within the last minute, else None; asks nobody."""
        digest = _sha256(key)
        if self.configured is not None and hmac.compare_digest(digest, _sha256(self.configured)):
            return digest.hex()
        return digest.hex() if self._kept.get(digest, (0.0,))[0] > monotonic() else None


def _sha256(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


async def _reader(request: Request) -> Principal:
    return await _with(request, Role.READER)


async def _writer(request: Request) -> Principal:
    return await _with(request, Role.WRITER)


async def _operator(request: Request) -> Principal:
    return await _with(request, Role.OPERATOR)


async def _with(request: Request, role: Role) -> Principal:
    door: Door = request.app.state.parts.door
    principal = await door.principal(request)
    principal.need(role)
    return principal


Reader = Annotated[Principal, Depends(_reader)]
Writer = Annotated[Principal, Depends(_writer)]
Operator = Annotated[Principal, Depends(_operator)]

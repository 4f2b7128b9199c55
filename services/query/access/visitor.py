"""Who reads a page: a customer signed in by link, or staff by API key; a signed cookie each."""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request, Response

from services.query.access.secret import signer_of
from services.query.parts import Parts
from services.runtime.clock import WallClock
from services.runtime.http_auth import NOBODY_ASKED, Principal, presented_key
from services.runtime.http_problems import Problem

SESSION_COOKIE: Final = "session"
CUSTOMER_SESSION: Final = timedelta(days=30)
STAFF_SESSION: Final = timedelta(hours=12)
_PURPOSE: Final = "session"
_MS: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in customer: sees the shipments that `merchant` registered for `customer_id`."""

    merchant: str | None
    customer_id: str


def parts_of(request: Request) -> Parts:
    """What the application of this request is made of."""
    parts: Parts = request.app.state.parts
    return parts


def now_ms() -> int:
    """The present instant: sessions and tokens end by the wall clock."""
    return WallClock().now_ms()


def is_open(request: Request) -> bool:
    """Whether nobody is asked who they are: on this machine, without keys."""
    return not parts_of(request).door.needed


def visitor_of(request: Request) -> Visitor | None:
    """The customer who is signed in, if one is."""
    session = _session(request)
    if session is None or session.get("kind") != "customer":
        return None
    return Visitor(session["merchant"], session["customer_id"])


async def staff_of(request: Request) -> Principal | None:
    """Who reads as staff: everybody where nobody is asked, an API key in a header, a staff session.

    A revoked key ends its sessions within a minute. Raises StoreAway.
    """
    door = parts_of(request).door
    if is_open(request):
        return NOBODY_ASKED
    if presented_key(request) is not None:
        try:
            return await door.principal(request)
        except Problem as problem:
            if problem.status is not HTTPStatus.UNAUTHORIZED:
                raise
            return None
    session = _session(request)
    if session is None or session.get("kind") != "staff":
        return None
    return await door.known(bytes.fromhex(session["key_sha256"]))


def sign_in(request: Request, response: Response, visitor: Visitor) -> None:
    """Let the response start the customer's session."""
    members = {"kind": "customer", "merchant": visitor.merchant, "customer_id": visitor.customer_id}
    _start(request, response, members, CUSTOMER_SESSION)


def sign_in_staff(request: Request, response: Response, key_sha256: bytes) -> None:
    """Let the response start a session of whoever has the API key with this hash."""
    _start(request, response, {"kind": "staff", "key_sha256": key_sha256.hex()}, STAFF_SESSION)


def sign_out(response: Response) -> None:
    """Let the response end the session."""
    response.delete_cookie(SESSION_COOKIE, path="/")


def is_signed_in(request: Request) -> bool:
    """Whether there is a session to sign out of."""
    return _session(request) is not None


def _session(request: Request) -> dict[str, Any] | None:
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    return signer_of(parts_of(request).settings).read(_PURPOSE, token, now_ms=now_ms())


def _start(request: Request, response: Response, members: dict[str, Any], lasts: timedelta) -> None:
    until_ms = now_ms() + lasts // _MS
    response.set_cookie(
        SESSION_COOKIE,
        signer_of(parts_of(request).settings).sign(_PURPOSE, members, until_ms=until_ms),
        max_age=int(lasts.total_seconds()),
        path="/",
        httponly=True,
        secure=request.url.scheme == "https",
        samesite="lax",
    )

"""A parcel by a link that grants it, and signing in and out: pages for people who bring a token."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from services.query.access.links import Grant, Links
from services.query.access.lockout import Lockout
from services.query.access.secret import signer_of
from services.query.access.signing_in import SignIn
from services.query.access.visitor import now_ms, sign_in, sign_out
from services.query.pages.forms import posted
from services.query.pages.render import GUARDS
from services.query.pages.track.live import follow
from services.query.pages.track.reads import now_of, versions_of
from services.query.pages.track.routes import SECTION, parcel_page
from services.query.pages.track.story import story_of
from services.query.pages.troubles import told_as_page
from services.query.parts import Parts
from services.query.seen import seen
from services.runtime.clock import WallClock
from services.runtime.http_problems import Problem


def no_link() -> Problem:
    """The answer to a token that opens nothing, whatever the reason."""
    return Problem(HTTPStatus.NOT_FOUND, "there is no such link, or it is over")


def no_sign_in() -> Problem:
    """The answer to a token that signs nobody in."""
    return Problem(HTTPStatus.UNAUTHORIZED, "a link to sign in is needed that is not over")


def add_to(app: FastAPI, parts: Parts) -> None:
    """Add the routes."""
    doors = TokenPages(parts)
    options: dict[str, Any] = {"include_in_schema": False}
    app.add_api_route("/t/{token}", doors.parcel, methods=["GET"], **options)
    app.add_api_route("/t/{token}/live", doors.live, methods=["GET"], **options)
    app.add_api_route("/sign-in", doors.sign_in, methods=["GET"], **options)
    app.add_api_route("/sign-out", doors.sign_out, methods=["POST"], **options)


class TokenPages:
    """Pages that are opened by a token; who tries too many wrong ones is locked out for a while."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._links = Links(parts.store)
        self._lockout = Lockout()

    async def grant(self, request: Request, token: str) -> Grant:
        """What the token opens; raises Problem (404, 429), StoreAway."""
        self._lockout.check(request)
        grant = await self._links.grant_of(token, now=WallClock().now())
        if grant is None:
            self._lockout.failed(request)
            raise no_link()
        return grant

    @told_as_page(SECTION)
    async def parcel(self, request: Request) -> Response:
        """The parcel that the link grants, without whose it is."""
        token = request.path_params["token"]
        grant = await self.grant(request, token)
        async with self._parts.store.snapshot() as snapshot:
            found = await seen(snapshot, grant.shipment, grant.caller)
            versions = await versions_of(snapshot, grant.shipment)
            now = await now_of(snapshot)
        if found is None:
            raise no_link()
        story = story_of(found, now=now, versions=versions, granted=True)
        return parcel_page(request, story, where=f"/t/{token}", live=f"/t/{token}/live")

    async def live(self, request: Request, token: str) -> Response:
        """The stream that the granted page follows; raises Problem (404, 429, 503), StoreAway."""
        grant = await self.grant(request, token)

        async def still_granted() -> None:
            await self.grant(request, token)

        return await follow(self._parts, request, grant.shipment, grant.caller, still_granted)

    @told_as_page(SECTION)
    async def sign_in(self, request: Request) -> Response:
        """Start the session that the token in the address proves, and go to the orders."""
        token = request.query_params.get("token", "")
        if not token:
            raise no_sign_in()
        self._lockout.check(request)
        proof = SignIn(signer_of(self._parts.settings), self._parts.store)
        visitor = await proof.visitor(token, now_ms=now_ms())
        if visitor is None:
            self._lockout.failed(request)
            raise no_sign_in()
        response = RedirectResponse("/orders", HTTPStatus.SEE_OTHER, headers=GUARDS)
        sign_in(request, response, visitor)
        return response

    @told_as_page(SECTION)
    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        await posted(request)
        response = RedirectResponse("/", HTTPStatus.SEE_OTHER, headers=GUARDS)
        sign_out(response)
        return response

"""Routes by which a merchant lets customers in: links to one shipment, links to sign in."""

import hashlib
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import quote
from uuid import UUID

from fastapi import FastAPI, Request, Response

from services.query.access.answers import (
    LinkAnswer,
    LinkList,
    LinkMade,
    LinkWanted,
    ShipmentKey,
    SignInMade,
    SignInSecret,
    SignInWanted,
    listed_link,
)
from services.query.access.links import QUERIES, Links
from services.query.access.secret import signer_of
from services.query.access.signing_in import SignIn
from services.query.access.visitor import Visitor, now_ms
from services.query.caller import Writer
from services.query.parts import Parts
from services.query.seen import seen
from services.runtime.clock import WallClock
from services.runtime.http_auth import presented_key
from services.runtime.http_problems import Problem

_MS: Final = timedelta(milliseconds=1)


def add_to(app: FastAPI, parts: Parts) -> None:
    """Add the routes."""
    _add_making(app, parts)
    _add_keeping(app, Links(parts.store))
    _add_sign_in(app, parts)


def _add_making(app: FastAPI, parts: Parts) -> None:
    links, clock = Links(parts.store), WallClock()

    @app.post("/v1/shipments/{key:path}/links", status_code=HTTPStatus.CREATED)
    async def make(key: str, wanted: LinkWanted, request: Request, caller: Writer) -> LinkMade:
        """Make a link that shows this one shipment to whoever has it, without signing in."""
        if not _is_key(key):
            raise Problem(HTTPStatus.NOT_FOUND, "a shipment key is carrier:NUMBER")
        async with parts.store.snapshot() as snapshot:
            if await seen(snapshot, key, caller) is None:
                raise Problem(HTTPStatus.NOT_FOUND, f"nothing is known of {key}")
        token, link = await links.make(
            key, caller, now=clock.now(), lasts=timedelta(seconds=wanted.expires_in)
        )
        return LinkMade(**listed_link(link).model_dump(), url=f"{request.base_url}t/{token}", token=token)


def _add_keeping(app: FastAPI, links: Links) -> None:
    @app.get("/v1/links")
    async def listed(caller: Writer, shipment: ShipmentKey | None = None) -> LinkList:
        """The links of the caller's tenant, the newest thousand."""
        return LinkList(items=[listed_link(link) for link in await links.listed(caller, shipment=shipment)])

    @app.get("/v1/links/{link_id}")
    async def one(link_id: UUID, caller: Writer) -> LinkAnswer:
        """One link."""
        found = await links.listed(caller, link_id=link_id)
        if not found:
            raise Problem(HTTPStatus.NOT_FOUND, "no such link")
        return listed_link(found[0])

    @app.delete("/v1/links/{link_id}", status_code=HTTPStatus.NO_CONTENT)
    async def revoke(link_id: UUID, caller: Writer) -> Response:
        """Take a link back: it opens nothing from now on."""
        if not await links.revoke(link_id, caller, now=WallClock().now()):
            raise Problem(HTTPStatus.NOT_FOUND, "no such link")
        return Response(status_code=HTTPStatus.NO_CONTENT)


def _add_sign_in(app: FastAPI, parts: Parts) -> None:
    @app.post("/v1/sign-in-links", status_code=HTTPStatus.CREATED)
    async def sign_in_link(wanted: SignInWanted, request: Request, caller: Writer) -> SignInMade:
        """Make a link that signs one customer in."""
        if caller.merchant is not None and wanted.merchant not in (None, caller.merchant):
            raise Problem(HTTPStatus.FORBIDDEN, "the key is another merchant's")
        until_ms = now_ms() + timedelta(seconds=wanted.expires_in) // _MS
        visitor = Visitor(caller.merchant or wanted.merchant, wanted.customer_id)
        token = SignIn(signer_of(parts.settings), parts.store).token(visitor, until_ms=until_ms)
        expires_at = WallClock().now() + timedelta(seconds=wanted.expires_in)
        return SignInMade(url=f"{request.base_url}sign-in?token={quote(token)}", expires_at=expires_at)

    @app.get("/v1/sign-in-secret")
    async def secret(request: Request, _: Writer) -> SignInSecret:
        """What the holder of this API key signs its own sign-in tokens with."""
        key = presented_key(request)
        digest = hashlib.sha256((key or "").encode()).digest()
        async with parts.store.latest() as snapshot:
            row = await snapshot.row(QUERIES, "key_by_hash", {"key_sha256": digest})
        if row is None:
            raise Problem(HTTPStatus.NOT_FOUND, "only a key of `shiplog keys` has a secret to sign with")
        sign_in = SignIn(signer_of(parts.settings), parts.store)
        return SignInSecret(key_id=UUID(row[0]), secret=sign_in.merchant_secret(row[0]))


def _is_key(key: str) -> bool:
    return key.isascii() and key.isprintable() and ":" in key

"""Routes of shipments as they stand: one by its key, lists."""

import hashlib
from http import HTTPStatus
from typing import Annotated, Final

import orjson
from fastapi import FastAPI, Header, Query, Response

from services.domain.dossier import dossier
from services.query.caller import Reader
from services.query.index.follower import Follower
from services.query.moments.cut import Cuts
from services.query.moments.moment import Asked, Moment
from services.query.parts import Parts
from services.query.seen import Seen, as_seen_by
from services.query.shipments.answers import ShipmentPage, ShipmentWithTimeline
from services.query.shipments.asking import Asked as AskedList
from services.query.shipments.asking import documented
from services.query.shipments.listing import Page, is_text, list_shipments
from services.query.shipments.store import one
from services.query.shipments.uses import in_use_alone
from services.runtime.http_auth import Principal
from services.runtime.http_problems import Problem

JSON: Final = "application/json"
BEHIND: Final = "Shiplog-Index"
PRIVATE: Final = {"Cache-Control": "private, no-cache", "Vary": "Authorization, X-API-Key"}


def add_to(app: FastAPI, parts: Parts) -> None:
    """Add the routes, and what keeps the index of shipments beside them."""
    parts.index = follower = Follower(parts.settings.database_url)
    parts.alongside.append(follower.running)
    parts.health.add_check("index", follower.trouble)
    cuts = Cuts(parts)

    @app.get(
        "/v1/shipments",
        response_model=ShipmentPage,
        summary="Lists of shipments",
        openapi_extra=documented(),
    )
    async def shipments(caller: Reader, asked: AskedList) -> Response:
        """Filtered, sorted, page by page: `next` is the `cursor` of the page behind, null at the end.

        Whatever changes meanwhile: what does not is on one page, once. The header `Shiplog-Index: behind`
        tells that the list may lack what was committed in the last moments.
        """
        return _answer(await list_shipments(parts, asked.wanted(), caller))

    @app.get(
        "/v1/shipments/{key:path}",
        response_model=ShipmentWithTimeline,
        summary="One shipment",
        responses={304: {"description": "It stands as `If-None-Match` has it."}},
    )
    async def shipment(
        key: str,
        caller: Reader,
        moment: Asked,
        use: Annotated[int | None, Query(ge=1, le=1_000_000, description="an older use")] = None,
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        """As it stands, with its timeline; with `as_of` and `known_at` as it stood or was known then."""
        if not is_text(key):
            raise _unknown(key)
        found, tag = await look(key, caller, moment, use)
        if found is None:
            raise _unknown(key if use is None else f"{key} in use {use}")
        headers = PRIVATE if tag is None else PRIVATE | {"ETag": tag}
        if tag is not None and _names(if_none_match, tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED.value, headers=headers)
        body = orjson.dumps(dossier(found.view, found.timeline))
        return Response(body, headers=headers, media_type=JSON)

    async def look(
        key: str, caller: Principal, moment: Moment, use: int | None
    ) -> tuple[Seen | None, str | None]:
        """The shipment, and the tag of what stands now."""
        if not moment.is_now:
            found, model = await cuts.seen_at(key, caller, moment), None
        else:
            found, model = await _now(parts, key, caller)
        tag = None if found is None or model is None else _tag(found, caller, model, use)
        return found if found is None or use is None else in_use_alone(found, use), tag


async def _now(parts: Parts, key: str, caller: Principal) -> tuple[Seen | None, str]:
    """The shipment as it stands, and the model that it was read from."""
    async with parts.store.guessed() as snapshot:
        model, found = await one(snapshot, key)
    if model != snapshot.model:
        async with parts.store.latest() as snapshot:
            model, found = await one(snapshot, key)
    if found is None or caller.merchant is None:
        return found, snapshot.model
    return as_seen_by(caller.merchant, found), snapshot.model


def _unknown(key: str) -> Problem:
    shown = key if is_text(key) else "that key"
    return Problem(HTTPStatus.NOT_FOUND, f"nothing is known of {shown}")


def _answer(page: Page) -> Response:
    total = b"" if page.total is None else b',"total":%d' % page.total
    items = ",".join(page.texts).encode()
    body = b'{"items":[' + items + b'],"next":' + orjson.dumps(page.next) + total + b"}"
    headers = PRIVATE | {BEHIND: "behind"} if page.is_behind else PRIVATE
    return Response(body, headers=headers, media_type=JSON)


def _tag(found: Seen, caller: Principal, model: str, use: int | None) -> str:
    whose = "" if caller.merchant is None else hashlib.sha256(caller.merchant.encode()).hexdigest()[:12]
    parts = (found.partition, found.version, model.removeprefix("model_"), use or "", whose)
    return 'W/"' + "-".join(map(str, parts)) + '"'


def _names(if_none_match: str | None, tag: str) -> bool:
    if if_none_match is None:
        return False
    named = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return "*" in named or tag.removeprefix("W/") in named

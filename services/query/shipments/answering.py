"""What is answered of shipments as they stand: one with its tag, a page. Shared by both ways to a route."""

import hashlib
from http import HTTPStatus
from typing import Final

import orjson
from fastapi import Response

from services.domain.dossier import dossier
from services.query.parts import Parts
from services.query.seen import Seen, as_seen_by
from services.query.shipments.listing import Page, is_text
from services.query.shipments.store import one
from services.runtime.http_auth import Principal
from services.runtime.http_problems import Problem

JSON: Final = "application/json"
BEHIND: Final = "Shiplog-Index"
PRIVATE: Final = {"Cache-Control": "private, no-cache", "Vary": "Authorization, X-API-Key"}


async def as_it_stands(parts: Parts, key: str, caller: Principal) -> tuple[Seen | None, str]:
    """The shipment, and the model that it was read from; raises StoreAway."""
    async with parts.store.guessed() as snapshot:
        model, found = await one(snapshot, key)
    if model != snapshot.model:
        async with parts.store.latest() as snapshot:
            model, found = await one(snapshot, key)
    if found is None or caller.merchant is None:
        return found, snapshot.model
    return as_seen_by(caller.merchant, found), snapshot.model


def shipment_answer(found: Seen, tag: str | None, if_none_match: str | None) -> Response:
    """The shipment with its timeline, or that it stands as the asker has it."""
    headers = PRIVATE if tag is None else PRIVATE | {"ETag": tag}
    if tag is not None and _names(if_none_match, tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED.value, headers=headers)
    return Response(orjson.dumps(dossier(found.view, found.timeline)), headers=headers, media_type=JSON)


def unknown(key: str) -> Problem:
    """Nothing is known of it (404)."""
    shown = key if is_text(key) else "that key"
    return Problem(HTTPStatus.NOT_FOUND, f"nothing is known of {shown}")


def page_answer(page: Page) -> Response:
    """A page of shipments, their JSON as it stands in the model."""
    total = b"" if page.total is None else b',"total":%d' % page.total
    items = ",".join(page.texts).encode()
    body = b'{"items":[' + items + b'],"next":' + orjson.dumps(page.next) + total + b"}"
    headers = PRIVATE | {BEHIND: "behind"} if page.is_behind else PRIVATE
    return Response(body, headers=headers, media_type=JSON)


def tag_of(found: Seen, caller: Principal, model: str, use: int | None = None) -> str:
    """The entity tag of a shipment as it stands: another one after every event that moved it."""
    whose = "" if caller.merchant is None else hashlib.sha256(caller.merchant.encode()).hexdigest()[:12]
    parts = (found.partition, found.version, model.removeprefix("model_"), use or "", whose)
    return 'W/"' + "-".join(map(str, parts)) + '"'


def _names(if_none_match: str | None, tag: str) -> bool:
    if if_none_match is None:
        return False
    named = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return "*" in named or tag.removeprefix("W/") in named

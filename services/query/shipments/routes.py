"""Routes of shipments as they stand: one by its key, lists."""

from typing import Annotated

from fastapi import FastAPI, Header, Query, Response

from services.query.caller import Reader
from services.query.index.follower import Follower
from services.query.moments.cut import Cuts
from services.query.moments.moment import Asked, Moment
from services.query.parts import Parts
from services.query.seen import Seen
from services.query.shipments.answering import (
    as_it_stands,
    page_answer,
    shipment_answer,
    tag_of,
    unknown,
)
from services.query.shipments.answers import ShipmentPage, ShipmentWithTimeline
from services.query.shipments.asking import Asked as AskedList
from services.query.shipments.asking import documented
from services.query.shipments.listing import is_text, list_shipments
from services.query.shipments.uses import in_use_alone
from services.runtime.http_auth import Principal


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
        return page_answer(await list_shipments(parts, asked.wanted(), caller))

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
            raise unknown(key)
        found, tag = await look(key, caller, moment, use)
        if found is None:
            raise unknown(key if use is None else f"{key} in use {use}")
        return shipment_answer(found, tag, if_none_match)

    async def look(
        key: str, caller: Principal, moment: Moment, use: int | None
    ) -> tuple[Seen | None, str | None]:
        """The shipment, and the tag of what stands now."""
        if not moment.is_now:
            found, tag = await cuts.seen_at(key, caller, moment), None
        else:
            found, model = await as_it_stands(parts, key, caller)
            tag = None if found is None else tag_of(found, caller, model, use)
        return found if found is None or use is None else in_use_alone(found, use), tag

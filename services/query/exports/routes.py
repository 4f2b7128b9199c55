"""`GET /v1/exports/{what}`: a whole set, streamed; one that broke off goes on behind its last row."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Final

from anyio import to_thread
from fastapi import FastAPI, Query, Response
from fastapi.responses import StreamingResponse

from services.query.caller import Reader
from services.query.exports.alerts import alert_pages
from services.query.exports.forms import MEDIA_TYPES, Form, Pen
from services.query.exports.pages import BadCursor, Line, Taken, pages
from services.query.exports.sets import pen_of
from services.query.exports.what import What
from services.query.parts import Parts
from services.query.shipments.freshness import indexed
from services.query.shipments.listing import is_text
from services.query.store import Snapshot
from services.runtime.http_problems import Problem

_AT_A_TIME: Final = 4
_TRY_AGAIN: Final = timedelta(seconds=5)


class Offered(StrEnum):
    """The sets that HTTP gives; the log itself is the house's, and read from its topic."""

    SHIPMENTS = What.SHIPMENTS.value
    TIMELINE = What.TIMELINE.value
    ORDERS = What.ORDERS.value
    ALERTS = What.ALERTS.value


class Exports:
    """Streams sets; only some at a time, so that lists stay quick."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._under_way = 0

    async def response(self, taken: Taken, form: Form) -> Response:
        """The whole set; raises Problem, StoreAway before anything was sent."""
        if self._under_way >= _AT_A_TIME:
            detail = f"{_AT_A_TIME} exports are under way"
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, retry_after=_TRY_AGAIN)
        paged = alert_pages if taken.what is What.ALERTS else pages
        found = paged(lambda: self._snapshot(taken), taken)
        try:
            first: list[Line] = await anext(found, [])
        except BadCursor as error:
            raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from error
        body = self._written(first, found, pen_of(taken.what, form, resumed=bool(taken.after)))
        name = f"{taken.what.value}.{form.value}"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        }
        return StreamingResponse(body, media_type=MEDIA_TYPES[form], headers=headers)

    async def _written(
        self, first: list[Line], rest: AsyncIterator[list[Line]], pen: Pen
    ) -> AsyncIterator[bytes]:
        self._under_way += 1
        try:
            yield await to_thread.run_sync(pen.rows, [line.row for line in first])
            async for page in rest:
                yield await to_thread.run_sync(pen.rows, [line.row for line in page])
            yield await to_thread.run_sync(pen.end)
        finally:
            self._under_way -= 1

    @asynccontextmanager
    async def _snapshot(self, taken: Taken) -> AsyncIterator[tuple[Snapshot, int]]:
        if taken.needs_index and taken.what is not What.ALERTS:
            async with indexed(self._parts, whole=True) as (snapshot, number, _):
                yield snapshot, number
        else:
            async with self._parts.store.snapshot() as snapshot:
                yield snapshot, 0


def add_to(app: FastAPI, parts: Parts) -> None:
    """Add the route."""
    exports = Exports(parts)

    @app.get(
        "/v1/exports/{what}",
        response_class=StreamingResponse,
        responses={200: {"content": {each.partition(";")[0]: {} for each in MEDIA_TYPES.values()}}},
        summary="A whole set to take away",
    )
    async def export(
        what: Offered,
        caller: Reader,
        form: Annotated[Form, Query(alias="format", description="how it is written")] = Form.NDJSON,
        after: Annotated[
            str,
            Query(
                description="go on behind this row: `shipment` of the last one, of alerts `alert_id`, of a "
                "timeline `shipment`/`src_offset`; CSV then has no heading"
            ),
        ] = "",
        customer_id: Annotated[str | None, Query(description="only what is this customer's")] = None,
    ) -> Response:
        """Every row once, in the order of shipment keys, as it stood when its page was read.

        A tenant is given what it may see. Text cells of CSV that a spreadsheet would take for a formula
        begin with an apostrophe.
        """  # fmt: skip
        if customer_id is not None and not is_text(customer_id):
            raise Problem(HTTPStatus.BAD_REQUEST, "customer_id holds what is no text")
        return await exports.response(Taken(What(what.value), caller.merchant, customer_id, after), form)

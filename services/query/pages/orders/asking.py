"""What is asked on an order's page, on its way to ingest; a form that is not taken comes back filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response

from services.query.pages.forms import posted
from services.query.pages.orders.sheet import Parcel, Sent, Sheet, sheets
from services.query.pages.orders.shown import for_readers, order_id_of, order_page, to_order
from services.query.pages.orders.whose import Whose
from services.query.pages.orders.wishes import NotYet, Wish, key_of, wish_of
from services.query.parts import Parts
from services.query.telling import IngestAway, Refused, Teller
from services.runtime.http_problems import Problem

_AGAIN_AFTER: Final = {"Retry-After": "5"}


class _NotTaken(Exception):
    """The form comes back: `trouble` names the text that says why."""

    def __init__(self, trouble: str, status: HTTPStatus, faults: Mapping[str, str] | None = None) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.status = status
        self.faults = faults or {}


@dataclass(frozen=True, slots=True)
class Asking:
    """The route that takes the forms."""

    parts: Parts
    teller: Teller

    @for_readers
    async def ask(self, request: Request, reads: Whose) -> Response:
        """Ask it, and go to the page that shows the state."""
        if not reads.may_ask:
            raise Problem(HTTPStatus.FORBIDDEN, "a key that may write is needed")
        fields = await posted(request)
        sheet, parcel = await self._parcel(request, reads, fields)
        try:
            return to_order(sheet, reads, told=await self._told(parcel, fields))
        except _NotTaken as error:
            away = error.status is HTTPStatus.SERVICE_UNAVAILABLE
            sent = Sent(parcel.view["shipment"], fields.get("action", ""), fields, error.faults)
            sent = replace(sent, trouble=error.trouble, keeps_key=away)
            response = order_page(request, sheet, reads, sent=sent, status=error.status)
            response.headers.update(_AGAIN_AFTER if away else {})
            return response

    async def _parcel(
        self, request: Request, reads: Whose, fields: Mapping[str, str]
    ) -> tuple[Sheet, Parcel]:
        """The order and the parcel that the form is about; raises Problem (404)."""
        for sheet in await sheets(self.parts, order_id_of(request), reads):
            parcel = sheet.parcel(fields.get("shipment", ""))
            if parcel is not None:
                return sheet, parcel
        raise Problem(HTTPStatus.NOT_FOUND, "no such parcel")

    async def _told(self, parcel: Parcel, fields: Mapping[str, str]) -> str:
        """The id of the event that the form became, now or when it was sent before; raises _NotTaken."""
        key, offer = key_of(fields), parcel.offer(fields.get("action", ""))
        if key is not None and (before := parcel.event_of(key)) is not None:
            return before
        if key is None or offer is None:
            raise _NotTaken("orders.trouble_changed", HTTPStatus.CONFLICT)
        try:
            return await self._tell(parcel, wish_of(offer, fields, key=key))
        except NotYet as error:
            faults = error.faults
            raise _NotTaken("orders.trouble_faults", HTTPStatus.UNPROCESSABLE_ENTITY, faults) from error
        except Refused as error:
            raise _NotTaken("orders.trouble_refused", HTTPStatus.CONFLICT) from error
        except IngestAway as error:
            raise _NotTaken("orders.trouble_away", HTTPStatus.SERVICE_UNAVAILABLE) from error

    async def _tell(self, parcel: Parcel, wish: Wish) -> str:
        return await self.teller.tell(
            parcel.view["shipment"],
            wish.command,
            wish.body,
            idempotency_key=wish.key,
            merchant=parcel.view["merchant"],
        )

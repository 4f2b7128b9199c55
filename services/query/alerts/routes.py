"""The route of alerts."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final

import orjson
from fastapi import FastAPI, Query, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from schemas.alert import Alert
from schemas.topics import topics
from schemas.vocabulary import AlertKind
from services.query.access.secret import signer_of
from services.query.alerts.feeding import Feeder
from services.query.alerts.listing import PURPOSE, BadCursor, WantedAlerts, list_alerts
from services.query.caller import Reader
from services.query.parts import Parts
from services.runtime.clock import WallClock
from services.runtime.http_problems import Problem

_YEARS: Final = range(1970, 10_000)


def _text(text: str) -> str:
    if "\x00" in text:
        raise ValueError("NUL in text")
    return text


def _of_our_time(moment: datetime) -> datetime:
    try:
        utc = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("an instant outside the calendar") from error
    if utc.year not in _YEARS:
        raise ValueError("an instant before 1970")
    return utc


Text = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_text)]


class AlertParameters(BaseModel):
    """Of a repeated parameter any one value, of all parameters each must hold."""

    model_config = ConfigDict(extra="forbid")

    kind: list[AlertKind] = Field([], max_length=50)
    shipment: Text | None = None
    order_id: Text | None = None
    customer_id: Text | None = None
    merchant: Text | None = Field(None, description="the house may look as one tenant")
    since: Annotated[AwareDatetime, AfterValidator(_of_our_time)] | None = Field(
        None, description="told at this instant or later, RFC 3339"
    )
    limit: int = Field(50, ge=1, le=200)
    cursor: Text | None = None


class ToldAlert(Alert):
    """An alert, and when it was told."""

    told_at: str


class AlertsPage(BaseModel):
    """One page of alerts, the newest first; `next` is the cursor of the page behind it."""

    items: list[ToldAlert]
    next: str | None


def add_to(app: FastAPI, parts: Parts) -> None:
    """Add the route, and what copies the topic beside it."""
    settings = parts.settings
    topic = topics(prefix=settings.topic_prefix, partitions=settings.partitions).alerts.name
    feeder = Feeder(settings.database_url, settings.kafka, topic, clock=WallClock())
    parts.alongside.append(feeder.running)
    parts.health.add_check("alerts", feeder.trouble)

    @app.get("/v1/alerts", response_model=AlertsPage, summary="Alerts as they were told")
    async def alerts(asked: Annotated[AlertParameters, Query()], caller: Reader) -> Response:
        """The newest first; 90 days are kept."""
        wanted = WantedAlerts(
            kind=tuple(kind.value for kind in asked.kind),
            shipment=asked.shipment,
            order_id=asked.order_id,
            customer_id=asked.customer_id,
            merchant=caller.merchant or asked.merchant,
            since=asked.since,
        )
        secret = signer_of(settings).key(PURPOSE)
        try:
            async with parts.store.latest() as snapshot:
                page = await list_alerts(
                    snapshot, wanted, limit=asked.limit, cursor=asked.cursor, secret=secret
                )
        except BadCursor as error:
            raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from error
        return _answer(page.items, page.next)


def _answer(items: list[dict[str, object]], upcoming: str | None) -> Response:
    body = orjson.dumps({"items": items, "next": upcoming})
    headers = {"Cache-Control": "private, no-cache"}
    return Response(body, headers=headers, media_type="application/json")

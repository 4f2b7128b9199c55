"""What the routes of shipments and orders answer with, for the OpenAPI document."""

from typing import Any

from pydantic import BaseModel, Field

from schemas.status import ShipmentView


class TimelineEntry(BaseModel):
    """One event of a shipment; personal data is named in `sealed`, not shown."""

    event_id: str
    type: str
    occurred_at: str | None
    occurred_local: str | None
    utc_offset: str | None
    tz_confidence: str | None
    time_precision: str | None
    order_hint: int | None
    source: dict[str, Any]
    raw: dict[str, Any] | None
    mapping_version: int | None
    recorded_at: str
    data: dict[str, Any]
    sealed: list[str]
    changes: list[str]


class ShipmentWithTimeline(ShipmentView):
    """A shipment and all its events, oldest first."""

    timeline: list[TimelineEntry]


class ShipmentPage(BaseModel):
    """One page of a list; `next` is the cursor of the page behind it."""

    items: list[ShipmentView]
    next: str | None
    total: int | None = Field(None, description="only with `count=true`; 10001: more than 10,000")


class OrderView(BaseModel):
    """An order and its parcels, the state of all of them in one."""

    order_id: str
    merchant: str | None
    customer_id: str | None
    status: str = Field(
        description="`exception` if any parcel is in one; the parcels' status where all agree; "
        "`partly_delivered` where some have arrived; else that of the one least far"
    )
    expected: str | None = Field(description="when the last parcel still on its way is expected")
    delivered_at: str | None = Field(description="when the last parcel arrived, once all have")
    parcels: list[ShipmentView]
    more: bool = Field(description="whether there are more than the 1,000 parcels that are told")

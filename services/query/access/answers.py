"""What the access routes take and answer."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field, StringConstraints

from services.query.access.links import Link

_A_YEAR_S: Final = 31_536_000
_A_MONTH_S: Final = 2_592_000
_A_WEEK_S: Final = 604_800

Name = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00]*$")]
Seconds = Annotated[int, Field(ge=60, le=_A_YEAR_S)]
ShipmentKey = Annotated[str, Query(max_length=97, pattern=r"^[^\x00]*$")]


class LinkWanted(BaseModel):
    """For how many seconds the link opens the shipment; 30 days unless said."""

    model_config = {"extra": "forbid"}

    expires_in: Seconds = _A_MONTH_S


class LinkAnswer(BaseModel):
    """A link as it is listed; the token itself is never told again."""

    link_id: UUID
    shipment: str
    merchant: str | None
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class LinkMade(LinkAnswer):
    """A new link: `url` is to be given to the customer, and told this once."""

    url: str
    token: str


class LinkList(BaseModel):
    """Links, newest first."""

    items: list[LinkAnswer]


class SignInWanted(BaseModel):
    """Who is to be signed in; `merchant` is the caller's own unless the house asks. 7 days unless said."""

    model_config = {"extra": "forbid"}

    customer_id: Name
    merchant: Name | None = None
    expires_in: Seconds = _A_WEEK_S


class SignInMade(BaseModel):
    """`url` signs in whoever opens it, as often as it is opened, until `expires_at`."""

    url: str
    expires_at: datetime


class SignInSecret(BaseModel):
    """What tokens of the merchant's own are signed with (docs/sign-in.md)."""

    key_id: UUID
    secret: str


def listed_link(link: Link) -> LinkAnswer:
    """The link as it is listed."""
    return LinkAnswer(
        link_id=UUID(link.link_id),
        shipment=link.shipment,
        merchant=link.merchant,
        created_by=link.created_by,
        created_at=link.created_at,
        expires_at=link.expires_at,
        revoked_at=link.revoked_at,
    )

"""Links that grant one shipment: a token of 128 bits, kept as its hash, that ends and can be taken back."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Final
from uuid import UUID, uuid4

from services.query.store import ReadStore
from services.runtime.http_auth import Principal, Role
from services.runtime.postgres import load_queries

QUERIES: Final = load_queries(files("services.query.access").joinpath("links.sql").read_text())
_TOKEN_BYTES: Final = 16
_TOKEN_LENGTH: Final = 22
MOST_LISTED: Final = 1000


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token opens: one shipment, as its maker's tenant sees it."""

    shipment: str
    merchant: str | None
    expires_at: datetime

    @property
    def caller(self) -> Principal:
        """Who the reader is for the read model."""
        return Principal("link", Role.READER, merchant=self.merchant)


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is listed: never its token."""

    link_id: str
    shipment: str
    merchant: str | None
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Links:
    """Links in PostgreSQL; every call raises StoreAway."""

    store: ReadStore

    async def make(
        self, shipment: str, maker: Principal, *, now: datetime, lasts: timedelta
    ) -> tuple[str, Link]:
        """A new link and its token, which is told once."""
        token, link_id = secrets.token_urlsafe(_TOKEN_BYTES), str(uuid4())
        link = Link(link_id, shipment, maker.merchant, maker.name, now, now + lasts, None)
        async with self.store.latest() as snapshot:
            await snapshot.conn.execute(
                QUERIES.get("make"),
                {
                    "token_sha256": _sha256(token),
                    "link_id": link_id,
                    "shipment": shipment,
                    "merchant": maker.merchant,
                    "created_by": maker.name,
                    "now": now,
                    "expires_at": link.expires_at,
                },
            )
        return token, link

    async def grant_of(self, token: str, *, now: datetime) -> Grant | None:
        """What the token opens now; None for a token that is none, is over or was taken back."""
        if len(token) != _TOKEN_LENGTH or not token.isascii():
            return None
        async with self.store.latest() as snapshot:
            row = await snapshot.row(QUERIES, "grant_of", {"token_sha256": _sha256(token), "now": now})
        return None if row is None else Grant(*row)

    async def listed(
        self, caller: Principal, *, shipment: str | None = None, link_id: UUID | None = None
    ) -> list[Link]:
        """The links that the caller's tenant made, newest first; of the house all."""
        values = {
            "merchant": caller.merchant,
            "shipment": shipment,
            "link_id": link_id,
            "limit": MOST_LISTED,
        }
        async with self.store.latest() as snapshot:
            return [Link(*row) for row in await snapshot.rows(QUERIES, "list", values)]

    async def revoke(self, link_id: UUID, caller: Principal, *, now: datetime) -> bool:
        """Take a link back; False where the caller's tenant has none of that id."""
        values = {"link_id": link_id, "merchant": caller.merchant, "now": now}
        async with self.store.latest() as snapshot:
            return await snapshot.row(QUERIES, "revoke", values) is not None


def _sha256(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()

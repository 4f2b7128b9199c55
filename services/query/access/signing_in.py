"""Proofs that somebody is a merchant's customer: our own signed link, or a token the merchant made itself.

Both are described for merchants in `docs/sign-in.md`.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from services.query.access.links import QUERIES
from services.query.access.signing import Signer
from services.query.access.visitor import Visitor
from services.query.store import ReadStore
from services.runtime.http_auth import Role

PURPOSE: Final = "sign-in"
MERCHANT_PURPOSE: Final = "merchant token"
LONGEST_MERCHANT_TOKEN: Final = timedelta(hours=1)
_LONGEST: Final = 2048
_LONGEST_NAME: Final = 256
_TOKEN: Final = re.compile(
    r"v1\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]+)\.([0-9a-f]{64})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Reads proofs."""

    signer: Signer
    store: ReadStore

    def token(self, visitor: Visitor, *, until_ms: int) -> str:
        """What a link of ours carries."""
        members = {"merchant": visitor.merchant, "customer_id": visitor.customer_id}
        return self.signer.sign(PURPOSE, members, until_ms=until_ms)

    def merchant_secret(self, key_id: str) -> str:
        """What the holder of an API key signs with; it lives and ends with the key."""
        return hmac.digest(self.signer.key(MERCHANT_PURPOSE), key_id.encode(), hashlib.sha256).hex()

    async def visitor(self, token: str, *, now_ms: int) -> Visitor | None:
        """Whom the token signs in; None for one that proves nothing. Raises StoreAway."""
        if len(token) > _LONGEST:
            return None
        if (merchant_token := _TOKEN.fullmatch(token)) is not None:
            return await self._of_merchant(*merchant_token.groups(), now_ms=now_ms)
        members = self.signer.read(PURPOSE, token, now_ms=now_ms)
        return None if members is None else Visitor(members["merchant"], members["customer_id"])

    async def _of_merchant(self, key_id: str, payload: str, mark: str, *, now_ms: int) -> Visitor | None:
        secret = self.merchant_secret(key_id).encode()
        expected = hmac.digest(secret, f"v1.{key_id}.{payload}".encode(), hashlib.sha256).hex()
        if not hmac.compare_digest(expected, mark):
            return None
        async with self.store.latest() as snapshot:
            row = await snapshot.row(QUERIES, "key_by_id", {"key_id": UUID(key_id)})
        if row is None or Role[row[1].upper()] < Role.WRITER:
            return None
        return _visitor(_members(payload), row[2], now_ms=now_ms)


def _members(payload: str) -> Any:
    try:
        return orjson.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError:
        return None


def _visitor(members: Any, merchant: str | None, *, now_ms: int) -> Visitor | None:
    """Of a key of the house the token says the merchant itself; a tenant's key speaks for the tenant only."""
    if not isinstance(members, dict):
        return None
    customer_id, until = members.get("customer_id"), members.get("exp")
    told = members.get("merchant", merchant)
    if not isinstance(customer_id, str) or not _is_name(customer_id) or type(until) is not int:
        return None
    if told is not None and not _is_name(told):
        return None
    if merchant is not None and told != merchant:
        return None
    left_ms = until * 1000 - now_ms
    if not 0 < left_ms <= LONGEST_MERCHANT_TOKEN / timedelta(milliseconds=1):
        return None
    return Visitor(told, customer_id)


def _is_name(text: Any) -> bool:
    return isinstance(text, str) and 1 <= len(text) <= _LONGEST_NAME and "\x00" not in text

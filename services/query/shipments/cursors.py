"""Where a list goes on: signed, bound to what was asked, worth nothing for another list."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

import orjson

from services.query.shipments.wanted import Wanted
from services.runtime.http_auth import Principal

_MAC_BYTES: Final = 16
PURPOSE: Final = "list cursors"


class BadCursor(ValueError):
    """The cursor was not given out by us, or for another list."""


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which shipment a page begins; `key` is its value of the sort, None where it has none."""

    key: str | None
    shipment: str


class Cursors:
    """Makes and reads cursors; `secret` is used for nothing else."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def give(self, place: Place, wanted: Wanted, caller: Principal) -> str:
        """The cursor of that place in that list."""
        body = orjson.dumps([place.key, place.shipment])
        return urlsafe_b64encode(self._mac(body, wanted, caller) + body).rstrip(b"=").decode()

    def read(self, text: str, wanted: Wanted, caller: Principal) -> Place:
        """The place; raises BadCursor."""
        try:
            told = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        except ValueError as error:
            raise BadCursor("the cursor is not one of ours") from error
        mac, body = told[:_MAC_BYTES], told[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(body, wanted, caller)):
            raise BadCursor("the cursor is not one of ours, or of another list")
        key, shipment = orjson.loads(body)
        return Place(key, shipment)

    def _mac(self, body: bytes, wanted: Wanted, caller: Principal) -> bytes:
        asked = wanted.members() | {"cursor": None, "limit": 0, "counted": False, "caller": caller.merchant}
        told = hashlib.sha256(orjson.dumps(asked, default=str, option=orjson.OPT_SORT_KEYS)).digest()
        return hmac.digest(self._secret, told + body, "sha256")[:_MAC_BYTES]

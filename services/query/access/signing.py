"""Signed tokens: who made them, for what, until when; nothing in them can be changed."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

_LONGEST: Final = 4096


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with keys of their own for every purpose, all derived from one secret."""

    secret: bytes = field(repr=False)

    def key(self, purpose: str) -> bytes:
        """The key for one purpose: a token made for another does not pass."""
        return hmac.digest(self.secret, b"shiplog " + purpose.encode(), hashlib.sha256)

    def sign(self, purpose: str, members: dict[str, Any], *, until_ms: int) -> str:
        """A token that says `members` until an instant; letters, digits, `-`, `_` and one dot."""
        body = _text(orjson.dumps(members | {"until": until_ms}))
        return f"{body}.{_text(self._mark(purpose, body))}"

    def read(self, purpose: str, token: str, *, now_ms: int) -> dict[str, Any] | None:
        """What the token says; None when it is not ours, was made for another purpose, or is over."""
        body, _, mark = token.partition(".")
        if len(token) > _LONGEST or not token.isascii():
            return None
        if not hmac.compare_digest(_text(self._mark(purpose, body)), mark):
            return None
        members: dict[str, Any] = orjson.loads(_bytes(body))
        return members if members.pop("until") > now_ms else None

    def _mark(self, purpose: str, body: str) -> bytes:
        return hmac.digest(self.key(purpose), body.encode(), hashlib.sha256)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))

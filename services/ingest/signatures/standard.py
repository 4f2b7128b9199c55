"""Standard Webhooks 1.0: HMAC `v1` and ed25519 `v1a` over id, timestamp and body, several at a time.

Source: "Standard Webhooks" specification, version 1.0.0. A secret is `whsec_<base64>`, a public key
`whpk_<base64>`; while keys are rotated, several accounts' secrets may match, the first one counts.
"""

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.ingest.carrier import SignatureInvalid, Verified, WebhookRequest

TOLERANCE_S: Final = 300
SCHEME: Final = "Standard Webhooks 1.0 (HMAC v1, ed25519 v1a)"
_SECRET: Final = "whsec_"
_PUBLIC: Final = "whpk_"


def standard_webhook(request: WebhookRequest, *, prefix: str = "webhook") -> Verified:
    """The account that signed the request within the last 300 s (or the next); raises SignatureInvalid.

    `prefix` begins the names of its three headers.
    """
    sent, stamp, signatures = (request.headers.get(f"{prefix}-{n}") for n in ("id", "timestamp", "signature"))
    if not sent or not stamp or not signatures:
        raise SignatureInvalid(f"{prefix}-id, {prefix}-timestamp and {prefix}-signature are needed")
    _check_age(stamp, now_ms=request.now_ms)
    signed = f"{sent}.{stamp}.".encode() + request.body
    given = signatures.split()
    for account, secret in request.secrets.items():
        if any(_matches(secret, signed, each) for each in given):
            return Verified(account)
    raise SignatureInvalid("the signature is no account's")


def _check_age(stamp: str, *, now_ms: int) -> None:
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        raise SignatureInvalid("the timestamp is no number of seconds")
    if abs(now_ms / 1000 - int(stamp)) > TOLERANCE_S:
        raise SignatureInvalid(f"the timestamp is more than {TOLERANCE_S} s away")


def _matches(secret: str, signed: bytes, given: str) -> bool:
    version, _, digits = given.partition(",")
    if version == "v1" and not secret.startswith(_PUBLIC):
        return any(hmac.compare_digest(each, digits.encode()) for each in _digests(secret, signed))
    if version == "v1a" and secret.startswith(_PUBLIC):
        return _signed_by(secret.removeprefix(_PUBLIC), signed, digits)
    return False


def _digests(secret: str, signed: bytes) -> Iterator[bytes]:
    if key := _decoded(secret.removeprefix(_SECRET)):
        yield b64encode(hmac.digest(key, signed, hashlib.sha256))


def _signed_by(public: str, signed: bytes, digits: str) -> bool:
    key, signature = _decoded(public), _decoded(digits)
    if key is None or signature is None or len(key) != 32:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _decoded(digits: str) -> bytes | None:
    try:
        return b64decode(digits.encode(), validate=True)
    except binascii.Error:
        return None

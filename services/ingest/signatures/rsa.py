"""RSA-SHA256 over timestamp and body, as ShipEngine signs its webhooks.

Source: ShipStation API (formerly ShipEngine), guide "Webhook Validation". An account's secret is the
public key: in PEM, or a JSON Web Key (set) as ShipEngine publishes it, of which the named key counts.
"""

import binascii
import json
from base64 import b64decode, urlsafe_b64decode
from datetime import datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from schemas.instants import instant_text
from services.ingest.carrier import SignatureInvalid, Verified, WebhookRequest
from services.ingest.reading.times import iso

TOLERANCE_S: Final = 300
SCHEME: Final = "RSA-SHA256 of timestamp and body"


def rsa_signature(request: WebhookRequest, *, prefix: str = "x-shipengine") -> Verified:
    """The account whose public key signed the request within the last 300 s; raises SignatureInvalid."""
    headers = request.headers
    signature = headers.get(f"{prefix}-rsa-sha256-signature")
    stamp = headers.get(f"{prefix}-timestamp")
    if not signature or not stamp:
        raise SignatureInvalid(f"{prefix}-rsa-sha256-signature and {prefix}-timestamp are needed")
    _check_age(stamp, now_ms=request.now_ms)
    signed = f"{stamp}.".encode() + request.body
    for account, secret in request.secrets.items():
        key = _public_key(secret, named=headers.get(f"{prefix}-rsa-sha256-key-id"))
        if key is not None and _signed_by(key, signed, signature):
            return Verified(account)
    raise SignatureInvalid("the signature is no account's")


def _check_age(stamp: str, *, now_ms: int) -> None:
    written = iso(stamp).text
    if written is None or "T" not in written:
        raise SignatureInvalid("the timestamp is no time")
    told = datetime.fromisoformat(written)
    now = datetime.fromisoformat(instant_text(now_ms))
    if told.tzinfo is None or abs((now - told).total_seconds()) > TOLERANCE_S:
        raise SignatureInvalid(f"the timestamp is more than {TOLERANCE_S} s away")


def _signed_by(key: RSAPublicKey, signed: bytes, signature: str) -> bool:
    try:
        key.verify(b64decode(signature.encode(), validate=True), signed, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error):
        return False
    return True


def _public_key(secret: str, *, named: str | None) -> RSAPublicKey | None:
    """The key an account's secret holds, None where it holds none of that name."""
    if secret.lstrip().startswith("{"):
        return _of_jwk(secret, named)
    try:
        key = load_pem_public_key(secret.encode())
    except ValueError:
        return None
    return key if isinstance(key, RSAPublicKey) else None


def _of_jwk(secret: str, named: str | None) -> RSAPublicKey | None:
    try:
        told: Any = json.loads(secret)
        listed = told.get("keys", [told])
        (jwk,) = [each for each in listed if len(listed) == 1 or each.get("kid") == named]
        return RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"])).public_key()
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _number(digits: str) -> int:
    return int.from_bytes(urlsafe_b64decode(digits + "=" * (-len(digits) % 4)), "big")

"""An HMAC of the body in a header: what most carriers sign with, and ours for those that name no scheme."""

import hashlib
import hmac
from base64 import b64encode
from typing import Final, Literal

from services.ingest.carrier import SignatureInvalid, Verified, WebhookRequest

OWN_HEADER: Final = "x-shiplog-signature"
"""Where a carrier without a scheme of its own is told to put the HMAC-SHA256 of the body, in hex."""
OWN_SCHEME: Final = "HMAC-SHA256 of the body, hex, in X-Shiplog-Signature"

Encoding = Literal["hex", "base64"]


def hmac_header(
    request: WebhookRequest,
    *,
    header: str = OWN_HEADER,
    algorithm: str = "sha256",
    encoding: Encoding = "hex",
    prefix: str = "",
    signed: bytes | None = None,
) -> Verified:
    """The account whose secret signed the body, or `signed` instead of it; raises SignatureInvalid.

    `header` is in lower case; `prefix` is what stands before the digest in it, as `sha256=`.
    """
    given = request.headers.get(header)
    if given is None:
        raise SignatureInvalid(f"no {header}")
    return matching(
        request, given.strip().removeprefix(prefix), signed=signed, algorithm=algorithm, encoding=encoding
    )


def matching(
    request: WebhookRequest,
    given: str,
    *,
    signed: bytes | None = None,
    algorithm: str = "sha256",
    encoding: Encoding = "hex",
) -> Verified:
    """The account whose secret makes the digest `given`; raises SignatureInvalid."""
    body = request.body if signed is None else signed
    # hex digits have no case; the digits of base64 do
    wanted = (given.lower() if encoding == "hex" else given).encode()
    for account, secret in request.secrets.items():
        digest = hmac.digest(secret.encode(), body, getattr(hashlib, algorithm))
        expected = digest.hex().encode() if encoding == "hex" else b64encode(digest)
        if secret and hmac.compare_digest(expected, wanted):
            return Verified(account)
    raise SignatureInvalid("the signature is no account's")

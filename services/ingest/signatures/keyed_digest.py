"""The SHA-256 of the body, a slash and the key, as 17TRACK signs its webhooks.

Source: 17TRACK Tracking API v2.4, "Webhook", header `sign` (2025).
"""

import hashlib
import hmac
from typing import Final

from services.ingest.carrier import SignatureInvalid, Verified, WebhookRequest

SCHEME: Final = "SHA-256 of body, slash and key, hex, in sign"


def keyed_digest(request: WebhookRequest, *, header: str = "sign") -> Verified:
    """The account whose key makes the digest in the header; raises SignatureInvalid."""
    given = request.headers.get(header)
    if given is None:
        raise SignatureInvalid(f"no {header}")
    wanted = given.strip().lower().encode()
    for account, secret in request.secrets.items():
        digest = hashlib.sha256(request.body + b"/" + secret.encode()).hexdigest()
        if secret and hmac.compare_digest(digest.encode(), wanted):
            return Verified(account)
    raise SignatureInvalid("the signature is no account's")

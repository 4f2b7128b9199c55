"""EasyPost's two signatures: an HMAC-SHA256 of the body, or of time, method, path and body.

Source: EasyPost API reference, "Webhooks"; support article "Webhook HMAC Validation" (both versions).
"""

import unicodedata
from dataclasses import replace
from typing import Final

from services.ingest.carrier import SignatureInvalid, Verified, WebhookRequest
from services.ingest.signatures.plain import matching

SCHEME: Final = (
    "HMAC-SHA256, hex: X-Hmac-Signature-V2 (time, method, path and body) or X-Hmac-Signature (body)"
)
_PREFIX: Final = "hmac-sha256-hex="


def easypost_signature(request: WebhookRequest) -> Verified:
    """The account whose secret signed the request; raises SignatureInvalid.

    Where both signatures stand, the second version is the one that counts. Its timestamp is signed
    but not compared with a clock: a request played again gives the same events.
    """
    headers = request.headers
    signature = headers.get("x-hmac-signature-v2")
    if signature is not None:
        path = headers.get("x-path", request.path)
        signed = f"{headers.get('x-timestamp', '')}{request.method.upper()}{path}".encode() + request.body
    else:
        signature, signed = headers.get("x-hmac-signature"), request.body
    if signature is None:
        raise SignatureInvalid("no X-Hmac-Signature")
    secrets = {account: unicodedata.normalize("NFKD", each) for account, each in request.secrets.items()}
    given = signature.strip().removeprefix(_PREFIX)
    return matching(replace(request, secrets=secrets), given, signed=signed)

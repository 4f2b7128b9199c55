"""`t=<seconds>,v1=<hex>`: an HMAC-SHA256 over timestamp, dot and body, as Shippo signs its webhooks.

Source: Shippo API documentation, "Webhook security", `Shippo-Auth-Signature` (2025). The timestamp is
signed but not compared with a clock: Shippo names no tolerance, and what is played again gives the same
events.
"""

from typing import Final

from services.ingest.carrier import SignatureInvalid, Verified, WebhookRequest
from services.ingest.signatures.plain import matching

SCHEME: Final = "HMAC-SHA256 of timestamp and body, hex, in Shippo-Auth-Signature"


def timestamped_hmac(request: WebhookRequest, *, header: str) -> Verified:
    """The account whose secret signed the timestamp and the body; raises SignatureInvalid."""
    given = request.headers.get(header)
    if given is None:
        raise SignatureInvalid(f"no {header}")
    parts = dict(part.strip().partition("=")[::2] for part in given.split(","))
    if not parts.get("t") or not parts.get("v1"):
        raise SignatureInvalid(f"{header} needs t and v1")
    return matching(request, parts["v1"], signed=f"{parts['t']}.".encode() + request.body)

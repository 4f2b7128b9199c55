"""A secret word in a header: it proves who sends, and nothing about what was sent."""

import hmac

from services.ingest.carrier import SignatureInvalid, Verified, WebhookRequest


def bearer(request: WebhookRequest, *, header: str = "authorization", scheme: str = "Bearer") -> Verified:
    """The account whose secret stands in the header, after `scheme` if any; raises SignatureInvalid."""
    given = request.headers.get(header)
    if given is None:
        raise SignatureInvalid(f"no {header}")
    return holder(request, _word(given, scheme))


def holder(request: WebhookRequest, given: str) -> Verified:
    """The account whose secret is `given`; raises SignatureInvalid."""
    for account, secret in request.secrets.items():
        if secret and hmac.compare_digest(secret.encode(), given.encode()):
            return Verified(account, trust="bearer")
    raise SignatureInvalid("the credential is no account's")


def _word(given: str, scheme: str) -> str:
    if not scheme:
        return given.strip()
    first, _, rest = given.strip().partition(" ")
    if first.lower() != scheme.lower():
        raise SignatureInvalid(f"no {scheme} credential")
    return rest.strip()

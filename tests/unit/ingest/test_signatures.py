"""Proofs of who sent a request: each scheme by a vector made elsewhere, and whatever is near it refused."""

import json
from base64 import b64encode, urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.ingest.carrier import SignatureInvalid, Verified, WebhookRequest
from services.ingest.signatures.bearer import bearer
from services.ingest.signatures.plain import hmac_header
from services.ingest.signatures.rsa import rsa_signature
from services.ingest.signatures.standard import standard_webhook

BODY = b'{"test": 2432232314}'
NOW_S = 1_614_265_330


def request(
    headers: dict[str, str], secrets: dict[str, str], *, body: bytes = BODY, now_s: float = NOW_S
) -> WebhookRequest:
    return WebhookRequest(
        method="POST", path="/", headers=headers, body=body, secrets=secrets, now_ms=int(now_s * 1000)
    )


# printf '%s' '{"test": 2432232314}' | openssl dgst -sha256 -hmac first (and -binary | base64; and -sha1)
HEX = "c91f844d0029034d198b45d58703f8e7c3169f903d5ed5ccbf2487c044e2a2dd"
BASE64 = "yR+ETQApA00Zi0XVhwP458MWn5A9XtXMvySHwETiot0="
SHA1 = "42ee392931fd1c738e2c011238b835583ed9172b"


def test_a_plain_hmac_is_hex_or_base64_of_any_algorithm() -> None:
    secrets = {"one": "other", "two": "first"}

    def proved(given: str, **how: str) -> Verified:
        return hmac_header(request({"x-sign": given}, secrets), header="x-sign", **how)  # type: ignore[arg-type]

    assert proved(HEX) == proved(HEX.upper()) == Verified("two", trust="signed_body")
    assert proved(f"sha256={HEX}", prefix="sha256=").account == "two"
    assert proved(BASE64, encoding="base64").account == "two"
    assert proved(SHA1, algorithm="sha1").account == "two"


def test_our_own_header_is_for_carriers_without_a_scheme() -> None:
    assert hmac_header(request({"x-shiplog-signature": HEX}, {"one": "first"})).account == "one"


@pytest.mark.parametrize(
    ("given", "secrets"),
    [
        (None, {"one": "first"}),
        ("", {"one": "first"}),
        (HEX[:-1], {"one": "first"}),
        ("\u00e9", {"one": "first"}),
        (HEX, {"one": "second"}),
        (HEX, {}),
        # openssl dgst -sha256 -hmac '' of the same body: an empty secret proves nothing
        ("32c93a80a9e05b9437fa062d6d15f310d9484ac0dd823f522f55874f31472efc", {"one": ""}),
    ],
    ids=["no header", "empty", "cut", "no hex", "another secret", "no secret", "an empty secret"],
)
def test_a_wrong_hmac_is_refused(given: str | None, secrets: dict[str, str]) -> None:
    headers = {} if given is None else {"x-shiplog-signature": given}

    with pytest.raises(SignatureInvalid):
        hmac_header(request(headers, secrets))


def test_a_bearer_proves_who_sends_and_is_trusted_less() -> None:
    secrets = {"one": "word", "two": "other word"}

    assert bearer(request({"authorization": "Bearer word"}, secrets)) == Verified("one", trust="bearer")
    assert bearer(request({"authorization": "bearer other word"}, secrets)).account == "two"
    assert bearer(request({"credential": "word"}, secrets), header="credential", scheme="").account == "one"


@pytest.mark.parametrize(
    "given", [None, "", "word", "Basic word", "Bearer", "Bearer ", "Bearer wor", "Bearer é"]
)
def test_a_wrong_bearer_is_refused(given: str | None) -> None:
    headers = {} if given is None else {"authorization": given}

    with pytest.raises(SignatureInvalid):
        bearer(request(headers, {"one": "word", "two": ""}))


# the example of the Standard Webhooks specification's reference libraries
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SENT = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def test_a_standard_webhook_is_proved_by_hmac_also_while_secrets_rotate() -> None:
    old = "whsec_" + b64encode(b"0" * 24).decode()
    several = SENT | {"webhook-signature": f"v1,AAAA v2,x {SENT['webhook-signature']}"}

    assert standard_webhook(request(SENT, {"main": SECRET})) == Verified("main")
    assert (
        standard_webhook(request(SENT, {"old": old, "new": SECRET.removeprefix("whsec_")})).account == "new"
    )
    assert standard_webhook(request(several, {"main": SECRET})).account == "main"


def test_a_standard_webhook_is_proved_by_ed25519() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = "whpk_" + b64encode(key.public_key().public_bytes_raw()).decode()
    signed = f"{SENT['webhook-id']}.{SENT['webhook-timestamp']}.".encode() + BODY
    headers = SENT | {"webhook-signature": "v1a," + b64encode(key.sign(signed)).decode()}

    assert standard_webhook(request(headers, {"hmac": SECRET, "main": public})).account == "main"
    with pytest.raises(SignatureInvalid):
        standard_webhook(request(headers, {"main": public}, body=BODY + b" "))
    with pytest.raises(SignatureInvalid):
        standard_webhook(request(SENT | {"webhook-signature": "v1a,AAAA"}, {"main": public}))


def test_a_public_key_is_no_secret_to_sign_with() -> None:
    # whoever knows the public key could make such an HMAC
    public = "whpk_" + SECRET.removeprefix("whsec_")

    with pytest.raises(SignatureInvalid):
        standard_webhook(request(SENT, {"main": public}))


@pytest.mark.parametrize("seconds", [-300, 300])
def test_a_standard_webhook_is_taken_up_to_300_seconds_away(seconds: int) -> None:
    assert standard_webhook(request(SENT, {"main": SECRET}, now_s=NOW_S + seconds)).account == "main"
    with pytest.raises(SignatureInvalid):
        standard_webhook(request(SENT, {"main": SECRET}, now_s=NOW_S + seconds * 1.01))


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "msg_other"},
        {"webhook-id": ""},
        {"webhook-timestamp": "1614265331"},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": "\u0661"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,é"},
        {"webhook-signature": SENT["webhook-signature"].replace("v1", "v2")},
    ],
)
def test_a_wrong_standard_webhook_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(SignatureInvalid):
        standard_webhook(request(SENT | changed, {"main": SECRET, "broken": "whsec_?", "public": "whpk_?"}))


STAMP = "2021-02-25T15:02:10Z"


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def signed(key: RSAPrivateKey, *, stamp: str = STAMP) -> dict[str, str]:
    signature = key.sign(f"{stamp}.".encode() + BODY, PKCS1v15(), SHA256())
    return {
        "x-shipengine-rsa-sha256-key-id": "k2",
        "x-shipengine-rsa-sha256-signature": b64encode(signature).decode(),
        "x-shipengine-timestamp": stamp,
    }


def jwk(key: RSAPrivateKey, kid: str) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    parts = {"n": numbers.n.to_bytes(256, "big"), "e": numbers.e.to_bytes(3, "big")}
    return {"kty": "RSA", "kid": kid} | {
        name: urlsafe_b64encode(part).decode().rstrip("=") for name, part in parts.items()
    }


def test_an_rsa_signature_is_proved_by_a_key_in_pem_or_as_published(key: RSAPrivateKey) -> None:
    other = generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    keys = json.dumps({"keys": [jwk(other, "k1"), jwk(key, "k2")]})
    headers = signed(key)

    for secret in (pem, json.dumps(jwk(key, "k2")), keys):
        assert rsa_signature(request(headers, {"no": "no key", "main": secret})) == Verified("main")
    for secret in (
        json.dumps({"keys": [jwk(other, "k2")]}),
        "{",
        "{}",
        '{"keys":7}',
        '{"kid":"k2","n":"","e":""}',
    ):
        with pytest.raises(SignatureInvalid):
            rsa_signature(request(headers, {"main": secret}))


@pytest.mark.parametrize(
    "changed",
    [
        {"x-shipengine-timestamp": "2021-02-25T15:02:11Z"},
        {"x-shipengine-timestamp": "2021-02-25"},
        {"x-shipengine-timestamp": "2021-02-25T15:02:10"},
        {"x-shipengine-timestamp": ""},
        {"x-shipengine-rsa-sha256-signature": "AAAA"},
        {"x-shipengine-rsa-sha256-signature": "?"},
        {"x-shipengine-rsa-sha256-signature": ""},
    ],
)
def test_a_wrong_rsa_signature_is_refused(key: RSAPrivateKey, changed: dict[str, str]) -> None:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    with pytest.raises(SignatureInvalid):
        rsa_signature(request(signed(key) | changed, {"main": pem}))


def test_an_rsa_signature_of_long_ago_is_refused(key: RSAPrivateKey) -> None:
    secrets = {"main": json.dumps(jwk(key, "k2"))}

    assert rsa_signature(request(signed(key), secrets, now_s=NOW_S + 300)).account == "main"
    with pytest.raises(SignatureInvalid):
        rsa_signature(request(signed(key), secrets, now_s=NOW_S + 301))

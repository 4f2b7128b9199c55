"""Personal data is sealed before it is logged: AES-256-GCM under a key per data subject.

The nonce is derived from what is sealed, so that an event sent again is the same bytes (and so one
version, rule R15); the price is that equal plaintexts of one subject and field can be told to be equal.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.ids import SEALED_FIELDS, canonical_json

Json = dict[str, Any]

_NONCE_BYTES: Final = 12
_LONGEST_NAME: Final = 256
_NONCE_KEY: Final = b"shiplog sealing nonce"


class KeysAway(Exception):
    """The key of a data subject cannot be had now; the same work may succeed later."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one data subject: 32 bytes."""

    key_id: str
    key: bytes = field(repr=False)


class Keys(Protocol):
    """Where data keys come from."""

    def keys_for(self, subjects: Collection[str]) -> Mapping[str, DataKey]:
        """The key of each subject, made where there was none; raises KeysAway."""
        ...


def subject_of(envelope: Mapping[str, Any]) -> str | None:
    """Whose key seals what is personal: the customer's, else the shipment's; None when nothing is."""
    data = envelope["data"]
    if SEALED_FIELDS.isdisjoint(data):
        return None
    customer = data.get("customer_id")
    if not customer:
        return f"shipment:{envelope['shipment']}"
    if len(customer) > _LONGEST_NAME:
        # the column is indexed, and an index entry has a limit
        return f"customer-sha256:{hashlib.sha256(customer.encode()).hexdigest()}"
    return f"customer:{customer}"


def sealed_envelopes(envelopes: list[Json], *, keys: Keys) -> list[Json]:
    """The same envelopes, nothing personal in them readable; raises KeysAway."""
    subjects = [subject_of(envelope) for envelope in envelopes]
    wanted = {subject for subject in subjects if subject is not None}
    if not wanted:
        return envelopes
    known = keys.keys_for(wanted)
    return [
        envelope if subject is None else envelope | {"data": _sealed_data(envelope["data"], known[subject])}
        for envelope, subject in zip(envelopes, subjects, strict=True)
    ]


def seal(plaintext: bytes, key: DataKey, *, name: str) -> dict[str, str]:
    """The ciphertext of the field `name`, as `schemas.event.Sealed`."""
    nonce_key = hmac.digest(key.key, _NONCE_KEY, hashlib.sha256)
    nonce = hmac.digest(nonce_key, name.encode() + b"\x00" + plaintext, hashlib.sha256)[:_NONCE_BYTES]
    ciphertext = AESGCM(key.key).encrypt(nonce, plaintext, _bound_to(key.key_id, name))
    return {"key_id": key.key_id, "nonce": _base64(nonce), "ciphertext": _base64(ciphertext)}


def unseal(sealed: Mapping[str, str], key: DataKey, *, name: str) -> Any:
    """What was sealed; raises cryptography.exceptions.InvalidTag when key, field or text is another."""
    plaintext = AESGCM(key.key).decrypt(
        b64decode(sealed["nonce"]), b64decode(sealed["ciphertext"]), _bound_to(key.key_id, name)
    )
    return orjson.loads(plaintext)


def _sealed_data(data: Json, key: DataKey) -> Json:
    return {
        name: seal(canonical_json(value), key, name=name) if name in SEALED_FIELDS else value
        for name, value in data.items()
    }


def _bound_to(key_id: str, name: str) -> bytes:
    return f"{key_id}/{name}".encode()


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()

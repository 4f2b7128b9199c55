"""The 64-bit hash of a shipment; their sum over all shipments is the read model's checksum."""

from hashlib import sha256
from typing import Final

from services.domain.shipment import Shipment

MODULUS: Final = 1 << 64


def shipment_hash(shipment: Shipment, view_json: bytes) -> int:
    """An unsigned hash of what is shown and of every fact behind it; arrival leaves no trace in it.

    The first eight bytes of SHA-256, for which processors have instructions: half the time of BLAKE2b.
    """
    facts = shipment.fact_sum.to_bytes(8, "big")
    return int.from_bytes(sha256(facts + view_json).digest()[:8], "big")


def checksum_text(checksum: int) -> str:
    """A sum of hashes as 16 hex digits."""
    return f"{checksum % MODULUS:016x}"

"""The 64-bit hash of a shipment; their sum over all shipments is the read model's checksum."""

from hashlib import blake2b
from typing import Final

from services.domain.shipment import Shipment

MODULUS: Final = 1 << 64


def shipment_hash(shipment: Shipment, view_json: bytes) -> int:
    """An unsigned hash of what is shown and of every fact behind it; arrival leaves no trace in it."""
    facts = shipment.fact_sum.to_bytes(8, "big")
    return int.from_bytes(blake2b(facts + view_json, digest_size=8).digest(), "big")


def checksum_text(checksum: int) -> str:
    """A sum of hashes as 16 hex digits."""
    return f"{checksum % MODULUS:016x}"

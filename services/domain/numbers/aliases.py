"""Under which courier's name `shiplog recognize` shows the numbers of a carrier of the registry.

`recognize` names couriers as the formats' source does (`couriers.json`); where the registry calls the
same firm otherwise, its code stands here. DHL's parcel divisions are not among them: their formats
are not in the source, so nothing is said of their numbers.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "amazon_shipping": "amazon",
        "canadapost": "canada_post",
        "dhl_express": "dhl",
        "mydhl": "dhl",
    }
)
"""Courier code of `recognize`, by the carrier's code in the registry."""

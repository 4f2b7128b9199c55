"""The carriers the simulator invents: where they work and how they write down times."""

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Carrier:
    """`writes`: `offset` = local time with its offset, `utc` = instants with Z, `zone` = local time and the
    name of its zone, `bare` = local time of a zone nobody names."""

    code: str
    prefix: str
    zone: str
    country: str
    cities: tuple[str, ...]
    writes: Literal["offset", "utc", "zone", "bare"]


CARRIERS: Final = (
    Carrier(
        "steppe_post", "SP", "Asia/Almaty", "KZ", ("Almaty", "Astana", "Shymkent", "Karaganda"), "offset"
    ),
    Carrier("rhine_express", "RX", "Europe/Berlin", "DE", ("Berlin", "Köln", "Hamburg", "München"), "utc"),
    Carrier("prairie", "PR", "America/Chicago", "US", ("Chicago", "Dallas", "Omaha", "Memphis"), "zone"),
    Carrier(
        "austral", "AU", "America/Sao_Paulo", "BR", ("São Paulo", "Recife", "Curitiba", "Manaus"), "bare"
    ),
)

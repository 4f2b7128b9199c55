"""Places that carriers write as one text, with commas: town, region, country."""

from typing import Final

from services.ingest.carrier import Json
from services.ingest.reading.places import country_code, place

_STATES_TOO: Final = frozenset(
    {
        *(
            "AL",
            "AR",
            "AZ",
            "CA",
            "CO",
            "DE",
            "GA",
            "ID",
            "IL",
            "IN",
            "KY",
            "LA",
            "MA",
            "MD",
            "ME",
            "MN",
            "MO",
        ),
        *("MS", "MT", "NC", "NE", "NL", "NU", "PA", "PE", "SC", "SD", "SK", "TN", "VA", "YT", "GEORGIA"),
    }
)
"""What is a country's as well as a state's or province's."""


def place_of_text(told: str | None, *, country_last: bool = False) -> Json:
    """The location that the text names; its whole as the name where its parts cannot be told apart.

    `country_last`: the carrier always ends with the country, so that two letters there are no state.
    """
    parts = [part.strip() for part in (told or "").split(",")]
    country = country_code(parts[-1])
    if country is None or len(parts) > 3:
        return place(name=told)
    if len(parts) == 1:
        return place(country=country) if country_last else place(name=told)
    if len(parts) == 2 and parts[1].upper() in _STATES_TOO and not country_last:
        return place(name=told)
    return place(city=parts[0], region=parts[1] if len(parts) == 3 else None, country=country)

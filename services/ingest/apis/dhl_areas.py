"""The service areas of DHL Express, as its two APIs name them."""

from services.ingest.carrier import Json
from services.ingest.reading.places import country_code, place


def service_area(code: str | None, description: str | None) -> Json:
    """The place of a service area; `Town - Country`, `TOWN-ABC` and `TOWN,ST-ABC` are taken apart."""
    written = " ".join((description or "").split())
    before, _, last = written.rpartition("-")
    country = country_code(last) if before.strip() else None
    if country is None:
        return place(city=written, facility_id=code)
    town, _, region = before.rpartition(",")
    if not town or len(region.strip()) > 3:
        town, region = before, ""
    return place(city=town, region=region, country=country, facility_id=code)

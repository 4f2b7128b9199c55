"""Places of EDIFACT: LOC segments, coded or in plain words."""

from typing import Final

from services.ingest.carrier import Json
from services.ingest.edi.edifact_envelope import component
from services.ingest.edi.edifact_stream import Segment
from services.ingest.reading.places import country_code, place

SOURCE: Final = "UN/EDIFACT code list 3227, D.10B"


def place_of(segment: Segment) -> Json:
    """The location that a LOC segment names."""
    code, agency = component(segment, 2), component(segment, 2, 2)
    related = [
        name for element in (3, 4) for name in (component(segment, element), component(segment, element, 3))
    ]
    countries = [country for name in related if (country := country_code(name))]
    regions = [name for name in related if name and not country_code(name)]
    # UN/LOCODE begins with the country
    located = country_code(code[:2]) if len(code) == 5 and agency in ("", "6") else None
    return place(
        city=component(segment, 2, 3),
        region=regions[0] if regions else None,
        country=countries[0] if countries else located,
        facility_id=code,
    )

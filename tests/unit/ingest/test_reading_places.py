"""Places in their one form, and zones only where a place leaves one clock."""

import tracemalloc

import pytest

from services.ingest.reading import zones
from services.ingest.reading.places import country_code, place, zone_of_place


@pytest.mark.parametrize(
    ("location", "zone"),
    [
        ({"country": "DE"}, "Europe/Berlin"),
        ({"country": "Germany", "city": "no such town"}, "Europe/Berlin"),
        ({"country": "GB"}, "Europe/London"),
        ({"country": "US"}, None),
        ({"country": "US", "region": "NY"}, "America/New_York"),
        ({"country": "USA", "region": "New York"}, "America/New_York"),
        ({"country": "US", "region": "TX"}, None),
        ({"country": "US", "region": "TX", "city": "EL PASO"}, "America/Denver"),
        ({"country": "US", "region": "TX", "city": "Houston"}, "America/Chicago"),
        ({"country": "US", "region": "AZ", "city": "Phoenix"}, "America/Phoenix"),
        ({"country": "US", "region": "IN", "city": "no such town"}, None),
        ({"country": "US", "region": "PR", "city": "San Juan"}, None),
        ({"country": "US", "city": "Springfield"}, None),
        ({"country": "US", "region": "MO", "city": "Saint Louis"}, "America/Chicago"),
        ({"country": "CA", "region": "QC", "city": "MONTREAL"}, "America/Toronto"),
        ({"country": "ES"}, None),
        ({"country": "ES", "region": "Madrid", "city": "Madrid"}, "Europe/Madrid"),
        ({"country": "AU", "region": "NSW", "city": "Sydney"}, "Australia/Sydney"),
        ({"country": "AU", "city": "Perth"}, None),
        ({"country": "XX"}, None),
        ({"city": "Berlin"}, None),
        ({}, None),
    ],
)
def test_a_place_has_a_zone_only_where_its_clocks_agree(location: dict[str, str], zone: str | None) -> None:
    assert zone_of_place(location) == zone


def test_the_towns_cost_little_memory_also_while_they_are_read() -> None:
    zones._towns.cache_clear()
    tracemalloc.start()

    zones._towns()

    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40_000_000
    assert held > 1_000_000, "the towns were not read"


def test_countries_are_two_letters_whatever_a_carrier_writes() -> None:
    assert [country_code(text) for text in ("us", "USA", "United States", "UK", "DEU", " fr ")] == [
        "US",
        "US",
        "US",
        "GB",
        "DE",
        "FR",
    ]
    assert [country_code(text) for text in (None, "", "ZZ", "Atlantis")] == [None] * 4


def test_a_place_holds_what_was_said_and_no_more() -> None:
    assert place(city=" Bonn ", country="DEU", region="", lat="50.7", lon=7.1) == {
        "city": "Bonn",
        "country": "DE",
        "lat": 50.7,
        "lon": 7.1,
    }
    assert place(country="Atlantis", lat="north", lon="7") == {"country": "Atlantis"}
    assert place(lat="91", lon="7") == place(lat="nan", lon="7") == {}

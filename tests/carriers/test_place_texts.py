"""Places in one text: parts are told apart only where they cannot be another thing."""

from typing import Any

import pytest

from services.ingest.reading.place_texts import place_of_text


@pytest.mark.parametrize(
    ("told", "country_last", "location"),
    [
        (None, False, {}),
        (" , ", False, {"name": ","}),
        ("Ulm, Germany", False, {"city": "Ulm", "country": "DE"}),
        ("Ulm,Alb,DE", False, {"city": "Ulm", "region": "Alb", "country": "DE"}),
        # Delaware or Germany, Georgia or Georgia
        ("Dover, DE", False, {"name": "Dover, DE"}),
        ("Atlanta, Georgia", False, {"name": "Atlanta, Georgia"}),
        ("Ulm, DE", True, {"city": "Ulm", "country": "DE"}),
        ("Austin, TX, US", False, {"city": "Austin", "region": "TX", "country": "US"}),
        ("Austin, TX", False, {"name": "Austin, TX"}),
        ("NL", True, {"country": "NL"}),
        ("NL", False, {"name": "NL"}),
        ("a, b, c, FR", True, {"name": "a, b, c, FR"}),
        ("In Transit to USA", True, {"name": "In Transit to USA"}),
    ],
)
def test_a_text_is_a_place_as_far_as_it_is_certain(
    told: str | None, country_last: bool, location: Any
) -> None:
    assert place_of_text(told, country_last=country_last) == location

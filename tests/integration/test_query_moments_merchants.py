"""One number under two merchants: at no moment, and for no reason, is one told of the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.query.moments import routes as moments
from services.query.shipments import routes as shipments
from tests.builders import day, hour, promise, scan
from tests.integration.query_stand import Projected, Served, key_for, order_of, served

MOMENTS = ({}, {"as_of": "2026-03-30T00:00:00Z"}, {"known_at": "2026-03-30T00:00:00Z"})


@pytest.fixture
def api(database: str, tmp_path: Path) -> Iterator[Served]:
    """A read side with moments and reasons; nobody comes in without a key."""
    model = Projected(database)
    model.tell(
        order_of("anna", "O-ANNA", promise=promise("2026-03-04", zone="UTC")),
        scan("picked_up", at=hour(1)),
        scan("delivered", at=day(5)),
        order_of("boris", "O-BORIS", told={"at": day(20)}),
        scan("picked_up", at=day(21)),
    )
    with served(database, tmp_path, features=(moments.add_to, shipments.add_to), keys=True) as running:
        yield running
    model.close()


@pytest.mark.parametrize("asked", MOMENTS)
@pytest.mark.parametrize("path", ["", "/why"])
def test_a_merchant_is_told_of_its_own_alone(
    api: Served, database: str, asked: dict[str, str], path: str
) -> None:
    anna, boris, carla = (
        api.client.get(f"/v1/shipments/acme:P1{path}", params=asked, headers=key_for(database, merchant))
        for merchant in ("anna", "boris", "carla")
    )

    assert (anna.status_code, boris.status_code, carla.status_code) == (200, 200, 404)
    assert "O-ANNA" in anna.text
    assert "O-BORIS" in boris.text
    assert "boris" not in anna.text.lower()
    assert "anna" not in boris.text.lower()


def test_before_its_registration_a_merchant_sees_no_use_of_another(api: Served, database: str) -> None:
    answer = api.client.get(
        "/v1/shipments/acme:P1",
        params={"known_at": "2026-03-10T00:00:00Z"},
        headers=key_for(database, "boris"),
    )

    assert answer.status_code == 404


def test_lateness_is_explained_to_whom_it_was_promised(api: Served, database: str) -> None:
    told = api.client.get("/v1/shipments/acme:P1/why", headers=key_for(database, "anna")).json()

    assert told["fields"]["late_by"] == {
        "value": "P3D",
        "rules": ["R11"],
        "events": told["fields"]["late_by"]["events"],
        "least": True,
    }
    assert [told["events"][each]["type"] for each in told["fields"]["late_by"]["events"]] == [
        "ShipmentRegistered",
        "ScanRecorded",
    ]

"""What cannot be shown is told as a page to browsers, and as problem details to everybody else."""

from pathlib import Path
from unittest.mock import patch

import pytest
from fastapi.testclient import TestClient

from services.query import app as query_app
from services.query.pages import routes
from tests.unit.query.pages.asked import parts


@pytest.mark.parametrize(
    ("address", "accept", "kind"),
    [
        ("/nowhere", "text/html,*/*;q=0.8", "text/html"),
        ("/nowhere", "application/json", "application/problem+json"),
        ("/v1/nowhere", "text/html,*/*;q=0.8", "application/problem+json"),
    ],
)
def test_an_unknown_address_is_told_in_the_readers_way(
    tmp_path: Path, address: str, accept: str, kind: str
) -> None:
    with patch.object(query_app, "FEATURES", (routes.add_to,)):
        client = TestClient(query_app.build_app(parts(tmp_path)))

    answer = client.get(address, headers={"accept": accept, "accept-language": "ru"})

    assert answer.status_code == 404
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert ("Здесь ничего нет" in answer.text) == (kind == "text/html")

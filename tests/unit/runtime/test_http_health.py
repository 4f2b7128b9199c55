"""How a service that answers people tells how it is, and what it says of a bug of its own."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from services.runtime.health import Health
from services.runtime.http_health import add_health_routes
from services.runtime.http_problems import PROBLEM_JSON, add_problem_handlers
from tests.unit.runtime.seconds import Seconds


@pytest.fixture
def client(health: Health) -> TestClient:
    """The service; `/bug` meets one."""
    app = FastAPI()
    add_problem_handlers(app)
    add_health_routes(app, health)

    async def bug() -> None:
        raise RuntimeError("password=hunter2")

    app.add_api_route("/bug", bug)
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_service_that_turns_and_lacks_nothing_says_so(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.json()) == (200, {"ok": True, "troubles": {}})


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_loop_that_stands_is_told_by_both(client: TestClient, seconds: Seconds, path: str) -> None:
    seconds.now += 10.5

    answer = client.get(path)

    assert answer.status_code == 503
    assert answer.headers["content-type"] == PROBLEM_JSON
    assert (answer.json()["ok"], answer.json()["troubles"]) == (False, {"loop": "no beat for 10.5 s"})


def test_what_stands_still_while_the_loop_turns_is_not_alive(client: TestClient, health: Health) -> None:
    health.stands_still("partition 3 fetches nothing")

    assert client.get("/healthz").json()["troubles"] == {"loop": "partition 3 fetches nothing"}
    health.stands_still(None)
    assert client.get("/healthz").status_code == 200


def test_what_is_away_makes_a_service_unready_and_not_dead(client: TestClient, health: Health) -> None:
    health.add_check("kafka", lambda: "no broker answers")

    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["troubles"]) == (503, {"kafka": "no broker answers"})


def test_the_metrics_are_told_in_the_form_that_is_asked_for(client: TestClient, health: Health) -> None:
    health.beat()

    plain = client.get("/metrics")
    opened = client.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})

    assert plain.headers["content-type"].startswith("text/plain")
    assert "\nshiplog_heartbeat_timestamp_seconds 5.0\n" in plain.text
    assert opened.headers["content-type"].startswith("application/openmetrics-text")
    assert opened.text.endswith("# EOF\n")


def test_a_bug_of_ours_is_a_problem_that_tells_nothing_of_itself(client: TestClient) -> None:
    answer = client.get("/bug")

    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM_JSON)
    assert answer.json() == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "an error of ours",
    }

"""Health is what the loop does, and what it needs."""

import httpx

from services.runtime import metrics
from services.runtime.health import Health, serve_health
from tests.unit.runtime.seconds import Seconds


def test_a_loop_that_turns_is_alive(health: Health, seconds: Seconds) -> None:
    seconds.now += 9
    health.beat()
    seconds.now += 9

    assert health.live() is None


def test_a_silent_loop_is_neither_alive_nor_ready(health: Health, seconds: Seconds) -> None:
    seconds.now += 10.5

    assert health.live() == "no beat for 10.5 s"
    assert health.ready() == {"loop": "no beat for 10.5 s"}


def test_a_service_is_ready_when_no_check_complains(health: Health) -> None:
    health.add_check("kafka", lambda: None)
    health.add_check("postgres", lambda: "connection refused")

    assert health.ready() == {"postgres": "connection refused"}


def test_a_beat_shows_in_the_metrics(health: Health) -> None:
    health.beat()

    assert metrics.REGISTRY.get_sample_value("shiplog_heartbeat_timestamp_seconds") == 5.0


def test_health_is_served_over_http(health: Health, seconds: Seconds) -> None:
    health.add_check("kafka", lambda: "away")
    server = serve_health(health, "127.0.0.1", 0)
    try:
        alive, ready, unknown = (httpx.get(server.url + path) for path in ("/healthz", "/readyz?x=1", "/"))
        seconds.now += 60
        stalled = httpx.get(server.url + "/healthz")
    finally:
        server.close()

    assert (alive.status_code, alive.json()) == (200, {"ok": True, "troubles": {}})
    assert (ready.status_code, ready.json()) == (503, {"ok": False, "troubles": {"kafka": "away"}})
    assert unknown.status_code == 404
    assert stalled.status_code == 503


def test_metrics_are_served_in_the_format_asked_for(health: Health) -> None:
    server = serve_health(health, "127.0.0.1", 0)
    try:
        plain = httpx.get(server.url + "/metrics")
        openmetrics = httpx.get(server.url + "/metrics", headers={"Accept": "application/openmetrics-text"})
    finally:
        server.close()

    assert plain.headers["content-type"].startswith("text/plain")
    assert "# HELP shiplog_received_total " in plain.text
    assert openmetrics.text.endswith("# EOF\n")


def test_a_closed_server_frees_its_port(health: Health) -> None:
    first = serve_health(health, "127.0.0.1", 0)
    port = int(first.url.rsplit(":", 1)[1])
    first.close()

    second = serve_health(health, "127.0.0.1", port)
    second.close()

    assert second.url == first.url

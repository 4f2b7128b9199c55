"""HEAD over the real server: the head that GET has, no body, and an end even where GET has none."""

import threading
from collections.abc import Iterator
from http import HTTPStatus

import httpx
import pytest
from fastapi import FastAPI, Response
from starlette.types import Receive, Scope, Send

from services.runtime.http_problems import Problem, add_problem_handlers
from services.runtime.http_server import HttpServer, listen

ended = threading.Event()


class Endless(Response):
    """An answer that goes on until it is cut off."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say so when it is."""
        headers = [(b"content-type", b"text/event-stream")]
        try:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            while True:
                await send({"type": "http.response.body", "body": b".", "more_body": True})
        finally:
            ended.set()


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """Of an application that has a text, a stream without end, and a refusal."""
    app = FastAPI()
    add_problem_handlers(app)
    app.add_api_route("/text", lambda: Response("some text", headers={"ETag": '"1"'}))
    app.add_api_route("/stream", _endless)
    app.add_api_route("/refused", _refused)
    app.add_api_route("/told", lambda: None, methods=["POST"])
    listener, base = listen("127.0.0.1", 0)
    stop, ready = threading.Event(), threading.Event()
    server = HttpServer(app, listener, stopped=stop.is_set, turn=lambda: None, ready=ready.set)
    thread = threading.Thread(target=server.serve_until_stopped, daemon=True)
    thread.start()
    assert ready.wait(10)
    with httpx.Client(base_url=base, timeout=10) as asking:
        yield asking
    stop.set()
    thread.join(20)


def _endless() -> Response:
    return Endless()


def _refused() -> None:
    raise Problem(HTTPStatus.NOT_FOUND, "nothing is known of it")


@pytest.mark.parametrize("path", ["/text", "/refused", "/nowhere"])
def test_head_has_the_head_that_get_has_and_no_body(client: httpx.Client, path: str) -> None:
    got, head = client.get(path), client.head(path)

    assert (head.status_code, head.content) == (got.status_code, b"")
    assert _but_for_the_date(head) == _but_for_the_date(got)
    assert int(head.headers["content-length"]) == len(got.content) > 0


def test_head_of_a_stream_without_end_ends_it_on_both_sides(client: httpx.Client) -> None:
    for _ in range(3):
        ended.clear()
        head = client.head("/stream")

        assert (head.status_code, head.headers["content-type"]) == (200, "text/event-stream")
        assert ended.wait(5)


def test_what_has_no_get_has_no_head(client: httpx.Client) -> None:
    assert client.head("/told").status_code == client.get("/told").status_code == 405


def _but_for_the_date(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "date"}

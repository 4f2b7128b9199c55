"""The probes of `up`: who is silent for long is stalled, and only then."""

import os
import signal
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from services.cli.up.probes import Probes
from services.cli.up.supervisor import Supervisor
from tests.unit.cli.test_up_supervisor import supervised, until

URL = "http://service/healthz"
WELL = (200, b"{}")
STUCK = (503, b'{"troubles": {"loop": "no beat for 21.0 s"}}')
Answer = tuple[int, bytes] | OSError


class Stand:
    """Probes of one service, whose answers and clock are told."""

    def __init__(self) -> None:
        self.answer: Answer = WELL
        self.now = 100.0
        self.pids = {"waiter": 7}
        self.probes = Probes({"waiter": URL}, ask=self._ask, monotonic=lambda: self.now)

    def _ask(self, url: str) -> tuple[int, bytes]:
        assert url == URL
        if isinstance(self.answer, OSError):
            raise self.answer
        return self.answer

    def look(self, answer: Answer, *, at: float) -> dict[str, str]:
        """What is stalled after one more look."""
        self.answer, self.now = answer, 100.0 + at
        self.probes.stalled(self.pids)
        self.probes.look()
        return self.probes.stalled(self.pids)


def test_who_does_not_answer_for_twenty_seconds_is_stalled() -> None:
    stand = Stand()

    stand.look(WELL, at=0)
    early = [stand.look(TimeoutError("timed out"), at=at) for at in (2, 10, 21)]
    late = stand.look(TimeoutError("timed out"), at=22)

    assert early == [{}, {}, {}]
    assert late == {"waiter": "no answer: timed out"}


def test_one_answer_in_between_begins_anew() -> None:
    stand = Stand()

    stand.look(WELL, at=0)
    stand.look(TimeoutError("timed out"), at=2)
    stand.look(WELL, at=20)
    late = stand.look(TimeoutError("timed out"), at=23)

    assert late == {}


def test_who_says_that_its_loop_stands_still_is_believed_when_it_says_so_twice() -> None:
    stand = Stand()

    stand.look(WELL, at=0)
    first = stand.look(STUCK, at=2)
    second = stand.look(STUCK, at=6)

    assert first == {}
    assert second == {"waiter": STUCK[1].decode()}


def test_a_process_that_has_never_answered_is_given_a_minute_to_start() -> None:
    stand = Stand()

    early = [stand.look(ConnectionRefusedError("refused"), at=at) for at in (0, 30, 59)]
    late = stand.look(ConnectionRefusedError("refused"), at=60)

    assert early == [{}, {}, {}]
    assert late == {"waiter": "no answer: refused"}


def test_the_next_process_is_not_blamed_for_the_last_one() -> None:
    stand = Stand()

    stand.look(WELL, at=0)
    stand.look(TimeoutError("timed out"), at=2)
    stalled = stand.look(TimeoutError("timed out"), at=30)
    stand.pids = {"waiter": 8}
    anew = stand.look(TimeoutError("timed out"), at=31)

    assert stalled == {"waiter": "no answer: timed out"}
    assert anew == {}


def test_the_supervisor_kills_what_is_stalled_and_starts_it_again(tmp_path: Path) -> None:
    with supervised(tmp_path) as supervisor:
        until((tmp_path / "ready").exists, doing=supervisor.tick)
        first = supervisor.pids()["waiter"]
        os.kill(first, signal.SIGSTOP)

        _blame(supervisor, first)
        until(lambda: supervisor.pids().get("waiter", first) != first, doing=supervisor.tick)

        assert not Path(f"/proc/{first}").exists()


def _blame(supervisor: Supervisor, pid: int) -> None:
    supervisor._stalled = lambda pids: {"waiter": "no answer"} if pids.get("waiter") == pid else {}


def test_a_service_that_hangs_is_silent_and_one_that_answers_is_not() -> None:
    class Well(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Well)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        urls = {
            "well": f"http://127.0.0.1:{server.server_port}/healthz",
            "deaf": f"http://127.0.0.1:{deaf.getsockname()[1]}/healthz",
        }
        shift = 0.0
        probes = Probes(urls, monotonic=lambda: time.monotonic() + shift)
        pids = {"well": 1, "deaf": 2}
        probes.stalled(pids)
        probes.look()
        shift = 61.0
        probes.look()

        stalled = probes.stalled(pids)
    server.shutdown()
    server.server_close()

    assert stalled.keys() == {"deaf"}

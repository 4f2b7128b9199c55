"""The proxy does what it says: each mode is felt by a client and counted, and passes when it ends."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.chaos.harness.network import Network
from tests.e2e.running import until

Client = Callable[[], socket.socket]


@pytest.fixture
def network() -> Iterator[Network]:
    network = Network(1)
    yield network
    network.close()


@pytest.fixture
def client(network: Network) -> Iterator[Client]:
    """A connection through the link `echo` to a server that says everything again."""
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(server,), daemon=True).start()
    port = network.open("echo", server.getsockname()[1])
    yield lambda: socket.create_connection(("127.0.0.1", port), timeout=5)
    server.close()


def test_what_is_sent_arrives(client: Client) -> None:
    with client() as end:
        assert _echo(end, b"x" * 100_000) == b"x" * 100_000


def test_a_blackhole_holds_what_is_sent_until_it_ends(network: Network, client: Client) -> None:
    with client() as end:
        _echo(end, b"before")
        network.turn(["echo"], "blackhole")
        end.settimeout(0.5)
        end.sendall(b"held")
        with pytest.raises(TimeoutError):
            end.recv(10)
        seen = network.seen("blackhole")
        network.turn(["echo"], "pass")
        end.settimeout(5)

        assert end.recv(10) == b"held"
    assert seen > 0


def test_a_half_open_connection_is_silent_and_then_reset(network: Network, client: Client) -> None:
    with client() as end:
        _echo(end, b"before")
        network.turn(["echo"], "half_open")
        end.settimeout(0.5)
        end.sendall(b"lost")
        with pytest.raises(TimeoutError):
            end.recv(10)
        network.turn(["echo"], "pass")
        end.settimeout(5)

        with pytest.raises(ConnectionResetError):
            end.recv(10)
    assert network.seen("half_open") > 0


def test_a_reset_ends_connections_and_those_that_are_made_meanwhile(network: Network, client: Client) -> None:
    with client() as end:
        _echo(end, b"before")
        network.turn(["echo"], "reset")

        with pytest.raises(ConnectionResetError):
            end.recv(10)
        with client() as another, pytest.raises(ConnectionResetError):
            another.recv(10)
        network.turn(["echo"], "pass")
    with client() as later:
        assert _echo(later, b"after") == b"after"
    assert network.seen("reset") == 2


def test_refused_connections_are_taken_again_afterwards(network: Network, client: Client) -> None:
    with client() as end:
        _echo(end, b"before")
        network.turn(["echo"], "refused")

        with pytest.raises(ConnectionRefusedError):
            client()
        network.turn(["echo"], "pass")
    until(lambda: _connects(client), within=5, what="connections are taken again")


def test_a_trickle_is_a_kilobyte_a_second(network: Network, client: Client) -> None:
    with client() as end:
        _echo(end, b"before")
        network.turn(["echo"], "trickle")
        began = time.monotonic()

        assert _echo(end, b"x" * 2_048) == b"x" * 2_048
        assert 1.0 <= time.monotonic() - began < 6.0
    assert network.seen("trickle") >= 2


def test_latency_delays(network: Network, client: Client) -> None:
    with client() as end:
        _echo(end, b"before")
        network.turn(["echo"], "latency", 1.0)
        began = time.monotonic()

        assert _echo(end, b"late") == b"late"
        assert time.monotonic() - began >= 0.15
    assert network.seen("latency") >= 1


def _connects(client: Client) -> bool:
    try:
        with client() as end:
            return _echo(end, b"again") == b"again"
    except OSError:
        return False


def _echo(end: socket.socket, data: bytes) -> bytes:
    end.sendall(data)
    back = b""
    while len(back) < len(data) and (more := end.recv(len(data))):
        back += more
    return back


def _serve(server: socket.socket) -> None:
    while True:
        try:
            end, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_repeat, args=(end,), daemon=True).start()


def _repeat(end: socket.socket) -> None:
    with end:
        try:
            while data := end.recv(65_536):
                end.sendall(data)
        except OSError:
            return

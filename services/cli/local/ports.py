"""Free ports for servers that must come back on the same port."""

import random
import socket

# Below every system's range for outgoing connections: there, a client that knocks at its killed
# server's port again and again can be given that very port and then keeps the server out.
LOWEST, HIGHEST = 20_000, 32_000


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    for _ in range(200):
        port = random.randint(LOWEST, HIGHEST)
        if is_free(port):
            return port
    raise OSError(f"no free port between {LOWEST} and {HIGHEST}")


def still_free(port: int | None) -> int:
    """This port if it is free, else another."""
    return port if port is not None and is_free(port) else free_port()


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # as servers do: connections of a former server in TIME_WAIT do not count
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True

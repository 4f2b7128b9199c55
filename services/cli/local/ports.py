"""Free ports for servers that must come back on the same port; no two processes choose the same."""

import fcntl
import os
import random
import socket
import tempfile
from functools import cache
from pathlib import Path

# Below every system's range for outgoing connections: there, a client that knocks at its killed
# server's port again and again can be given that very port and then keeps the server out.
LOWEST, HIGHEST = 20_000, 32_000

_ours: set[int] = set()
"""What this process has chosen: its own locks do not keep a process out."""


def free_port() -> int:
    """A loopback port that nobody listens on now, nor has been given one by this function and still lives.

    Between the choice and the server that binds it lie seconds, in which another Shiplog that starts on
    this machine would find the port free as well. Raises OSError when there is none.
    """
    for _ in range(200):
        port = random.randint(LOWEST, HIGHEST)
        if is_free(port) and _claimed(port):
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


def _claimed(port: int) -> bool:
    """Whether the port is ours from now on, until this process ends: one byte of a file, locked."""
    if port in _ours:
        return False
    try:
        fcntl.lockf(_claims(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except (BlockingIOError, PermissionError):  # POSIX allows either
        return False
    _ours.add(port)
    return True


@cache
def _claims() -> int:
    """The file of this user's claims. Stays open: closing it anywhere in the process would give them up."""
    path = Path(tempfile.gettempdir(), f"shiplog-ports-{os.getuid()}")
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)

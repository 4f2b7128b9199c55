"""The harness's side of the proxy: one child process, asked line by line."""

import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

import orjson


class Network:
    """Links by name; thread-safe."""

    def __init__(self, seed: int) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.harness.proxy", str(seed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def open(self, name: str, to: int) -> int:
        """A new link to a local port; the port that stands for it."""
        return int(self._ask({"open": name, "to": to})["port"])

    def turn(self, names: Sequence[str], mode: str, amount: float = 1.0) -> None:
        """Let links behave in this way from now on."""
        self._ask({"names": list(names), "mode": mode, "amount": amount})

    def seen(self, mode: str) -> int:
        """How often the mode has done something to a connection so far."""
        return int(self._ask({"seen": True}).get(mode, 0))

    def whose(self, port: int) -> str | None:
        """The link whose connection to its server has this local port."""
        name = self._ask({"whose": port})["name"]
        return None if name is None else str(name)

    def close(self) -> None:
        """End the proxy and all that goes through it."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.terminate()
        self._process.wait(10)

    def _ask(self, wish: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(orjson.dumps(wish) + b"\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        assert line, "the proxy has ended"
        answer: dict[str, Any] = orjson.loads(line)
        return answer

"""Readers of single shipments at a steady pace, and what they were answered.

The plainest client there is: at 200 reads/s a richer one takes a quarter of a core from what it looks at.
"""

import contextlib
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote, urlsplit


@dataclass(slots=True)
class Readers:
    """`urls`: of whom, in turns; `known`: which shipments may be asked for."""

    urls: list[str]
    per_second: int
    known: list[str]
    workers: int = 4
    answers: Counter[str] = field(default_factory=Counter)
    """By status; what got none, by the error's name."""
    _began: float = 0.0
    _ended: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> "Readers":
        """Begin."""
        self._began = time.monotonic()
        self._threads = [
            threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(self.workers)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """End."""
        self._stop.set()
        for thread in self._threads:
            thread.join(30)
        self._ended = time.monotonic()

    @property
    def rate(self) -> float:
        """Reads per second, of those that got what they asked for; once they have ended."""
        return self.answers["200"] / (self._ended - self._began)

    def _run(self, turn: int) -> None:
        with contextlib.ExitStack() as stack:
            lines = [
                stack.enter_context(contextlib.closing(HTTPConnection(urlsplit(url).netloc, timeout=10)))
                for url in self.urls
            ]
            due = time.monotonic()
            while not self._stop.is_set():
                due = max(due + self.workers / self.per_second, time.monotonic())
                turn += 1
                key = self.known[turn * 7919 % len(self.known)]
                self.answers[_read(lines[turn % len(lines)], key)] += 1
                self._stop.wait(max(due - time.monotonic(), 0.0))


def _read(line: HTTPConnection, key: str) -> str:
    try:
        line.request("GET", f"/v1/shipments/{quote(key)}")
        answer = line.getresponse()
        answer.read()
    except (OSError, HTTPException) as error:
        line.close()
        return type(error).__name__
    return str(answer.status)

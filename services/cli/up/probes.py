"""Asks the services, again and again, whether their loops still turn; who is silent for long is stalled.

A process that is stopped, or whose every thread waits, still exists: only its silence tells.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from services.cli.up.readiness import read_url
from services.runtime.clock import monotonic
from services.runtime.log import get_logger

log = get_logger(__name__)

_EVERY_SECONDS: Final = 2.0
_SILENT_SECONDS: Final = 20.0
"""No answer for so long is a stall; a machine that is busy with others answers before."""
_ADMITTED_SECONDS: Final = 4.0
"""Its own word for a stall comes late enough: it need only be no mistake of one moment."""
_STARTING_SECONDS: Final = 60.0

Ask = Callable[[str], tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Bad:
    """Since when, and how, a process has been answering badly."""

    pid: int
    since: float
    why: str
    patience: float


class Probes:
    """`stalled` is the supervisor's; a thread does the asking, which may take as long as it likes."""

    def __init__(
        self,
        urls: Mapping[str, str],
        *,
        ask: Ask = read_url,
        monotonic: Callable[[], float] = monotonic,
    ) -> None:
        """`urls`: each service's /healthz."""
        self._urls = urls
        self._ask = ask
        self._monotonic = monotonic
        self._pids: Mapping[str, int] = {}
        self._well: dict[str, int] = {}
        self._bad: dict[str, Bad] = {}
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin to ask."""
        threading.Thread(target=self._run, name="probes", daemon=True).start()

    def stop(self) -> None:
        """Ask no more; an answer that is awaited is waited for by nobody."""
        self._ended.set()

    def stalled(self, pids: Mapping[str, int]) -> dict[str, str]:
        """Which of these processes have stalled, and how it shows."""
        self._pids = dict(pids)
        now = self._monotonic()
        return {
            name: bad.why
            for name, bad in list(self._bad.items())
            if bad.pid == pids.get(name) and now - bad.since >= bad.patience
        }

    def look(self) -> None:
        """Ask each service once."""
        for name, pid in self._pids.items():
            if name in self._urls and not self._ended.is_set():
                self._note(name, pid, self._trouble(self._urls[name]))

    def _run(self) -> None:
        while not self._ended.wait(_EVERY_SECONDS):
            self.look()

    def _trouble(self, url: str) -> tuple[str, float] | None:
        """What is wrong and how long that may last; None when all is well."""
        try:
            status, body = self._ask(url)
        except OSError as error:
            return f"no answer: {error}", _SILENT_SECONDS
        return None if status == 200 else (body.decode("utf-8", "replace")[:300], _ADMITTED_SECONDS)

    def _note(self, name: str, pid: int, trouble: tuple[str, float] | None) -> None:
        if trouble is None:
            self._well[name] = pid
            self._bad.pop(name, None)
            return
        why, patience = trouble
        if self._well.get(name) != pid:
            patience = _STARTING_SECONDS
        known = self._bad.get(name)
        if known is None or known.pid != pid:
            known = Bad(pid, self._monotonic(), why, patience)
            log.warning("service_silent", name=name, pid=pid, why=why)
        self._bad[name] = Bad(pid, known.since, why, patience)

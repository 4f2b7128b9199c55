"""Which services say that they are ready: the file each writes when it serves, and its /readyz."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

_ANSWER_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Ready:
    """Where the ready services are: `addresses` as each announced them."""

    addresses: dict[str, dict[str, Any]]
    missing: list[str]

    def metrics(self) -> dict[str, str]:
        """The URL of each service's /metrics."""
        return {name: said["metrics"] for name, said in self.addresses.items()}


def readiness(home: Path, pids: Mapping[str, int], *, services: list[str]) -> Ready:
    """Ask every service of `services`; it counts when the process that runs now says that it is ready."""
    addresses: dict[str, dict[str, Any]] = {}
    for name in services:
        said = _announced(home / "run" / f"{name}.json")
        if said is not None and said.get("pid") == pids.get(name) and _is_ready(said["metrics"]):
            addresses[name] = said
    return Ready(addresses, [name for name in services if name not in addresses])


def read_url(url: str) -> tuple[int, bytes]:
    """Status and body of a GET; raises OSError when nobody answers in time."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except HTTPException as error:
        raise ConnectionError(f"{url}: {error!r}") from error
    finally:
        connection.close()


def _announced(file: Path) -> dict[str, Any] | None:
    try:
        said: dict[str, Any] = orjson.loads(file.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None
    return said


def _is_ready(metrics_url: str) -> bool:
    try:
        status, _ = read_url(metrics_url.removesuffix("/metrics") + "/readyz")
    except OSError:
        return False
    return status == 200

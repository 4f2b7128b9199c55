"""A read side of its own beside the site's: with keys, or cut off from ingest."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.running import Up


@contextlib.contextmanager
def query_beside(site: Up, home: Path, **env: str) -> Iterator[str]:
    """Another query process on the site's database and topics, with more in its environment; its URL."""
    home.mkdir(parents=True, exist_ok=True)
    settings = site.place.env | {"SHIPLOG_HOME": str(home)} | env
    with (home / "query.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.query"], env=settings, stderr=log, stdout=log
        )
    try:
        ready = home / "run" / "query.json"
        deadline = time.monotonic() + 30
        while not ready.is_file():
            assert process.poll() is None, (home / "query.log").read_text()[-3000:]
            assert time.monotonic() < deadline, "the other query process is not ready after 30 s"
            time.sleep(0.05)
        yield str(json.loads(ready.read_bytes())["http"])
    finally:
        process.terminate()
        process.wait(20)

"""A stack of the demo's own: `shiplog up --clock virtual` as a process, in a home that goes with it."""

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from services.cli.local.processes import tail
from services.cli.local.stack import remove_stack
from services.cli.output import DependencyAway
from services.runtime.config import Settings, inherited, read_settings

Json = dict[str, Any]

_SHIPLOG: Final = (sys.executable, "-m", "services.cli")
_STOP_SECONDS: Final = 60.0
_STACK_VARIABLES: Final = (
    "SHIPLOG_KAFKA",
    "SHIPLOG_DATABASE_URL",
    "SHIPLOG_INGEST_PORT",
    "SHIPLOG_METRICS_PORT",
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A running `up`: what it said when all was ready, and the environment that commands find it by."""

    home: Path
    up_pid: int
    ready: Json
    env: Mapping[str, str]
    settings: Settings

    def replay(self, file: Path, *, until: str) -> Json:
        """Run `shiplog replay` on the stage; its answer. Raises DependencyAway."""
        command = [*_SHIPLOG, "replay", str(file), "--clock", "virtual", "--until", until, "--json"]
        done = subprocess.run(command, env=dict(self.env), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise DependencyAway(f"replay ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
        answer: Json = orjson.loads(done.stdout)
        return answer


@contextmanager
def open_stage(*, keep: bool) -> Iterator[Stage]:
    """A fresh stack with all services ready; stopped and removed at the end unless `keep`.

    Raises DependencyAway with the tail of its log when it does not come up.
    """
    home = Path(tempfile.mkdtemp(prefix="shiplog-demo-"))
    env = {name: text for name, text in inherited().items() if name not in _STACK_VARIABLES}
    env["SHIPLOG_HOME"] = str(home)
    log = home / "up.log"
    up = _start([*_SHIPLOG, "up", "--clock", "virtual", "--json"], env, log)
    kept = False
    try:
        ready = _ready_line(up, log)
        yield Stage(home, up.pid, ready, env, read_settings(env))
        kept = keep
    finally:
        if not kept:
            _stop(up)
            remove_stack(home)
            shutil.rmtree(home, ignore_errors=True)


def _start(command: Sequence[str], env: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as err:
        # a session of its own: Ctrl-C reaches the demo alone, which then stops `up` once
        return subprocess.Popen(
            command,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=err,
            start_new_session=True,
        )


def _ready_line(up: "subprocess.Popen[bytes]", log: Path) -> Json:
    """The one line `up` says when all is ready; it ends by itself when something does not come up."""
    line = up.stdout.readline() if up.stdout else b""
    if not line:
        raise DependencyAway(f"the services did not come up:\n{tail(log)}")
    ready: Json = orjson.loads(line)
    return ready


def _stop(up: "subprocess.Popen[bytes]") -> None:
    up.send_signal(signal.SIGTERM)
    try:
        up.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        up.kill()
        up.wait()
    if up.stdout:
        up.stdout.close()

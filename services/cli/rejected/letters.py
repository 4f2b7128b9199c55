"""The letters of `.rejected` as commands see them, and what reading each again would give."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.codec import UndecodableRecord
from services.cli.readback.topics import kafka_away
from services.ingest.carrier import Carrier, InvalidPayload
from services.ingest.envelope import Origin
from services.ingest.native import read_payload
from services.projector.decode import decoded
from services.runtime.deadletter import DeadLetter, read_dead_letter
from services.runtime.records import scan

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Letter:
    """One record of `.rejected`; `id` is `<partition>-<offset>` there."""

    id: str
    letter: DeadLetter

    def row(self) -> Json:
        """Its line in a list."""
        letter = self.letter
        return {
            "id": self.id,
            "key": None if letter.key is None else letter.key.decode("utf-8", "replace"),
            "error_class": letter.error_class,
            "original_topic": letter.original_topic,
            "original_partition": letter.partition,
            "original_offset": letter.offset,
            "event_id": letter.event_id,
            "attempt": letter.attempt,
            "first_failure": letter.first_failure,
            "code_version": letter.code_version,
            "bytes": len(letter.value),
        }

    def whole(self) -> Json:
        """The same with the untouched bytes: as text where they are UTF-8, else as base64."""
        try:
            return self.row() | {"value": self.letter.value.decode()}
        except UnicodeDecodeError:
            return self.row() | {"value_base64": b64encode(self.letter.value).decode()}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What replaying a letter gives: `envelopes`, none when `why_not` says why.

    `open`: personal data in them is not sealed yet.
    """

    letter: Letter
    envelopes: tuple[Json, ...] = ()
    open: bool = False
    why_not: str | None = None

    def row(self) -> Json:
        """Its line in the answer of `replay`."""
        ids = [envelope["event_id"] for envelope in self.envelopes]
        return {"id": self.letter.id, "event_ids": ids, "why_not": self.why_not}


def read_letters(kafka: str, topic: str) -> Iterator[Letter]:
    """Every letter, partition by partition; raises DependencyAway."""
    with kafka_away():
        for record in scan(kafka, topic):
            letter = read_dead_letter(record.key, record.value or b"", record.headers)
            yield Letter(f"{record.partition}-{record.offset}", letter)


def judged(letter: Letter, *, events_topic: str, carriers: Mapping[str, Carrier]) -> Verdict:
    """Read the letter again with today's code: a record of the log, or a carrier's payload."""
    origin = letter.letter.original_topic or ""
    if origin == events_topic:
        return _from_log(letter)
    channel, _, code = origin.partition("/")
    if channel == "webhook" and code in carriers:
        return _from_carrier(letter, carriers[code])
    return Verdict(letter, why_not=f"it came from {origin or 'nowhere we know'}, which is not read again")


def _from_log(letter: Letter) -> Verdict:
    try:
        _, members = decoded(letter.letter.key, letter.letter.value)
    except UndecodableRecord as error:
        return Verdict(letter, why_not=str(error))
    return Verdict(letter, (members,))


def _from_carrier(letter: Letter, carrier: Carrier) -> Verdict:
    # the letter does not tell how its sender was proved: an operator puts it in now
    origin = Origin(channel="webhook", trust="manual")
    try:
        read = read_payload(carrier, letter.letter.value, origin=origin, now=letter.letter.first_failure)
    except InvalidPayload as error:
        return Verdict(letter, why_not=f"invalid_payload: {error}")
    if not read.envelopes:
        why = read.rejections[0].detail if read.rejections else "it tells of no event"
        return Verdict(letter, why_not=why)
    return Verdict(letter, tuple(read.envelopes), open=True)

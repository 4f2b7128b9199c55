"""Status records that cannot be used, kept in the topic `.rejected` before they are acknowledged."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from schemas.instants import instant_text
from schemas.topics import MAX_REJECTED_BYTES
from services.notifier.plan import Rejected
from services.runtime import metrics
from services.runtime.clock import Clock
from services.runtime.deadletter import DeadLetter
from services.runtime.log import get_logger

log = get_logger(__name__)

SEND_TIMEOUT_S = 10.0


class RejectsAway(Exception):
    """The dead letters were not acknowledged; sending them again may double them."""


@dataclass(slots=True, kw_only=True)
class Rejects:
    """Writes dead letters; its producer is opened at the first one. Used by one event loop."""

    bootstrap: str
    topic: str
    status_topic: str
    clock: Clock
    code_version: str
    _producer: AIOKafkaProducer | None = None

    async def send(self, rejected: Sequence[Rejected]) -> None:
        """Return once the broker has acknowledged all of them; raises RejectsAway."""
        if not rejected:
            return
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                producer = await self._opened()
                for one in rejected:
                    await self._send(producer, one)
        except (KafkaError, OSError, TimeoutError) as error:
            await self.close()
            raise RejectsAway(f"{type(error).__name__}: {error}") from error
        for one in rejected:
            metrics.REJECTED.labels(carrier="", error_class=one.error_class).inc()
            log.warning(
                "status_rejected",
                partition=one.record.partition,
                offset=one.record.offset,
                error_class=one.error_class,
            )

    async def close(self) -> None:
        """Let go of the producer."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await producer.stop()
        except (KafkaError, OSError, TimeoutError):
            return  # what was not acknowledged is sent again by the caller

    async def _opened(self) -> AIOKafkaProducer:
        if self._producer is None:
            self._producer = AIOKafkaProducer(
                bootstrap_servers=self.bootstrap,
                enable_idempotence=True,
                acks="all",
                max_request_size=MAX_REJECTED_BYTES,
                request_timeout_ms=8_000,
            )
            await self._producer.start()
        return self._producer

    async def _send(self, producer: AIOKafkaProducer, rejected: Rejected) -> None:
        record = rejected.record
        letter = DeadLetter(
            value=record.value or b"",
            key=record.key,
            original_topic=self.status_topic,
            partition=record.partition,
            offset=record.offset,
            event_id=None,
            attempt=1,
            error_class=rejected.error_class,
            first_failure=instant_text(self.clock.now_ms()),
            code_version=self.code_version,
        ).record()
        acknowledged = await producer.send(
            self.topic, value=letter.value, key=letter.key or None, headers=letter.headers
        )
        await acknowledged

"""Puts records that cannot be taken into `.rejected`, and returns only when Kafka has them."""

import random
from datetime import timedelta
from typing import Final

from schemas.instants import instant_text
from services.projector.batch import BadRecord
from services.projector.owned import Handed
from services.runtime import metrics
from services.runtime.deadletter import DeadLetter
from services.runtime.lifecycle import StopSignal, backoff
from services.runtime.log import get_logger
from services.runtime.outcomes import BrokerUnavailable, Refused
from services.runtime.producer import LogProducer

_ACK_WAIT: Final = timedelta(seconds=30)
_log = get_logger("projector.burial")


class LetterRefused(Exception):
    """The broker does not take a dead letter: an operator has to mend topic or rights; we wait."""


class Burial:
    """The projector's way to `.rejected`: trouble with the broker is waited out, nothing is skipped."""

    def __init__(
        self, producer: LogProducer, *, topic: str, original_topic: str, code_version: str, stop: StopSignal
    ) -> None:
        self._producer = producer
        self._topic = topic
        self._original_topic = original_topic
        self._code_version = code_version
        self._stop = stop

    def bury(self, handed: Handed) -> bool:
        """Acknowledged by Kafka (True), or told to stop before that (False: the batch must not commit)."""
        owned, batch = handed.owned, handed.batch
        partition = owned.partition
        records = [(None, self._letter(partition, bad).record()) for bad in batch.bad]
        attempt = 0
        while not owned.abandoned:
            try:
                told = self._producer.send(self._topic, records).result(timeout=_ACK_WAIT.total_seconds())
                refused = [outcome for outcome in told if isinstance(outcome, Refused)]
                if refused:
                    raise LetterRefused(refused[0].error_class)
            except (BrokerUnavailable, TimeoutError, LetterRefused) as error:
                metrics.RETRIES.labels(dependency="kafka").inc()
                _log.error("rejected_not_written", partition=partition, error=str(error))
                if self._stop.wait(backoff(attempt, jitter=random.random)):
                    return False
                attempt += 1
                continue
            for bad in batch.bad:
                metrics.REJECTED.labels(carrier="", error_class=bad.error_class).inc()
            _log.warning("records_rejected", partition=partition, count=len(batch.bad))
            return True
        return False

    def _letter(self, partition: int, bad: BadRecord) -> DeadLetter:
        return DeadLetter(
            value=bad.value or b"",
            key=bad.key,
            original_topic=self._original_topic,
            partition=partition,
            offset=bad.offset,
            event_id=bad.event_id,
            attempt=1,
            error_class=bad.error_class,
            first_failure=instant_text(bad.timestamp_ms),
            code_version=self._code_version,
        )

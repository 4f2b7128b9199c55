"""Records the broker will never take: counted, kept in the spool's `refused` table, told in `.rejected`."""

from collections.abc import Sequence
from typing import Final

from schemas.codec import Record
from schemas.instants import instant_text
from services.ingest.spool import Spool
from services.ingest.spool_file import Entry
from services.runtime import metrics
from services.runtime.deadletter import DeadLetter
from services.runtime.log import get_logger
from services.runtime.outcomes import Refused

_LOG: Final = get_logger(__name__)


class Refusals:
    """Where refused records go; `rejected` is the name of the dead-letter topic."""

    def __init__(self, spool: Spool, *, rejected: str, code_version: str) -> None:
        self._spool = spool
        self._rejected = rejected
        self._code_version = code_version

    def settle(self, refused: Sequence[tuple[Entry, Refused]]) -> None:
        """Queue a dead letter for each record and keep it; raises SpoolBroken.

        A dead letter that is refused itself stays in the table alone.
        """
        letters = []
        for entry, why in refused:
            metrics.RECORDS_REFUSED.labels(why.error_class).inc()
            _LOG.error("record_refused", topic=entry.topic, error_class=why.error_class, detail=why.detail)
            if entry.topic != self._rejected:
                letters.append(Entry(self._rejected, self._letter(entry, why), entry.since_ms))
        if letters:
            self._spool.append(letters, beyond_bound=True)
        self._spool.keep_refused([(entry, why.error_class, why.detail) for entry, why in refused])

    def _letter(self, entry: Entry, why: Refused) -> Record:
        headers = dict(entry.record.headers)
        return DeadLetter(
            value=entry.record.value,
            key=entry.record.key or None,
            original_topic=entry.topic,
            partition=None,
            offset=None,
            event_id=headers.get("ce_id", b"").decode() or None,
            attempt=1,
            error_class=why.error_class,
            first_failure=instant_text(entry.since_ms),
            code_version=self._code_version,
        ).record()

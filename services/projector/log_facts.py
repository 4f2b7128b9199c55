"""What the claim asks of the log, answered by a reader of its own."""

from services.projector.decode import claimed_event_id
from services.runtime.records import LogReader


class ReaderFacts:
    """Bounds and event ids of the log; raises BrokerUnavailable."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader

    def bounds(self, partition: int) -> tuple[int, int]:
        """First offset and end offset."""
        return self._reader.bounds([partition])[partition]

    def event_id_at(self, partition: int, offset: int) -> str | None:
        """The event id claimed by the record at `offset`, if one can be read."""
        record = self._reader.read_one(partition, offset)
        if record is None:
            return None
        return claimed_event_id(record[3])

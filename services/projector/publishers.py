"""The publishers of this process: one per claimed partition, started and ended with the claim."""

from collections.abc import Callable

from services.projector.batch import Finished
from services.projector.lane import Claimed
from services.projector.publisher import Publisher
from services.projector.store import Outbox
from services.runtime.clock import monotonic
from services.runtime.sink import FencedSink


class Publishers:
    """Publishers by partition. `hand_over` comes from the writer's thread, the rest from the loop's."""

    def __init__(self, *, outbox: Callable[[], Outbox], sink: Callable[[int], FencedSink]) -> None:
        self._outbox = outbox
        self._sink = sink
        self._running: dict[int, Publisher] = {}
        self._ending: list[Publisher] = []

    def start(self, claimed: Claimed) -> None:
        """Publish the partition under this claim; an earlier claim's publisher ends."""
        self.stop(claimed.partition)
        self._running[claimed.partition] = Publisher(claimed, outbox=self._outbox, sink=self._sink)

    def stop(self, partition: int) -> None:
        """Ask the partition's publisher to end."""
        publisher = self._running.pop(partition, None)
        if publisher is not None:
            publisher.stop()
            self._ending.append(publisher)

    def hand_over(self, batch: Finished) -> None:
        """The changes of a committed batch."""
        publisher = self._running.get(batch.partition)
        if publisher is not None and batch.changes:
            publisher.hand_over(batch.published, newest=batch.next_seq - 1)

    def trouble(self) -> str | None:
        """What readiness says: partitions whose publisher has died."""
        running = dict(self._running)
        stuck = [f"{p}: {publisher.stuck}" for p, publisher in running.items() if publisher.stuck]
        dead = sorted(p for p, publisher in running.items() if not publisher.alive)
        if stuck:
            return f"cannot publish {'; '.join(stuck)}"
        return f"no publisher for {dead}" if dead else None

    def drain(self, *, timeout: float) -> None:
        """End all publishers after what they hold, within `timeout` seconds."""
        deadline = monotonic() + timeout
        for partition in list(self._running):
            self.stop(partition)
        for publisher in self._ending:
            publisher.join(timeout=max(deadline - monotonic(), 0.0))

"""Contestant: our reader over a whole log."""

from collections.abc import Callable

from tests.bench.child import contest, offsets, say
from tests.bench.projector import AllPartitions


def prepare(kafka: str, topic: str, ends: dict[str, int]) -> Callable[[], None]:
    """A connected reader that stands at the beginning of every partition."""
    left = offsets(ends)
    reader = AllPartitions(kafka, topic, partitions=len(left))
    for partition in left:
        reader.release(partition, 0)

    def run() -> None:
        count = size = 0
        while count < sum(left.values()):
            for records in reader.poll(200, 10_000).values():
                count += len(records)
                size += sum([len(value or b"") for _, _, _, value in records])
        say(read=count, bytes=size)

    return run


if __name__ == "__main__":
    contest(prepare)

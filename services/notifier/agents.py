"""The stream: status records in, each acknowledged once its alerts stand in Kafka."""

from typing import Any

import faust
from faust import Stream
from faust.types import ChannelT

from services.notifier.lanes import Lanes


def bind(app: faust.App, status: ChannelT[Any], lanes: Lanes) -> None:
    """Let `lanes` handle everything `status` brings, and forget them when partitions are taken away."""

    async def announce(stream: Stream[Any]) -> None:
        """Announcements become alerts."""
        # noack: an agent that raises, and every batching of Faust's own, acknowledges what it drops
        async for event in stream.noack().events():
            await lanes.feed(event)

    async def forget(*_: Any, **__: Any) -> None:
        # All of them: a rebalance reads every kept partition again from its committed offset.
        await lanes.drop()
        consumer: Any = app.consumer
        consumer.fetched.clear()

    app.agent(status, name="announce", concurrency=1)(announce)  # type: ignore[arg-type]  # its stream has noack
    # a weak reference would be gone when this function returns
    app.on_partitions_revoked.connect(forget, weak=False)

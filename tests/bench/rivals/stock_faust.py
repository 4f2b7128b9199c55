"""Rivals: Faust agents that turn announcements into alerts. `how`: as its manual shows it, or the fast way.

`send`   awaits `topic.send` for each, as the manual does: nothing waits for the broker's acknowledgement.
`ack`    awaits the acknowledgement of each.
`take`   takes up to 500 events and awaits all their acknowledgements together: the best known.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import faust
import orjson
from faust.types import EventT

from services.notifier.alerts import alert_of, alert_record
from tests.bench.child import contest

Send = Callable[[EventT], Awaitable[list[Any]]]
"""Sends the alerts of an event; the acknowledgements that can be awaited."""


def prepare(kafka: str, status: str, alerts: str, group: str, folder: str, how: str) -> Callable[[], None]:
    """The worker, not connected yet."""
    app = faust.App(
        group, broker=f"kafka://{kafka}", store="memory://", datadir=folder, topic_partitions=8,
        web_enabled=False, autodiscover=False,
    )  # fmt: skip
    raw = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}
    sink = app.topic(alerts, **raw)

    async def send(event: EventT) -> list[Any]:
        changed = orjson.loads(event.value)
        records = [alert_record(alert_of(changed, each)) for each in changed["announcements"]]
        at = event.message.partition
        return [await sink.send(key=r.key, value=r.value, headers=r.headers, partition=at) for r in records]

    agent = _taking(send) if how == "take" else _one_by_one(send, acknowledged=how == "ack")
    app.agent(app.topic(status, **raw), name="alerting")(agent)
    app.finalize()

    def run() -> None:
        sys.argv = sys.argv[:1]  # the worker reads the command line too
        faust.Worker(app, loglevel="ERROR", redirect_stdouts=False).execute_from_commandline()

    return run


def _one_by_one(send: Send, *, acknowledged: bool) -> Callable[[Any], Awaitable[None]]:
    async def alerting(stream: Any) -> None:
        async for event in stream.events():
            for sent in await send(event):
                if acknowledged:
                    await sent

    return alerting


def _taking(send: Send) -> Callable[[Any], Awaitable[None]]:
    async def alerting(stream: Any) -> None:
        async for events in stream.take_events(500, within=0.05):
            waiting = [sent for event in events for sent in await send(event)]
            if waiting:
                await asyncio.gather(*waiting)

    return alerting


if __name__ == "__main__":
    contest(prepare)

"""The agent's bond with Faust: it acknowledges nothing by itself and forgets all when partitions move."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from services.notifier.agents import bind


class FakeStream:
    """A stream of events; whether its acknowledging by itself was switched off."""

    def __init__(self, events: list[str]) -> None:
        self._events = events
        self.acknowledges = True

    def noack(self) -> "FakeStream":
        """As Stream.noack."""
        self.acknowledges = False
        return self

    async def events(self) -> AsyncIterator[str]:
        """As Stream.events."""
        for event in self._events:
            yield event


class FakeConsumer:
    """How far records were fetched."""

    def __init__(self) -> None:
        self.fetched = {0: 7}


class FakeApp:
    """What is bound to an application."""

    def __init__(self) -> None:
        self.agents: list[Callable[[Any], Any]] = []
        self.settings: dict[str, Any] = {}
        self.revoked: list[Callable[..., Any]] = []
        self.on_partitions_revoked = self
        self.consumer = FakeConsumer()

    def agent(self, channel: object, **settings: Any) -> Callable[[Callable[[Any], Any]], None]:
        """As App.agent."""
        self.settings = settings
        return self.agents.append

    def connect(self, receiver: Callable[..., Any], *, weak: bool) -> None:
        """As Signal.connect; a weak one would be gone at once."""
        if not weak:
            self.revoked.append(receiver)


class FakeLanes:
    """What the lanes are told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def feed(self, event: str) -> None:
        """As Lanes.feed."""
        self.told.append(event)

    async def drop(self) -> None:
        """As Lanes.drop."""
        self.told.append("dropped")


def bound() -> tuple[FakeApp, FakeLanes]:
    """An application with its lanes."""
    app, lanes = FakeApp(), FakeLanes()
    bind(app, object(), lanes)  # type: ignore[arg-type]
    return app, lanes


def test_every_event_goes_to_the_lanes_in_order_and_faust_acknowledges_none() -> None:
    app, lanes = bound()
    stream = FakeStream(["a", "b", "c"])

    asyncio.run(app.agents[0](stream))

    assert lanes.told == ["a", "b", "c"]
    assert not stream.acknowledges
    assert app.settings["concurrency"] == 1


def test_when_partitions_are_taken_away_every_lane_is_dropped() -> None:
    app, lanes = bound()

    asyncio.run(app.revoked[0](object()))

    assert lanes.told == ["dropped"]
    assert app.consumer.fetched == {}

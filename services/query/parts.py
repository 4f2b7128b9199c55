"""What the features of the read side are made of."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from services.query.caller import Door
from services.query.index.follower import Follower
from services.query.store import ReadStore
from services.query.streaming import Streams
from services.runtime.config import Settings
from services.runtime.health import Health


@dataclass(slots=True)
class Parts:
    """What the routes call; `alongside` runs from the server's start to its end.

    `at_stop` is called when the service is told to stop, before it waits for answers under way.
    """

    settings: Settings
    store: ReadStore
    door: Door
    health: Health
    index: Follower | None = None
    alongside: list[Callable[[], AbstractAsyncContextManager[None]]] = field(default_factory=list)
    at_stop: list[Callable[[], None]] = field(default_factory=list)
    live: Streams | None = None

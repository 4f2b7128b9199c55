"""What the features of the read side are made of."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from services.query.caller import Door
from services.query.store import ReadStore
from services.runtime.config import Settings
from services.runtime.health import Health


@dataclass(slots=True)
class Parts:
    """What the routes call; `alongside` runs from the server's start to its end."""

    settings: Settings
    store: ReadStore
    door: Door
    health: Health
    alongside: list[Callable[[], AbstractAsyncContextManager[None]]] = field(default_factory=list)

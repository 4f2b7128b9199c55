"""Which index answers: the one over the model in force; another model's is made while the old one answers."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from services.query.index.reached import Reached
from services.query.index.store import Fed, IndexStore, LogDiverged
from services.runtime import metrics
from services.runtime.clock import monotonic
from services.runtime.log import get_logger

_LOG: Final = get_logger(__name__)
_KEPT_BEHIND: Final = timedelta(minutes=1)
"""How long an index stays after another took over: who began to read from it ends."""


def follow(
    store: IndexStore, reached: Reached, *, until: Callable[[], bool], pause: Callable[[], None]
) -> None:
    """Follow the model in force until told to stop, `pause`ing whenever there is nothing to do."""
    drop_at = monotonic() + _KEPT_BEHIND.total_seconds()
    while not until():
        model = store.pointer()
        if model is None:
            pause()
            continue
        serving = store.serving()
        if serving != model:
            build(store, model, serving=serving, until=until)
            drop_at = monotonic() + _KEPT_BEHIND.total_seconds()
            continue
        fed = _fed(store, serving, model=model)
        reached.tell(serving, fed.ends)
        metrics.INDEX_LAG.set(max(fed.behind, 0))
        if not fed.has_more:
            pause()
        if monotonic() >= drop_at:
            store.drop_others(serving)
            drop_at = float("inf")


def build(store: IndexStore, model: int, *, serving: int | None, until: Callable[[], bool]) -> bool:
    """Make the index over `model` and let it answer; False where something else has become more urgent.

    The index that answers meanwhile is fed from the new model: both tell of the same log.
    """
    _LOG.info("index_build_began", model=model, serving=serving)

    def go_on() -> bool:
        if serving is not None:
            _fed(store, serving, model=model)
        return not until() and store.pointer() == model

    for _ in _made(store, model):
        if not go_on():
            return False
    store.serve(model)
    _LOG.info("index_build_done", model=model)
    return True


def _made(store: IndexStore, model: int) -> Iterator[None]:
    """Make the index bit by bit, as the caller comes back for more."""
    store.begin_build(model, model=model)
    after: str | None = ""
    while (after := store.build_on(model, model=model, after=after or "")) is not None:
        yield
    yield from store.finish_build(model)
    while store.feed(model, model=model).has_more:
        yield


def _fed(store: IndexStore, serving: int, *, model: int) -> Fed:
    """Feed once."""
    try:
        return store.feed(serving, model=model)
    except LogDiverged:
        _LOG.warning("index_dropped", index=serving, model=model, why="the model stands before it")
        store.drop(serving)
        return Fed({}, behind=-1)

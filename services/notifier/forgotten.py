"""Futures that aiokafka fails and nobody waits for: what they say is told where we do wait for it.

A producer that is fenced fails the future of its next commit and of a batch that is drained, besides
those that its caller has. Without this each is written with a traceback, as a bug of ours is.
"""

import asyncio
from typing import Any

from aiokafka.errors import KafkaError

from services.runtime.log import get_logger

log = get_logger(__name__)


def on_trouble(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The loop's exception handler: a line for the client's forgotten futures, the usual way for the rest.

    A task is never one of them: those are made by us.
    """
    error, future = context.get("exception"), context.get("future")
    if isinstance(error, KafkaError) and future is not None and not isinstance(future, asyncio.Task):
        log.info("client_future_forgotten", error=f"{type(error).__name__}: {error}")
        return
    loop.default_exception_handler(context)

"""What the notifier's loop says of failures that nobody has waited for."""

import asyncio
import gc
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from aiokafka.errors import ProducerFenced
from structlog.testing import capture_logs

from services.notifier.forgotten import on_trouble


def told(
    scene: Callable[[], Coroutine[Any, Any, None]], caplog: pytest.LogCaptureFixture
) -> tuple[int, list[str]]:
    """How many errors the loop wrote with a traceback, and the events that we wrote instead."""

    async def play() -> None:
        asyncio.get_running_loop().set_exception_handler(on_trouble)
        await scene()
        await asyncio.sleep(0)
        gc.collect()

    with caplog.at_level(logging.ERROR, "asyncio"), capture_logs() as ours:
        asyncio.run(play())
    return len([r for r in caplog.records if r.exc_info]), [entry["event"] for entry in ours]


async def fail(error: Exception) -> None:
    """A future that fails and is forgotten."""
    asyncio.get_running_loop().create_future().set_exception(error)


def test_a_future_of_the_client_that_was_fenced_is_a_line_without_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert told(lambda: fail(ProducerFenced()), caplog) == (0, ["client_future_forgotten"])


def test_a_bug_in_a_future_is_told_as_one(caplog: pytest.LogCaptureFixture) -> None:
    assert told(lambda: fail(ValueError("ours")), caplog) == (1, [])


def test_a_task_of_ours_that_nobody_waits_for_is_told_whatever_it_met(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def ours() -> None:
        raise ProducerFenced

    async def scene() -> None:
        task = asyncio.get_running_loop().create_task(ours())
        await asyncio.sleep(0)
        del task

    assert told(scene, caplog) == (1, [])

"""Worker processes at their tasks: a partition each, as many at once as there are workers."""

from collections.abc import Callable
from multiprocessing.connection import wait
from typing import Any

from services.projector.rebuild.task import Task
from services.projector.rebuild.worker import Worker


def work_off(tasks: list[Task], *, processes: int, moved: Callable[[int], None]) -> None:
    """Have them all done; `moved` hears of the records folded.

    Raises WorkerDied, and what a worker met.
    """
    # the largest last in the list, and so first at work: no core idles for long at the end
    todo = sorted(tasks, key=lambda task: task.records)
    workers = [Worker() for _ in range(min(max(processes, 1), len(todo)))]
    try:
        _share(workers, todo, moved=moved)
    finally:
        for worker in workers:
            worker.close()


def _share(workers: list[Worker], todo: list[Task], *, moved: Callable[[int], None]) -> None:
    busy: dict[Any, Worker] = {}
    for worker in workers:
        worker.start(todo.pop())
        busy[worker.pipe] = worker
    while busy:
        for pipe in wait(list(busy)):
            told = busy[pipe].hear()
            if told.failure is not None:
                raise told.failure
            moved(told.records)
            if told.done and todo:
                busy[pipe].start(todo.pop())
            elif told.done:
                del busy[pipe]

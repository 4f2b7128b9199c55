"""A process that folds partitions for a rebuild, one after another, each with the whole of a core.

The parent hands out one task at a time and hears of every chunk. A worker whose parent is gone meets a
closed socket at its next chunk and ends; what it had not committed is gone with its connection.
"""

import gc
import pickle
import signal
import socket
import subprocess
import sys
from multiprocessing.connection import Connection

from services.projector.rebuild.load import load
from services.projector.rebuild.tail import go_on
from services.projector.rebuild.task import Task, Told
from services.runtime import compiled
from services.runtime.records import LogReader


class WorkerDied(RuntimeError):
    """A worker is gone: somebody killed it. What it was loading is loaded again by the next rebuild."""

    def __init__(self) -> None:
        super().__init__("a process of the rebuild has died")


class Worker:
    """The parent's side of one worker."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [*compiled.command("services.projector.rebuild.worker"), str(theirs.fileno())]
            self._child = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        self.pipe = Connection(ours.detach())

    def start(self, task: Task) -> None:
        """Give it a task; it must have none. Raises WorkerDied."""
        try:
            self.pipe.send(task)
        except ConnectionError as error:
            raise WorkerDied from error

    def hear(self) -> Told:
        """What it says next. Raises WorkerDied."""
        try:
            told: Told = self.pipe.recv()
        except (EOFError, ConnectionError) as error:
            raise WorkerDied from error
        return told

    def close(self) -> None:
        """End it; a task it is at is lost."""
        self.pipe.close()
        self._child.kill()
        self._child.wait()


def serve(pipe: Connection) -> None:
    """The worker's life: task after task until the parent is gone."""
    # States hold no cycles: looking for some takes a quarter of the time.
    gc.disable()
    reader: LogReader | None = None
    try:
        while True:
            task: Task = pipe.recv()
            try:
                if task.since is None:
                    reader = reader or LogReader(task.source.kafka, task.source.topic)
                    load(task, reader, told=lambda n: _tell(pipe, n))
                else:
                    go_on(task, task.since, told=lambda n: _tell(pipe, n))
            except (EOFError, ConnectionError):
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the parent is told and ends with it
                pipe.send(Told(0, failure=_portable(error)))
            else:
                pipe.send(Told(0, done=True))
            gc.collect()
    except (EOFError, ConnectionError):
        return  # the parent is gone


def _tell(pipe: Connection, records: int) -> None:
    pipe.send(Told(records))


def _portable(error: Exception) -> BaseException:
    """The error if it can travel, else one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - errors may refuse to be pickled in any way they like
        return RuntimeError(repr(error))
    return error


def main() -> int:
    """The entry point of the child; its one argument is the number of its end of the socket pair."""
    # the parent is interrupted, and ends us
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(Connection(int(sys.argv[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main())

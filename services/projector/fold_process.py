"""A folder in a process of its own: rounds go down a socket pair, finished batches come back.

The child ends when its parent does, however that ends: its next read or write meets a closed socket.
A child that dies ends the parent, whose supervisor starts both anew: the checkpoint says where to go on.
"""

import gc
import pickle
import queue
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Any, BinaryIO, Final, NamedTuple, cast

from services.projector.folder import Folded, Folding, Round
from services.projector.store import Reads
from services.runtime import compiled
from services.runtime.clock import monotonic

_BUFFER_BYTES: Final = 256 * 1024
_END_SECONDS: Final = 2.0


class FolderDied(RuntimeError):
    """The child is gone: a bug in the fold, or somebody killed it."""


class FoldProcess:
    """The parent's side. `submit` and `results` are the loop's; two threads move the bytes."""

    def __init__(self, name: str, *, partitions: int, database_url: str, arrived: threading.Event) -> None:
        """Start the child; `arrived` is set whenever an answer has come."""
        ours, theirs = socket.socketpair()
        with theirs:
            command = [*compiled.command("services.projector.fold_process"), str(theirs.fileno())]
            self._child = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        self._pipe = _pipe(ours)
        self._todo: queue.SimpleQueue[Round | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Folded] = queue.SimpleQueue()
        self._arrived = arrived
        self._sent, self._answered = 0, 0
        self._moved_at = monotonic()
        self._closing = False
        self._dead = False
        self._pipe.send((partitions, database_url))
        self._threads = [
            threading.Thread(target=work, name=f"{name}-{what}", daemon=True)
            for what, work in (("rounds", self._send_rounds), ("answers", self._take_answers))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    @property
    def outstanding(self) -> int:
        """Rounds not answered yet."""
        return self._sent - self._answered

    @property
    def silent_for(self) -> float:
        """Seconds without an answer while one is awaited."""
        return monotonic() - self._moved_at if self.outstanding else 0.0

    def submit(self, round_: Round) -> None:
        """Hand over a round; never waits."""
        if not self.outstanding:
            self._moved_at = monotonic()
        self._sent += 1
        self._todo.put(round_)

    def results(self) -> list[Folded]:
        """The answers since the last call; raises FolderDied."""
        found = []
        while not self._done.empty():
            found.append(self._done.get_nowait())
            self._answered += 1
            self._moved_at = monotonic()
        if self._dead and not self._closing and not found:
            raise FolderDied(f"the fold process {self._child.pid} ended with {self._child.poll()}")
        return found

    def close(self) -> None:
        """End the child; what it is folding is lost, as in a crash."""
        self._closing = True
        self._todo.put(None)
        try:
            self._child.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        for thread in self._threads:
            thread.join(_END_SECONDS)
        self._pipe.close()

    def _send_rounds(self) -> None:
        try:
            while (round_ := self._todo.get()) is not None:
                self._pipe.send(round_)
            self._pipe.send(None)
        except OSError:
            self._end()

    def _take_answers(self) -> None:
        try:
            while True:
                answer: Folded = self._pipe.receive()
                self._done.put(answer)
                self._arrived.set()
        except (EOFError, OSError):
            self._end()

    def _end(self) -> None:
        self._dead = True
        self._arrived.set()


class _Pipe(NamedTuple):
    """A socket as two files of pickles: large bytes go from and to their place without a copy between."""

    source: BinaryIO
    target: BinaryIO

    def send(self, value: object) -> None:
        """Raises OSError when the other end is gone."""
        pickle.dump(value, self.target, protocol=pickle.HIGHEST_PROTOCOL)
        self.target.flush()

    def receive(self) -> Any:
        """The next value; raises EOFError and OSError when the other end is gone."""
        return pickle.load(self.source)

    def close(self) -> None:
        """Let go of the socket."""
        self.source.close()
        with suppress(BrokenPipeError):  # what could not be flushed has nobody to go to
            self.target.close()


def _pipe(end: socket.socket) -> _Pipe:
    with end:
        source = end.makefile("rb", buffering=_BUFFER_BYTES)
        target = end.makefile("wb", buffering=_BUFFER_BYTES)
        return _Pipe(cast("BinaryIO", source), cast("BinaryIO", target))


def serve(pipe: _Pipe) -> None:
    """The child's life: fold round after round until the parent says so or is gone."""
    partitions, database_url = pipe.receive()
    folding = Folding(partitions=partitions, connect=lambda: Reads(database_url))
    # States hold no cycles, and looking for some took a quarter of the time: only the exceptions of
    # bad records leave any, which end with their round; what is kept is out of the collector's sight.
    gc.disable()
    try:
        while (round_ := pipe.receive()) is not None:
            folded = folding.fold(round_)
            pipe.send(folded)
            if any(batch.bad for _, batch in folded.batches):
                gc.collect()
            gc.freeze()
    except (EOFError, ConnectionError):
        return  # the parent is gone
    finally:
        folding.close()
        pipe.close()


def main() -> int:
    """The entry point of the child; its one argument is the number of its end of the socket pair."""
    # the parent is told to stop, and tells us
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    serve(_pipe(socket.socket(fileno=int(sys.argv[1]))))
    return 0


if __name__ == "__main__":
    sys.exit(main())

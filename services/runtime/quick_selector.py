"""For speed: what kafka-python's IO loop waits on. Half of that loop's time went into asking it to wait.

The loop takes a socket off its selector after every read and puts it back at once, two calls of the system
each time; and to learn that it is not there it has the socket's name put into an error, two more. Here a
socket that is taken off stays until something comes for it, and nobody's name is asked.
`tests/unit/runtime/test_quick_selector.py` holds it to the standard library's, which is the plain way.
"""

import selectors
from collections.abc import Mapping
from typing import Any


class QuickSelector(selectors.DefaultSelector):
    """A selector for few sockets that are taken off and put back all the time. One thread."""

    def __init__(self) -> None:
        super().__init__()
        self._watched: dict[Any, selectors.SelectorKey] = {}
        self._left: dict[int, selectors.SelectorKey] = {}
        """Taken off, and still watched by the system; by the number of the file."""

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Watch it; raises KeyError when it is watched, ValueError when it is closed."""
        number = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        if number < 0:
            raise ValueError(f"Invalid file descriptor: {number}")
        left = self._left.pop(number, None)
        if left is not None and (left.fileobj is not fileobj or left.events != events):
            super().unregister(left.fileobj)
            left = None
        put = super().register if left is None else super().modify
        key = self._watched[fileobj] = put(fileobj, events, data)
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Watch it no more; raises KeyError when it is not watched."""
        key = self._watched.pop(fileobj)
        self._left[key.fd] = key
        return key

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Watch it for something else; raises KeyError when it is not watched."""
        del self._watched[fileobj]  # nor is it any more when the system refuses
        key = self._watched[fileobj] = super().modify(fileobj, events, data)
        return key

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready; may return early with nothing."""
        ready = super().select(timeout)
        if not self._left:
            return ready
        for key, _ in ready:
            if key.fd in self._left:
                super().unregister(self._left.pop(key.fd).fileobj)
        return [(key, events) for key, events in ready if key.fileobj in self._watched]

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        """How it is watched; raises KeyError when it is not."""
        return self._watched[fileobj]

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """All that is watched."""
        return self._watched

    def close(self) -> None:
        """Watch nothing any more."""
        self._watched.clear()
        self._left.clear()
        super().close()

"""A lock file that says that a process lives: whose lock is free, that process is gone."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_SUFFIX: Final = ".alive"


class Presence:
    """This process's lock file `<instance>.alive`, and the ones of others in the same folder."""

    def __init__(self, folder: Path, instance: str) -> None:
        self._folder = folder
        self._path = folder / f"{instance}{_SUFFIX}"
        self._lock = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def gone(self) -> Iterator[str]:
        """The instances whose process is gone; `forget` ends that they are named."""
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            if path != self._path and _is_free(path):
                yield path.name.removesuffix(_SUFFIX)

    def forget(self, instance: str) -> None:
        """Remove the lock file of a process that is gone."""
        (self._folder / f"{instance}{_SUFFIX}").unlink(missing_ok=True)

    def close(self) -> None:
        """Say that this process is gone."""
        self._path.unlink(missing_ok=True)
        os.close(self._lock)


def _is_free(path: Path) -> bool:
    try:
        lock = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True

"""A secret in a file of its own, readable by its owner only; made at random where there is none."""

import os
from contextlib import ExitStack, suppress
from pathlib import Path
from uuid import uuid4


def ensure_secret(path: Path, *, size: int) -> None:
    """Let `path` hold `size` random bytes in hex, unless it is there already. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    with ExitStack() as stack:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        stack.callback(draft.unlink)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(os.urandom(size).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            # a link never replaces: of two that start at once, both end with the same secret
            path.hardlink_to(draft)

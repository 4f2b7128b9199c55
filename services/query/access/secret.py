"""The secret that the read side signs with: the master key's child, or one of its own in the home."""

import hashlib
import hmac
import os
from contextlib import ExitStack, suppress
from functools import lru_cache
from pathlib import Path
from typing import Final
from uuid import uuid4

from services.query.access.signing import Signer
from services.runtime.config import Settings

_OWN_FILE: Final = "query.key"
_BYTES: Final = 32
_PURPOSE: Final = b"shiplog read side signs"


def signer_of(settings: Settings) -> Signer:
    """What signs for this Shiplog: the same in every process that has the same master key file or home.

    Raises OSError where neither file can be read or made.
    """
    return _signer(settings.master_key_file, settings.home)


@lru_cache(maxsize=16)
def _signer(master_key_file: Path, home: Path) -> Signer:
    try:
        written = master_key_file.read_bytes().strip()
    except FileNotFoundError:
        written = _own(home / _OWN_FILE)
    return Signer(hmac.digest(written, _PURPOSE, hashlib.sha256))


def _own(path: Path) -> bytes:
    """What is in `path`; made, readable by its owner only, where there is no file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    with ExitStack() as stack:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        stack.callback(draft.unlink)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(os.urandom(_BYTES).hex() + "\n")
        with suppress(FileExistsError):
            # a link never replaces: of two that start at once, both end with the same secret
            path.hardlink_to(draft)
    return path.read_bytes().strip()

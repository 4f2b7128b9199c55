"""The secret that the read side signs with: the master key's child, or one of its own in the home."""

import hashlib
import hmac
from functools import lru_cache
from pathlib import Path
from typing import Final

from services.query.access.signing import Signer
from services.runtime.config import Settings
from services.runtime.secret_file import ensure_secret

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
        ensure_secret(home / _OWN_FILE, size=_BYTES)
        written = (home / _OWN_FILE).read_bytes().strip()
    return Signer(hmac.digest(written, _PURPOSE, hashlib.sha256))

"""Data keys: one per data subject, wrapped by the master key in core.data_keys, cached once unwrapped."""

import os
import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final
from uuid import uuid4

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.ingest.sealing import DataKey, KeysAway
from services.runtime.log import get_logger
from services.runtime.postgres import Connection, connect, load_queries
from services.runtime.secret_file import ensure_secret

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_LOG: Final = get_logger(__name__)


class BadMasterKey(Exception):
    """The master key file does not hold 32 bytes in hex."""


def read_master_key(path: Path) -> bytes:
    """The master key in `path`, 64 hexadecimal digits; raises BadMasterKey and OSError."""
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (ValueError, UnicodeDecodeError) as error:
        raise BadMasterKey(f"{path} does not hold {KEY_BYTES} bytes in hex") from error
    if len(key) != KEY_BYTES:
        raise BadMasterKey(f"{path} does not hold {KEY_BYTES} bytes in hex")
    return key


def ensure_master_key(path: Path) -> bytes:
    """The master key in `path`; a new one, readable by its owner only, where there is no file."""
    ensure_secret(path, size=KEY_BYTES)
    return read_master_key(path)


class Keystore:
    """Data keys from PostgreSQL. Safe to call from several threads; one connection, opened when needed."""

    def __init__(self, url: str, *, master: bytes, most_cached: int = 100_000) -> None:
        self._url = url
        self._master = AESGCM(master)
        self._most_cached = most_cached
        self._queries = load_queries(files("services.ingest").joinpath("keys.sql").read_text())
        self._cache: OrderedDict[str, DataKey] = OrderedDict()
        self._lock = threading.Lock()
        self._conn: Connection | None = None

    def keys_for(self, subjects: Collection[str]) -> Mapping[str, DataKey]:
        """The key of each subject, made and stored where there was none; raises KeysAway."""
        with self._lock:
            missing = sorted(subject for subject in set(subjects) if subject not in self._cache)
            if missing:
                self._load(missing)
            found = {subject: self._cache[subject] for subject in subjects}
            for subject in found:
                self._cache.move_to_end(subject)
            while len(self._cache) > self._most_cached:
                self._cache.popitem(last=False)
            return found

    def close(self) -> None:
        """Let go of the connection and of every unwrapped key."""
        with self._lock:
            self._cache.clear()
            self._disconnect()

    def _load(self, subjects: list[str]) -> None:
        try:
            rows = self._rows(subjects)
        except psycopg.Error as error:
            self._disconnect()
            raise KeysAway("PostgreSQL does not give the keys of data subjects") from error
        for subject, key_id, wrapped in rows:
            self._cache[subject] = DataKey(key_id, self._unwrapped(key_id, wrapped))

    def _rows(self, subjects: list[str]) -> list[tuple[str, str, bytes]]:
        if self._conn is None or self._conn.closed:
            self._conn = connect(self._url, name="shiplog-ingest-keys", autocommit=True)
        known = self._conn.execute(self._queries.get("known"), {"subjects": subjects}).fetchall()
        absent = sorted(set(subjects) - {row[0] for row in known})
        if not absent:
            return known
        ids = [str(uuid4()) for _ in absent]
        wrapped = [self._wrapped(key_id, os.urandom(KEY_BYTES)) for key_id in ids]
        self._conn.execute(self._queries.get("add"), {"ids": ids, "subjects": absent, "wrapped": wrapped})
        # asked again, not remembered: another process may have been first
        return self._conn.execute(self._queries.get("known"), {"subjects": subjects}).fetchall()

    def _wrapped(self, key_id: str, key: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._master.encrypt(nonce, key, key_id.encode())

    def _unwrapped(self, key_id: str, wrapped: bytes) -> bytes:
        try:
            return self._master.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], key_id.encode())
        except InvalidTag as error:
            _LOG.error("data_key_not_ours", key_id=key_id)
            raise KeysAway("the master key is not the one that wrapped the stored keys") from error

    def _disconnect(self) -> None:
        if self._conn is not None:
            self._conn.close()
            self._conn = None

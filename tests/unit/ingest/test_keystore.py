"""The master key's file: made once, private, read strictly."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.ingest.keystore import BadMasterKey, ensure_master_key, read_master_key


def test_a_missing_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"

    first = ensure_master_key(path)

    assert len(first) == 32
    assert ensure_master_key(path) == read_master_key(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_of_many_who_start_at_once_all_end_with_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: ensure_master_key(tmp_path / "master.key"), range(32)))

    assert len(keys) == 1


@pytest.mark.parametrize("text", ["", "00" * 31, "00" * 33, "zz" * 32, "\xff"])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "master.key"
    path.write_text(text, encoding="latin-1")

    with pytest.raises(BadMasterKey):
        ensure_master_key(path)

"""The spool: what it has taken is still there after a kill, in order, once or twice, never not at all."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.codec import Record
from services.ingest.spool import Spool, SpoolFull
from services.ingest.spool_file import Entry, SpoolBroken, SpoolFile

HEADERS = [("ce_id", b"1"), ("binary", b"\xff\x00")]


def entry(value: str, *, since_ms: int = 5, topic: str = "t") -> Entry:
    return Entry(topic, Record(b"k", value.encode(), HEADERS), since_ms)


def values(spool: Spool) -> list[str]:
    """Everything in the spool, read out."""
    found = []
    while (file := spool.first()) is not None:
        head = file.head(most=2, most_bytes=1_000)
        found += [each.record.value.decode() for _, each in head]
        file.remove(head[-1][0])
    return found


def test_entries_come_out_in_order_and_whole(tmp_path: Path) -> None:
    spool = Spool(tmp_path, instance="me")
    spool.append([entry("a", since_ms=7), entry("b", since_ms=9)])
    spool.append([entry("c", since_ms=11)])

    file = spool.first()
    assert file is not None
    assert (spool.depth, spool.oldest_ms()) == (3, 7)
    assert file.head(most=1, most_bytes=1) == [(1, entry("a", since_ms=7))]
    assert values(spool) == ["a", "b", "c"]
    assert (spool.depth, spool.size, spool.oldest_ms()) == (0, 0, None)


def test_a_head_is_bounded_in_bytes_but_never_empty(tmp_path: Path) -> None:
    spool = Spool(tmp_path, instance="me")
    spool.append([entry("x" * 1_000), entry("y" * 1_000)])
    file = spool.first()

    assert file is not None
    assert len(file.head(most=10, most_bytes=1)) == 1
    assert len(file.head(most=10, most_bytes=10_000)) == 2


def test_a_full_spool_takes_nothing_more(tmp_path: Path) -> None:
    spool = Spool(tmp_path, instance="me", most_bytes=1_000)
    spool.append([entry("x" * 500)])

    with pytest.raises(SpoolFull):
        spool.append([entry("y" * 500)])

    assert values(spool) == ["x" * 500]
    spool.append([entry("y" * 500)])
    assert values(spool) == ["y" * 500]


CHILD = """
import os, signal, sys
from pathlib import Path
from schemas.codec import Record
from services.ingest.spool import Spool
from services.ingest.spool_file import Entry
spool = Spool(Path(sys.argv[1]), instance="child")
for n in range(5):
    spool.append([Entry("t", Record(b"k", str(n).encode(), []), n)])
if sys.argv[2] == "wait":
    print("ready", flush=True)
    sys.stdin.read()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_had_taken_is_adopted(tmp_path: Path) -> None:
    child = subprocess.run([sys.executable, "-c", CHILD, str(tmp_path), "die"], check=False)
    spool = Spool(tmp_path, instance="me")

    adopted = spool.adopt()

    assert child.returncode == -9
    assert adopted == ["child"]
    assert spool.oldest_ms() == 0
    assert values(spool) == ["0", "1", "2", "3", "4"]
    spool.tidy()
    assert [path.name for path in tmp_path.iterdir()] == ["me.alive"]


def test_an_adopted_file_is_kept_until_it_is_read_out(tmp_path: Path) -> None:
    orphan = Spool(tmp_path, instance="gone")
    orphan.append([entry("a"), entry("b")])
    orphan.close()
    spool = Spool(tmp_path, instance="me")
    spool.adopt()

    spool.tidy()
    kept = spool.depth

    assert kept == 2
    assert values(spool) == ["a", "b"]
    spool.tidy()
    assert list(tmp_path.glob("*.spool")) == []


def test_the_file_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path), "wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    spool = Spool(tmp_path, instance="me")

    before = spool.adopt()
    child.communicate(b"")
    after = spool.adopt()

    assert (before, after) == ([], ["child"])


def test_a_closed_spool_leaves_what_is_in_it_and_nothing_else(tmp_path: Path) -> None:
    empty, filled = Spool(tmp_path / "a", instance="me"), Spool(tmp_path / "b", instance="me")
    for spool in (empty, filled):
        spool.append([entry("x")])
    assert values(empty) == ["x"]

    empty.close()
    filled.close()

    assert list((tmp_path / "a").iterdir()) == []
    assert [path.name for path in (tmp_path / "b").glob("*.spool")] == ["me.1.spool"]
    again = Spool(tmp_path / "b", instance="other")
    assert again.adopt() == ["me"]
    assert values(again) == ["x"]


def limit_to_present_size(file: SpoolFile) -> None:
    """As if the disk were full: SQLite fails the write, as it does on ENOSPC."""
    pages = file._db.execute("PRAGMA page_count").fetchone()[0]
    file._db.execute(f"PRAGMA max_page_count = {pages}")


def test_after_a_failed_write_the_file_takes_no_more_and_is_read_to_its_end(tmp_path: Path) -> None:
    spool = Spool(tmp_path, instance="me")
    spool.append([entry("a")])
    first = spool.first()
    assert first is not None
    limit_to_present_size(first)

    spool.append([entry("b" * 100_000)])
    with pytest.raises(SpoolBroken):
        first.append([entry("c")])

    assert first.writable is False
    assert sorted(path.name for path in tmp_path.glob("*.spool")) == ["me.1.spool", "me.2.spool"]
    assert values(spool) == ["a", "b" * 100_000]
    spool.tidy()
    assert [path.name for path in tmp_path.glob("*.spool")] == ["me.2.spool"]


def test_entries_that_come_together_are_kept_all_or_none(tmp_path: Path) -> None:
    file = SpoolFile(tmp_path / "me.1.spool")
    limit_to_present_size(file)

    with pytest.raises(SpoolBroken):
        file.append([entry("small"), entry("x" * 100_000)])

    assert (file.depth, file.size, file.head(most=9, most_bytes=9)) == (0, 0, [])


def test_what_is_removed_is_what_was_read_and_no_more(tmp_path: Path) -> None:
    file = SpoolFile(tmp_path / "me.1.spool")
    file.append([entry(text) for text in "abcd"])

    head = file.head(most=2, most_bytes=1_000)
    file.remove(head[-1][0])
    file.append([entry("e")])

    left = file.head(most=9, most_bytes=1_000)
    assert [each.record.value for _, each in left] == [b"c", b"d", b"e"]
    assert file.depth == 3
    assert file.size == sum(each.size for _, each in left)


def test_when_no_file_takes_anything_the_caller_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    spool = Spool(folder, instance="me")
    shutil.rmtree(folder)
    folder.write_text("in the way")

    with pytest.raises(SpoolBroken):
        spool.append([entry("a")])


def test_a_file_that_is_no_spool_is_left_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "old.1.spool").write_bytes(b"not a database" * 100)
    spool = Spool(tmp_path, instance="me")

    assert spool.adopt() == []
    assert (tmp_path / "old.1.spool").exists()


def test_refused_entries_stay_with_their_reason_after_everything_else_is_gone(tmp_path: Path) -> None:
    spool = Spool(tmp_path, instance="me")
    spool.keep_refused([(entry("bad"), "too_large", "9 bytes")])
    spool.close()

    file = SpoolFile(tmp_path / "me.1.spool")

    assert file.refusals() == [(entry("bad"), "too_large", "9 bytes")]
    assert file.depth == 0
    file.close()


def test_commits_are_flushed_to_the_disk(tmp_path: Path) -> None:
    file = SpoolFile(tmp_path / "me.1.spool")

    mode = file._db.execute("PRAGMA journal_mode").fetchone()[0]
    synchronous = file._db.execute("PRAGMA synchronous").fetchone()[0]
    file.append([entry("a")])
    with sqlite3.connect(file.path) as other:
        seen = other.execute("SELECT count(*) FROM entries").fetchone()[0]
    file.close()

    assert (mode, synchronous, seen) == ("wal", 2, 1)

"""The folder contract in the loop's own thread and in a process, and what only a process can do."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from services.projector.fold_process import FolderDied, FoldProcess
from services.projector.folder import Folding, InlineFolder, Opening, Round
from services.projector.store import Reads
from services.runtime.clock import monotonic
from tests.contracts.folder_contract import (
    ARRIVED,
    NOWHERE,
    PARTITIONS,
    FolderContract,
    batches,
    claimed,
    records,
)


def inline() -> InlineFolder:
    """A folder in this thread."""
    return InlineFolder(Folding(partitions=PARTITIONS, connect=lambda: Reads(NOWHERE)))


def process() -> FoldProcess:
    """A folder in a child of this process."""
    return FoldProcess("fold", partitions=PARTITIONS, database_url=NOWHERE, arrived=ARRIVED)


def gone(pid: int) -> bool:
    """Whether the process has ended within 10 s."""
    until = monotonic() + 10
    while monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        threading.Event().wait(0.05)
    return False


class TestInline(FolderContract):
    """Everything the contract says."""

    @pytest.fixture
    def folder(self) -> InlineFolder:
        """A folder in this thread."""
        return inline()

    @pytest.fixture
    def folder_without_database(self) -> InlineFolder:
        """The same: no folder of this contract has one."""
        return inline()


class TestProcess(FolderContract):
    """Everything the contract says."""

    @pytest.fixture
    def folder(self) -> Iterator[FoldProcess]:
        """A folder in a child, ended with the test."""
        child = process()
        yield child
        child.close()

    @pytest.fixture
    def folder_without_database(self, folder: FoldProcess) -> FoldProcess:
        """The same: no folder of this contract has one."""
        return folder


def test_a_fold_in_a_process_gives_byte_for_byte_what_the_one_in_the_loop_gives() -> None:
    child, here = process(), inline()
    steps = ("info_received", "picked_up", "in_transit", "out_for_delivery", "delivered", "returning")
    for folder in (child, here):
        folder.submit(Round(opened=[Opening(1, claimed(), 100)], records={1: records(*steps)}))
        folder.submit(Round(records={1: records("returned", start=6)}))

    theirs, ours = batches(child, 2), batches(here, 2)
    child.close()

    assert theirs == ours


def test_a_child_owes_an_answer_until_it_is_taken_and_wakes_who_waits_for_it() -> None:
    child = process()
    ARRIVED.clear()
    assert (child.outstanding, child.silent_for) == (0, 0)

    child.submit(Round(opened=[Opening(1, claimed(), 100)], records={1: records("picked_up")}))
    woken = ARRIVED.wait(60)
    owed, silent = child.outstanding, child.silent_for
    batches(child, 1)

    assert woken
    assert owed == 1
    assert silent > 0
    assert (child.outstanding, child.silent_for) == (0, 0)
    child.close()


def test_a_child_that_is_killed_is_told_of_not_waited_for() -> None:
    child = process()
    child.submit(Round(opened=[Opening(1, claimed(), 100)], records={1: records("picked_up")}))
    batches(child, 1)

    os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(FolderDied):
        batches(child, 1)
    child.close()


def test_a_child_ends_with_its_parent_however_that_ends() -> None:
    code = (
        "import threading, time; from services.projector.fold_process import FoldProcess; "
        f"child = FoldProcess('fold', partitions=1, database_url={NOWHERE!r}, arrived=threading.Event()); "
        "print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())

    parent.kill()
    parent.wait()

    assert gone(pid)

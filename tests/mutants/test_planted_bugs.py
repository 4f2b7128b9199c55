"""Every planted bug can still be planted; three of them, fast ones, are found here and now."""

import re
from pathlib import Path

import pytest

from tests.mutants.__main__ import caught
from tests.mutants.bugs import Bug, NotPlantable, all_bugs
from tests.mutants.planting import ROOT, Copy

BUGS = all_bugs()
FAST = ("publisher resumes one late", "overdue said twice", "dead letter not awaited")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy of the code without any bug."""
    return Copy(tmp_path_factory.mktemp("mutants"))


def test_there_are_twenty_five_each_with_its_own_name() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) == 25
    assert {*FAST} <= {bug.name for bug in BUGS}


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_fits_the_code_as_it_is_and_its_tests_are_there(bug: Bug) -> None:
    source = (ROOT / bug.file).read_text("utf-8")

    assert bug.planted(source) != source
    assert bug.says
    assert bug.tests
    for node in bug.tests:
        file, _, name = node.partition("::")
        text = (ROOT / file).read_text("utf-8")
        assert not name or re.search(rf"^(async )?def {re.escape(name)}\(", text, re.MULTILINE)


@pytest.mark.parametrize("name", FAST)
def test_a_planted_bug_is_found_by_a_test_named_beforehand(copy: Copy, name: str) -> None:
    bug = next(bug for bug in BUGS if bug.name == name)

    by = caught(copy, bug)

    assert by is not None
    assert by.startswith(bug.tests)


def test_a_change_that_breaks_nothing_is_told_as_not_caught(copy: Copy) -> None:
    tests = tuple(test for bug in BUGS if bug.name in FAST for test in bug.tests)
    edits = (("120 * DAY_MS", "DAY_MS * 120"),)
    harmless = Bug("harmless", "no bug at all", "services/domain/uses.py", edits, tests)

    assert caught(copy, harmless) is None


def test_a_text_that_does_not_stand_exactly_once_is_refused() -> None:
    bug = Bug("x", "x", "x.py", (("a", "b"),), ())

    with pytest.raises(NotPlantable):
        bug.planted("aa")
    with pytest.raises(NotPlantable):
        bug.planted("")


def test_a_bug_is_gone_behind_its_block(copy: Copy, tmp_path: Path) -> None:
    path = copy.root / BUGS[0].file
    before = path.read_text("utf-8")

    with copy.with_bug(BUGS[0]):
        inside = path.read_text("utf-8")

    assert inside != before
    assert path.read_text("utf-8") == before == (ROOT / BUGS[0].file).read_text("utf-8")

"""The Python that an environment is made with: the usual one, or the system's where that is much quicker."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.interpreter import chosen, probed

Made = Callable[..., str]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Makes a command that answers a probe as told; its path."""

    def command(name: str, says: str, *, exit_code: int = 0) -> str:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\necho '{says}'\nexit {exit_code}\n")
        path.chmod(0o755)
        return str(path)

    return command


@pytest.mark.parametrize(
    ("says", "is_taken"),
    [("3 11 0.05", True), ("3 11 0.09", False), ("3 11 0.2", False), ("3 12 0.05", False), ("", False)],
    ids=["much quicker", "hardly quicker", "slower", "another version", "no answer"],
)
def test_the_system_s_is_taken_where_it_is_the_same_and_much_quicker(
    made: Made, says: str, is_taken: bool
) -> None:
    usual, other = made("usual", "3 11 0.1"), made("other", says)

    assert chosen(usual, (other,)) == (other if is_taken else usual)


def test_one_that_lacks_what_is_needed_is_not_taken(made: Made) -> None:
    usual, other = made("usual", "3 11 0.1"), made("other", "3 11 0.01", exit_code=1)

    assert chosen(usual, (other, "/nowhere/python3")) == usual


def test_without_a_usual_one_its_name_stands_so_that_make_says_what_is_wrong(made: Made) -> None:
    other = made("other", "3 11 0.01")

    assert chosen("/nowhere/python3", (other,)) == "/nowhere/python3"


def test_this_very_python_answers_the_probe() -> None:
    found = probed(sys.executable)

    assert found is not None
    version, seconds = found
    assert version == f"{sys.version_info.major} {sys.version_info.minor}"
    assert 0 < seconds < 10

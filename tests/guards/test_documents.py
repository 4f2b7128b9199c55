"""The documents say what the code says: metrics, commands, links, the README's two commands."""

import re
from pathlib import Path

import pytest

from services.runtime.metrics import catalogue
from tests.guards.metrics_document import PATH, metrics_document

PROJECT = Path(__file__).parents[2]
PAGES = [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]
CODE = re.compile(r"`([^`\n]+)`")


def test_the_page_of_metrics_is_what_the_catalogue_gives() -> None:
    assert PATH.read_text(encoding="utf-8") == metrics_document()


def test_every_metric_named_in_a_page_exists() -> None:
    known = {row.name for row in catalogue()}

    named = {
        name
        for page in PAGES
        for name in re.findall(r"`(shiplog_[a-z_]+)`", page.read_text(encoding="utf-8"))
    }

    assert named
    assert named <= known


def test_the_readme_has_60_lines_at_most_and_names_both_commands() -> None:
    lines = (PROJECT / "README.md").read_text(encoding="utf-8").splitlines()

    assert len(lines) <= 60
    assert any("make demo" in line for line in lines)
    assert any("make test" in line for line in lines)


def test_every_make_target_named_in_a_page_exists() -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )

    named = {
        target
        for page in PAGES
        for target in re.findall(r"(?:`|^    )make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert {"demo", "test", "check"} <= named
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_file_and_folder_named_in_a_page_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = [name for name in CODE.findall(text) if re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", name)]
    # what is built is not tracked, and may be there or not
    roots = {path.name for path in PROJECT.iterdir() if path.is_dir()} - {"build", ".venv-bench"}

    paths = [name for name in named if name.split("/")[0] in roots and "/" in name]
    missing = [name for name in paths if not (PROJECT / name).exists()]

    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_decisions_are_numbered_without_gap() -> None:
    pages = sorted((PROJECT / "docs" / "adr").glob("[0-9]*.md"))

    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        assert page.read_text(encoding="utf-8").startswith(f"# {page.name[:4]}: ")

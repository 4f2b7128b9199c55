"""What decides reads no clock and throws no dice: a replay of the log gives the same answers for ever."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = (
    "schemas", "services/domain", "services/ingest/carriers", "services/ingest/reading",
    "services/ingest/edi", "services/ingest/codebooks", "services/ingest/apis",
    "services/projector/folding.py",
    "services/projector/batch.py", "services/projector/decode.py", "services/projector/rows.py",
    "services/notifier/plan.py", "services/notifier/alerts.py", "services/notifier/watchdog/decide.py",
    "services/notifier/watchdog/coverage.py", "services/notifier/watchdog/silence.py",
    "services/notifier/watchdog/fire.py",
)  # fmt: skip
MODULES = frozenset({"random", "secrets", "time", "os", "socket", "subprocess", "threading"})
CALLS = frozenset({"now", "utcnow", "today", "now_ms", "time_ns", "uuid1", "uuid4", "monotonic", "urandom"})
TOOLS = frozenset({"schemas/generate.py"})
"""A tool that lives beside what it writes."""


def pure_files() -> list[str]:
    """Every file of pure code."""
    found = []
    for place in PURE:
        path = ROOT / place
        files = path.rglob("*.py") if path.is_dir() else [path]
        found += [file.relative_to(ROOT).as_posix() for file in files]
    return sorted({*found} - TOOLS)


def worldly(source: str) -> Iterator[str]:
    """Imports and calls that would let the world in."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
            yield str(node.module)
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in CALLS:
                yield f"{name}()"


@pytest.mark.parametrize("file", pure_files())
def test_pure_code_reads_no_clock_and_throws_no_dice(file: str) -> None:
    assert list(worldly((ROOT / file).read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from datetime import datetime\nnow = datetime.now()", ["now()"]),
        ("import time", ["time"]),
        ("from random import choice", ["random"]),
        ("import uuid\nx = uuid.uuid4()", ["uuid4()"]),
        ("from datetime import datetime\nx = datetime(2026, 1, 1)", []),
    ],
)
def test_the_guard_sees_what_it_should(source: str, found: list[str]) -> None:
    assert list(worldly(source)) == found

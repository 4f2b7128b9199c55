"""What was compiled is used only where it was made of today's sources, and never half."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services.runtime import compiled
from services.runtime.compiled import (
    FOLDER,
    MANIFEST,
    MODULES,
    fresh,
    source_of,
    sources_digest,
    use_compiled,
)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder that says it holds every module, made of today's sources."""
    names = {name: f"{name}.so" for name in MODULES}
    for file in names.values():
        (tmp_path / file).write_bytes(b"")
    manifest = {"platform": compiled.platform_tag(), "sources": sources_digest(), "files": names}
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    return tmp_path


def test_every_module_that_is_compiled_is_there() -> None:
    assert [name for name in MODULES if not source_of(name).is_file()] == []


def test_what_is_made_of_todays_sources_for_this_python_is_fresh(made: Path) -> None:
    assert fresh(made).keys() == set(MODULES)


@pytest.mark.parametrize("member", ["platform", "sources"])
def test_what_was_made_of_other_sources_or_for_another_python_is_left_alone(made: Path, member: str) -> None:
    manifest = json.loads((made / MANIFEST).read_text())
    (made / MANIFEST).write_text(json.dumps(manifest | {member: "another"}))

    assert fresh(made) == {}


def test_a_folder_that_lacks_a_file_or_the_manifest_or_is_not_there_is_left_alone(made: Path) -> None:
    (made / f"{MODULES[0]}.so").unlink()

    assert fresh(made) == {}
    assert fresh(made / "nowhere") == {}
    (made / MANIFEST).write_text("{")
    assert fresh(made) == {}


def test_once_a_module_is_imported_from_its_source_nothing_is_mixed(made: Path) -> None:
    assert "services.domain.fold" in sys.modules or __import__("services.domain.fold")

    assert use_compiled(made) is False


_BYTES = """
import hashlib, sys
from services.runtime.compiled import use_compiled
said = use_compiled() if sys.argv[1] == "compiled" else False
import services.domain.fold as fold
from services.projector.batch import begin, finish
from services.projector.folding import take
from services.projector.lane import Claimed, lane_of
from tests.bench.seeds import records
lane = lane_of(Claimed("model_1", 0, 0, 0, 1, None, 0, 0, 0), limit=1 << 40)
log = [(n, 0, r.key, r.value) for n, r in enumerate(records(4_000, shipments=500, late=0.2, twice=0.1))]
log[7::90] = [(n, 0, key, value[:-9]) for n, _, key, value in log[7::90]]
told = hashlib.sha256()
for start in range(0, len(log), 700):
    batch = begin(lane)
    take(batch, log[start : start + 700], partitions=1)
    done = finish(batch)
    told.update(repr((done.timeline, done.rows, done.copied, done.wakes, done.bad, done.state_sum)).encode())
print(said, fold.__file__.endswith(".py"), told.hexdigest())
"""


def test_the_compiled_fold_gives_byte_for_byte_what_the_sources_give() -> None:
    if not fresh(FOLDER):
        pytest.skip("nothing is compiled here: `make fast` does it where there is a C compiler")

    plain, quick = (
        subprocess.run(
            [sys.executable, "-c", _BYTES, how], capture_output=True, text=True, check=True, cwd=compiled.ROOT
        ).stdout.split()
        for how in ("plain", "compiled")
    )

    assert plain[:2] == ["False", "True"]
    assert quick[:2] == ["True", "False"]
    assert plain[2] == quick[2]


def test_without_a_compiler_the_tool_says_so(tmp_path: Path) -> None:
    elsewhere = tmp_path / "project"
    for package in ("services", "schemas", "deploy"):
        shutil.copytree(compiled.ROOT / package, elsewhere / package)

    env = {"PATH": "", "PYTHONPATH": str(elsewhere)}
    command = [sys.executable, "deploy/compiled/build.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=elsewhere, env=env)

    assert done.returncode == 1
    assert "no C compiler here" in done.stderr

"""A copy of the code in which bugs are planted one after another, and tests run against it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.mutants.bugs import Bug

ROOT: Final = Path(__file__).parents[2]
_COPIED: Final = ("deploy", "docs", "schemas", "services", "tests", "pyproject.toml")
_LONGEST_TEST_S: Final = 120
_WHERE: Final = "import pathlib, services, sys; print(pathlib.Path(services.__file__).resolve().parents[1])"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How tests went; `failed` are the node ids of those whose body failed."""

    passed: bool
    failed: tuple[str, ...]
    output: str


class Copy:
    """A tree of its own. It is the installed environment's tree but for the code."""

    def __init__(self, folder: Path) -> None:
        """Copy; raises RuntimeError when a process would still run the code it was copied from."""
        self.root = folder.resolve() / "copy"
        self.root.mkdir()
        for name in _COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, self.root / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(ROOT / name, self.root / name)
        self._environment = os.environ | {"PYTHONPATH": str(self.root)}
        told = self._run([sys.executable, "-c", _WHERE], cwd=folder).stdout.strip()
        if told != str(self.root):
            raise RuntimeError(f"a process started here runs {told}, not the copy")

    @contextmanager
    def with_bug(self, bug: Bug) -> Iterator[None]:
        """The bug is in the copy inside the block; raises NotPlantable."""
        path = self.root / bug.file
        source, times = path.read_text("utf-8"), path.stat()
        path.write_text(bug.planted(source), "utf-8")
        try:
            yield
        finally:
            path.write_text(source, "utf-8")
            # compiled files are known by this time: none of the bug's may be taken for the source's
            os.utime(path, (times.st_atime, times.st_mtime))

    def judge(self, tests: Sequence[str], *, stop_at_first: bool) -> Verdict:
        """Run these tests against the copy as it is."""
        failed = self.root.parent / "failed"
        failed.unlink(missing_ok=True)
        command = [
            sys.executable, "-m", "pytest", "-p", "tests.mutants.guard", f"--failed-into={failed}",
            "-p", "no:cacheprovider", "-q", "--tb=short", f"--timeout={_LONGEST_TEST_S}",
            *(["-x"] if stop_at_first else []), *tests,
        ]  # fmt: skip
        done = self._run(command, cwd=self.root)
        found = tuple(failed.read_text("utf-8").splitlines()) if failed.exists() else ()
        return Verdict(done.returncode == 0, found, done.stdout + done.stderr)

    def _run(self, command: Sequence[str], *, cwd: Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command, cwd=cwd, env=self._environment, capture_output=True, text=True, check=False
        )

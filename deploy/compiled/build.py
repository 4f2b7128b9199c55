"""Compiles the hot modules with mypyc into build/compiled: `make fast`. Needs a C compiler.

The sources are copied aside and compiled there: nothing lies beside a source that could outlive it.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from services.runtime.compiled import (
    FOLDER,
    MANIFEST,
    MODULES,
    ROOT,
    fresh,
    platform_tag,
    source_of,
    sources_digest,
)


def main() -> None:
    """Compile what is not fresh; exits 1 when that cannot be."""
    if fresh():
        return
    if not any(map(shutil.which, ("cc", "gcc", "clang"))):
        sys.exit("no C compiler here: everything runs from its sources")
    with tempfile.TemporaryDirectory() as folder:
        aside = Path(folder)
        for package in ("schemas", "services"):
            shutil.copytree(ROOT / package, aside / package, ignore=shutil.ignore_patterns("__pycache__"))
        files = [str(source_of(name).relative_to(ROOT)) for name in MODULES]
        done = subprocess.run(
            [sys.executable, "-m", "mypyc", *files], cwd=aside, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{done.stdout[-4000:]}{done.stderr[-4000:]}")
        keep(aside)


def keep(aside: Path) -> None:
    """Put what was made into FOLDER, the manifest last."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    suffix, files = platform_tag(), dict[str, str]()
    for made in (
        *aside.glob(f"*{suffix}"),
        *(aside / f"{name.replace('.', '/')}{suffix}" for name in MODULES),
    ):
        name = str(made.relative_to(aside)).removesuffix(suffix).replace("/", ".")
        shutil.copy(made, FOLDER / f"{name}{suffix}")
        files[name] = f"{name}{suffix}"
    manifest = {"platform": suffix, "sources": sources_digest(), "files": files}
    (FOLDER / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()

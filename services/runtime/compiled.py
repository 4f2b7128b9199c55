"""The hot modules as machine code, where `make fast` has made it of exactly these sources; else as they are.

`python -m services.runtime.compiled MODULE ARGUMENT...` runs a module so. Sources are the truth: what was
compiled of others is left alone, and everything works without it, at about two thirds of the speed.
"""

import hashlib
import json
import runpy
import sys
import sysconfig
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "build" / "compiled"
MANIFEST: Final = "manifest.json"

MODULES: Final = (
    *(
        f"services.domain.{name}"
        for name in (
            "afterlife", "announce", "assemble", "bodies", "checksum", "conditions", "deadlines", "derive",
            "facts", "fold", "legs", "moments", "order", "pieces", "promise", "promise_value", "proposal",
            "quick", "quick_scan", "said", "shipment", "tell", "tell_rules", "uses", "versions", "view",
            "walk",
        )
    ),
    "services.projector.folding",
    "services.projector.decode",
    "services.projector.rows",
    "schemas.ids",
    "schemas.instants",
)  # fmt: skip
"""What is worth it: the way of one event through the fold."""


class CompiledFinder(MetaPathFinder):
    """Finds the compiled modules before their sources."""

    def __init__(self, files: dict[str, Path]) -> None:
        self._files = files

    def find_spec(
        self, fullname: str, _: Sequence[str] | None, __: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's machine code; None for all others."""
        file = self._files.get(fullname)
        if file is None:
            return None
        return spec_from_file_location(fullname, file, loader=ExtensionFileLoader(fullname, str(file)))


def use_compiled(folder: Path = FOLDER) -> bool:
    """Let modules be found compiled from now on, if they are fresh; whether they will be.

    Nothing is changed once one of them is imported: a half of each would be two of some classes.
    """
    files = {} if any(name in sys.modules for name in MODULES) else fresh(folder)
    if files:
        sys.meta_path.insert(0, CompiledFinder(files))
    return bool(files)


def fresh(folder: Path = FOLDER) -> dict[str, Path]:
    """Each compiled module's file; empty unless all were made of today's sources for this Python."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    if manifest["platform"] != platform_tag() or manifest["sources"] != sources_digest():
        return {}
    files = {name: folder / file for name, file in manifest["files"].items()}
    return files if all(file.is_file() for file in files.values()) else {}


def sources_digest() -> str:
    """A hash over the sources of MODULES."""
    digest = hashlib.sha256()
    for name in MODULES:
        digest.update(source_of(name).read_bytes() + b"\0")
    return digest.hexdigest()


def source_of(name: str) -> Path:
    """The file of a module of ours."""
    return ROOT.joinpath(*name.split(".")).with_suffix(".py")


def platform_tag() -> str:
    """What the machine code is for: interpreter, version, machine."""
    return str(sysconfig.get_config_var("EXT_SUFFIX"))


def command(module: str) -> list[str]:
    """How a command line begins that runs `module` in a process of its own, compiled where it can be."""
    return [sys.executable, "-m", "services.runtime.compiled", module]


def main() -> None:
    """Be the module that is named."""
    use_compiled()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

"""The planted bugs as values, read from `bugs.toml`."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BUGS_FILE: Final = Path(__file__).with_name("bugs.toml")


class NotPlantable(ValueError):
    """The code has changed: a text that was to be replaced does not stand in it exactly once."""


@dataclass(frozen=True, slots=True)
class Bug:
    """`edits` are (old, new) texts of `file`; one of `tests` (pytest node ids) must fail of them."""

    name: str
    says: str
    file: str
    edits: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]

    def planted(self, source: str) -> str:
        """The source with the bug in it; raises NotPlantable."""
        for old, new in self.edits:
            if source.count(old) != 1:
                raise NotPlantable(f"{self.name}: {self.file} has {source.count(old)} times {old!r}")
            source = source.replace(old, new)
        return source


def all_bugs() -> list[Bug]:
    """Every bug of the catalogue, in its order."""
    entries = tomllib.loads(BUGS_FILE.read_text("utf-8"))["bug"]
    return [
        Bug(
            name=entry["name"],
            says=entry["says"],
            file=entry["file"],
            edits=tuple((e["old"], e["new"]) for e in (entry, entry.get("also")) if e is not None),
            tests=tuple(entry["tests"]),
        )
        for entry in entries
    ]

"""`python -m schemas.generate`: the generated contracts, written or compared with what is checked in.

`json/` holds a JSON Schema per wire value as it is today, `json/history/<release>/` as it was in each
release, `asyncapi.json` the topics.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from schemas.asyncapi import asyncapi_document
from schemas.compatibility import breaks
from schemas.json_schema import schema_documents

HERE: Final = Path(__file__).parent
JSON_FOLDER: Final = HERE / "json"
HISTORY_FOLDER: Final = JSON_FOLDER / "history"


def generated_files() -> dict[Path, str]:
    """Every generated file of today's models with its text."""
    files = {JSON_FOLDER / name: _text(document) for name, document in schema_documents().items()}
    return files | {HERE / "asyncapi.json": _text(asyncapi_document())}


def drift() -> list[str]:
    """A line per file that is missing, differs or is left over, with its path inside the project."""
    wanted = generated_files()
    found = [_named(path, "differs") for path, text in wanted.items() if _read(path) != text]
    kept = [path for path in JSON_FOLDER.rglob("*.json") if HISTORY_FOLDER not in path.parents]
    return sorted(found + [_named(path, "is left over") for path in kept if path not in wanted])


def history_breaks() -> list[str]:
    """A line per change that breaks an older reader or message of any release."""
    today = schema_documents()
    found = []
    for path in sorted(HISTORY_FOLDER.rglob("*.json")):
        release, _, name = path.relative_to(HISTORY_FOLDER).as_posix().partition("/")
        if name not in today:
            found.append(f"{release} {name}: removed")
            continue
        found += [f"{release} {name} {line}" for line in breaks(json.loads(path.read_text()), today[name])]
    return found


def write_release(release: str) -> None:
    """Keeps today's schemas as those of `release`; raises FileExistsError for one that is kept already."""
    folder = HISTORY_FOLDER / release
    folder.mkdir(parents=True)
    for name, document in schema_documents().items():
        _write(folder / name, _text(document))


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 done, 1 something differs or breaks."""
    parser = argparse.ArgumentParser(prog="python -m schemas.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; name what differs or breaks")
    parser.add_argument("--release", metavar="NAME", help="also keep today's schemas in the history")
    options = parser.parse_args(arguments)
    if options.check:
        return _report(drift() + history_breaks())
    for path, text in generated_files().items():
        _write(path, text)
    if options.release:
        write_release(options.release)
    return _report(history_breaks())


def _report(lines: list[str]) -> int:
    for line in lines:
        sys.stderr.write(f"{line}\n")
    return 1 if lines else 0


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _named(path: Path, finding: str) -> str:
    return f"{path.relative_to(HERE.parent).as_posix()} {finding}"


if __name__ == "__main__":
    raise SystemExit(main())

"""A file that an export is written into: broken off at any moment, it can be gone on with."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

import orjson

from services.cli.output import UsageError
from services.query.exports.forms import Form
from services.query.exports.pages import Line
from services.query.exports.sets import pen_of
from services.query.exports.what import What

_PAGE: Final = 1_000


class ExportFile:
    """Gathers in FILE.partial, with where it stands in FILE.progress; FILE appears when it is whole.

    Parquet has its end at the end, so it is gathered as NDJSON and written when all rows are there.
    `after` is where to go on; `resumed_after` the same where an export that broke off is gone on with.
    """

    def __init__(self, path: Path, what: What, form: Form, *, after: str, resume: bool) -> None:
        self._path, self._what, self._form = path, what, form
        self._partial = path.with_name(f"{path.name}.partial")
        self._progress = path.with_name(f"{path.name}.progress")
        self._next_progress = path.with_name(f"{path.name}.progress.new")
        self._gathered = Form.NDJSON if form is Form.PARQUET else form
        self._file: BinaryIO
        self._begun = {"what": what.value, "format": form.value, "begun_after": after}
        self.after = after
        self.rows = 0
        self.resumed_after: str | None = None
        kept = self._kept() if resume else None
        if kept is not None:
            self.after, self.rows, self.resumed_after = kept["after"], kept["rows"], kept["after"]
        self._open(0 if kept is None else kept["bytes"])
        heading_is_there = self.rows > 0 or bool(after)
        self._pen = pen_of(what, self._gathered, resumed=heading_is_there)

    def add(self, page: list[Line]) -> None:
        """Write a page, and keep that it is written."""
        self._file.write(self._pen.rows([line.row for line in page]))
        self.rows += len(page)
        self.after = page[-1].cursor
        self._keep()

    def finish(self) -> None:
        """Let the whole file appear under its name."""
        self._file.write(self._pen.end())
        self._sync()
        if self._form is Form.PARQUET:
            self._write_parquet()
        else:
            self._partial.replace(self._path)
        for left in (self._partial, self._progress, self._next_progress):
            left.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        """The file, open."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Close what is open; what is gathered stays for a resumption."""
        self._file.close()

    def _kept(self) -> dict[str, Any] | None:
        """Where an export of the same set that broke off stands; raises UsageError for another one's."""
        if not self._progress.exists():
            return None
        kept: dict[str, Any] = orjson.loads(self._progress.read_bytes())
        if {name: kept[name] for name in self._begun} != self._begun:
            raise UsageError(f"{self._partial} is of another export: {kept['what']} as {kept['format']}")
        return kept

    def _open(self, length: int) -> None:
        self._file = self._partial.open("r+b" if length and self._partial.exists() else "wb")
        self._file.seek(0, os.SEEK_END)
        if self._file.tell() < length:
            raise UsageError(f"{self._partial} is shorter than what was written into it")
        self._file.truncate(length)
        self._file.seek(length)

    def _keep(self) -> None:
        """The rows first, then that they are there: a row is never missing, at worst it is cut off again."""
        self._sync()
        place = {"after": self.after, "rows": self.rows, "bytes": self._file.tell()}
        self._next_progress.write_bytes(orjson.dumps(self._begun | place))
        self._next_progress.replace(self._progress)

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def _write_parquet(self) -> None:
        fresh = self._path.with_name(f"{self._path.name}.new")
        pen = pen_of(self._what, Form.PARQUET)
        with self._partial.open("rb") as gathered, fresh.open("wb") as file:
            for rows in _pages(gathered):
                file.write(pen.rows(rows))
            file.write(pen.end())
        fresh.replace(self._path)


def _pages(gathered: BinaryIO) -> Iterator[list[bytes]]:
    page: list[bytes] = []
    for line in gathered:
        page.append(line)
        if len(page) == _PAGE:
            yield page
            page = []
    yield page

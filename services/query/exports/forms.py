"""How a set is written: NDJSON, CSV for spreadsheets, Parquet; rows in, bytes out, nothing kept for long."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol

import orjson

if TYPE_CHECKING:
    import pyarrow as pa

Json = dict[str, Any]

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the beginning of a formula."""
_ROW_GROUP: Final = 20_000
_GROUP_BYTES: Final = 8 * 2**20
_BATCH: Final = 1_000
_WORD: Final = 2**63


class Form(StrEnum):
    """How a set is written."""

    NDJSON = "ndjson"
    CSV = "csv"
    PARQUET = "parquet"


MEDIA_TYPES: Final = {
    Form.NDJSON: "application/x-ndjson",
    Form.CSV: "text/csv; charset=utf-8",
    Form.PARQUET: "application/vnd.apache.parquet",
}


class Pen(Protocol):
    """Writes rows, given as JSON objects, one after another."""

    def rows(self, rows: Sequence[bytes]) -> bytes:
        """What is to be written now; may be nothing while rows are gathered."""
        ...

    def end(self) -> bytes:
        """What is to be written at the end."""
        ...


class LinePen:
    """NDJSON: the rows as they are."""

    def rows(self, rows: Sequence[bytes]) -> bytes:
        """The rows, each with its line end."""
        return b"".join([row + b"\n" for row in rows])

    def end(self) -> bytes:
        """Nothing."""
        return b""


class CsvPen:
    """RFC 4180; `heading`: whether it begins with one, as all but the rest of a resumed export does."""

    def __init__(self, columns: Sequence[str], *, heading: bool = True) -> None:
        self._columns = columns
        self._head = heading

    def rows(self, rows: Sequence[bytes]) -> bytes:
        """The rows, the heading before the first."""
        return (
            self._heading()
            + "".join(
                [
                    csv_line([_cell(members.get(name)) for name in self._columns])
                    for members in map(_read, rows)
                ]
            ).encode()
        )

    def end(self) -> bytes:
        """The heading, where there was no row."""
        return self._heading()

    def _heading(self) -> bytes:
        head, self._head = self._head, False
        return csv_line(self._columns).encode() if head else b""


class ParquetPen:
    """Parquet, zstd; a row group ends with 20,000 rows or 8 MiB of values, whichever comes first."""

    def __init__(self, schema: "pa.Schema") -> None:
        import pyarrow.parquet as pq

        self._schema = schema
        self._sink = _Sink()
        self._file: Any = pq.ParquetWriter(self._sink, schema, compression="zstd")
        self._waiting: list[pa.RecordBatch] = []

    def rows(self, rows: Sequence[bytes]) -> bytes:
        """The row groups that became full."""
        for first in range(0, len(rows), _BATCH):
            self._waiting.append(_batch(rows[first : first + _BATCH], self._schema))
            if _is_full(self._waiting):
                self._end_group()
        return self._sink.take()

    def end(self) -> bytes:
        """The last row group, and the file's end."""
        self._end_group()
        self._file.close()
        return self._sink.take()

    def _end_group(self) -> None:
        import pyarrow as pa

        if self._waiting:
            self._file.write_table(pa.Table.from_batches(self._waiting), row_group_size=_ROW_GROUP)
            self._waiting = []


def _batch(rows: Sequence[bytes], schema: "pa.Schema") -> "pa.RecordBatch":
    import pyarrow as pa

    fits = [(each.name, _fit_for(each.type)) for each in schema]
    told = [{name: fit(members.get(name)) for name, fit in fits} for members in map(_read, rows)]
    return pa.RecordBatch.from_pylist(told, schema)


def _is_full(waiting: "Sequence[pa.RecordBatch]") -> bool:
    rows, size = sum(each.num_rows for each in waiting), sum(each.nbytes for each in waiting)
    return bool(rows + _BATCH > _ROW_GROUP or size >= _GROUP_BYTES)


class _Sink(io.RawIOBase):
    """A file that hands over what was written to it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._length

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        self._length += len(part)
        return len(part)

    def take(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _fit_for(kind: "pa.DataType") -> Callable[[Any], Any]:
    """What makes a value fit a column of this type."""
    import pyarrow.types as kinds

    if kinds.is_string(kind):
        return _as_text
    return _as_word if kinds.is_integer(kind) else _as_it_is


def _as_text(value: Any) -> str | None:
    """What has no type of its own is kept as JSON."""
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def _as_word(value: Any) -> int | None:
    """Null beyond 64 bits."""
    return value if value is not None and -_WORD <= value < _WORD else None


def _as_it_is(value: Any) -> Any:
    return value


def csv_line(cells: Iterable[Any]) -> str:
    """One line with its end."""
    text = io.StringIO()
    # with both in the line's end both are quoted within cells, by older Pythons too
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return f"{text.getvalue()[:-2]}\n"


def _cell(value: Any) -> Any:
    """Null as nothing, objects and lists as JSON, no text that a spreadsheet would take for a formula."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if isinstance(value, dict | list | bool):
        return orjson.dumps(value).decode()
    return "" if value is None else value


def _read(row: bytes) -> Json:
    members: Json = orjson.loads(row)
    return members

"""The table as a file: CSV, Parquet, or a JSON object a line; and read again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from digits.batch.rows import Row, columns_of, kind_of_column
from digits.batch.task import ReadingTask
from digits.common.errors import DataError

if TYPE_CHECKING:
    import pyarrow

HOW_TO_WRITE_PARQUET = (
    "A Parquet file takes pyarrow, which is not installed here: "
    "pip install -r requirements-batch.txt, or name a .csv file."
)
# Rows of Parquet that are held at once, and written as a group.
_GROUP = 10_000


def check_format(path: Path) -> None:
    """Fail before the work, not after it.

    Args:
        path: where a table is to be written.

    Raises:
        DataError: a file of this name cannot be written, or takes what is not installed.
    """
    if _suffix(path) not in _WRITERS:
        raise DataError("The output must be called .csv, .parquet or .jsonl: these are written.")
    if _suffix(path) == "parquet":
        _import_pyarrow()


def write_table(rows: Iterable[Row], task: ReadingTask, path: Path) -> None:
    """Write rows in the format of the file's name; equal rows make equal bytes.

    In CSV, `top_3` and `boxes` are JSON; what is missing is empty.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("wb") as file:
        _WRITERS[_suffix(path)][0](rows, task, file)


def table_as_bytes(rows: Iterable[Row], task: ReadingTask, suffix: str) -> bytes:
    """The bytes of a table, in one of the formats `csv`, `jsonl` and `parquet`.

    Raises:
        DataError: it takes what is not installed.
    """
    file = io.BytesIO()
    _WRITERS[suffix][0](rows, task, file)
    return file.getvalue()


def read_table(path: Path, task: ReadingTask) -> Iterator[Row]:
    """The rows of a file that `write_table` has written for the same task."""
    return _WRITERS[_suffix(path)][1](path, task)


def _suffix(path: Path) -> str:
    return path.suffix[1:].lower()


def as_line(value: Any) -> str:
    """A row, or a value of one, as JSON in one line, without its end."""
    return _encode(value)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _write_lines(rows: Iterable[Row], task: ReadingTask, file: BinaryIO) -> None:
    for row in rows:
        file.write(as_line(row).encode() + b"\n")


def _read_lines(path: Path, task: ReadingTask) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="\n") as file:
        yield from map(json.loads, file)


def _write_csv(rows: Iterable[Row], task: ReadingTask, file: BinaryIO) -> None:
    columns = columns_of(task)
    nested = _nested_columns(task)
    text = io.TextIOWrapper(file, "utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_as_cell(row[c], is_nested=c in nested) for c in columns])
    text.detach()


def _as_cell(value: Any, *, is_nested: bool) -> Any:
    return as_line(value) if is_nested and value is not None else value


def _read_csv(path: Path, task: ReadingTask) -> Iterator[Row]:
    convert: dict[str, Callable[[str], Any]] = {
        "top_3": json.loads,
        "boxes": json.loads,
        "confidence": float,
        "page": int,
        "by_hand": "True".__eq__,
    }
    kinds = {column: kind_of_column(column, task) for column in columns_of(task)}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {
                column: convert.get(kinds[column], str)(text) if text else None
                for column, text in row.items()
            }


def _nested_columns(task: ReadingTask) -> frozenset[str]:
    return frozenset(c for c in columns_of(task) if kind_of_column(c, task) in ("top_3", "boxes"))


def _write_parquet(rows: Iterable[Row], task: ReadingTask, file: BinaryIO) -> None:
    arrow = _import_pyarrow()
    from pyarrow import parquet

    schema, remaining = schema_of(task), iter(rows)
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while some := list(islice(remaining, _GROUP)):
            writer.write_table(arrow.Table.from_pylist(some, schema))


def _read_parquet(path: Path, task: ReadingTask) -> Iterator[Row]:
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        for some in file.iter_batches(_GROUP):
            yield from some.to_pylist()


def schema_of(task: ReadingTask) -> pyarrow.Schema:
    """Of the table, for Arrow and Parquet."""
    arrow = _import_pyarrow()
    text, confidence = arrow.string(), arrow.float64()
    candidate = arrow.struct([("digit", arrow.int8()), ("confidence", confidence)])
    types = {
        "page": arrow.int32(),
        "by_hand": arrow.bool_(),
        "confidence": confidence,
        "top_3": arrow.list_(arrow.list_(candidate)),
        "boxes": arrow.list_(arrow.list_(arrow.int32())),
    }
    columns = [(c, types.get(kind_of_column(c, task), text)) for c in columns_of(task)]
    return arrow.schema(columns)


def _import_pyarrow() -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise DataError(HOW_TO_WRITE_PARQUET) from error
    return pyarrow


_Writer = Callable[[Iterable[Row], ReadingTask, BinaryIO], None]
_Reader = Callable[[Path, ReadingTask], Iterator[Row]]
_WRITERS: dict[str, tuple[_Writer, _Reader]] = {
    "csv": (_write_csv, _read_csv),
    "jsonl": (_write_lines, _read_lines),
    "parquet": (_write_parquet, _read_parquet),
}

"""What a cluster has read so far: Parquet files beside the output, wherever that lies.

Ray names each by the task that wrote it, so that one which is run again writes the same file; what
is there twice nevertheless counts once.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from digits.batch.cluster_reader import FILE, OF, PLACE
from digits.batch.parts import RESTART, Finished, check_terms, terms_of
from digits.batch.rows import Row
from digits.batch.sources import printable
from digits.batch.stores import StoredFile, open_store, reached, written_whole
from digits.batch.task import ReadingTask
from digits.common.errors import DataError

if TYPE_CHECKING:
    import pyarrow
    from pyarrow import fs

_RECORD = "run.json"
# Rows that are turned into Python's own at once.
_GROUP = 10_000


class ClusterParts:
    """The folder of an output's parts, in any store.

    Args:
        output: a path or a URL.
        task: what is read in each picture.
        restart: whether to read all anew, whatever is there.

    Raises:
        DataError: the store cannot be reached, or the output or parts of it are there, and of
            another model or other options.
    """

    def __init__(self, output: str, task: ReadingTask, *, restart: bool = False) -> None:
        self.filesystem, self.output = open_store(output)
        self.path = f"{self.output}.parts"
        self._name = output.rpartition("/")[2].partition("?")[0]
        self._terms = terms_of(task, "ray")
        self.finished: Finished | None = None
        with reached(output):
            if restart:
                self._forget()
            self._look_at_record()

    def complete(self) -> dict[bytes, int]:
        """How many rows each file has, all of which are there; what is cut short is taken away."""
        rows: dict[bytes, set[int]] = {}
        expected: dict[bytes, int] = {}
        for _, table in self._tables([FILE, PLACE, OF]):
            columns = (table.column(name).to_pylist() for name in (FILE, PLACE, OF))
            for file, place, of in zip(*columns, strict=True):
                rows.setdefault(file, set()).add(place)
                expected[file] = of
        there = {file: len(places) for file, places in rows.items()}
        return {file: number for file, number in there.items() if number == expected[file]}

    def add(self, table: pyarrow.Table) -> None:
        """Write one part more."""
        from pyarrow import parquet

        path = f"{self.path}/driver-{secrets.token_hex(8)}.parquet"
        parquet.write_table(table, path, filesystem=self.filesystem)

    def rows(self, files: Sequence[StoredFile]) -> Iterator[Row]:
        """The rows of some files in their order, each once."""
        import pyarrow

        tables = [table for _, table in self._tables(None)]
        whole = pyarrow.concat_tables(tables)
        order = {key_of(file): number for number, file in enumerate(files)}
        shown = {key_of(file): file for file in files}
        keys = zip(
            (order.get(each, -1) for each in whole.column(FILE).to_pylist()),
            whole.column(PLACE).to_pylist(),
            strict=True,
        )
        first = {key: index for index, key in reversed(list(enumerate(keys))) if key[0] >= 0}
        indices = [first[key] for key in sorted(first)]
        for start in range(0, len(indices), _GROUP):
            for row in whole.take(indices[start : start + _GROUP]).to_pylist():
                file = shown[row.pop(FILE)]
                del row[PLACE], row[OF]
                row["path"] = printable(file.shown) + row["path"][len(printable(file.path)) :]
                yield row

    def finish(self, pictures: int, unreadable: int, files: Sequence[StoredFile]) -> None:
        """Record that the output is there, and take the parts away."""
        self._write_record(Finished(pictures, unreadable, hash_of(files)))
        for path in self._paths():
            self.filesystem.delete_file(path)

    def _tables(self, columns: list[str] | None) -> Iterator[tuple[str, pyarrow.Table]]:
        import pyarrow
        from pyarrow import parquet

        for path in self._paths():
            try:
                table = parquet.ParquetFile(path, filesystem=self.filesystem).read(columns)
            except (pyarrow.ArrowInvalid, OSError):  # cut short when its machine died
                self.filesystem.delete_file(path)
            else:
                yield path, table

    def _paths(self) -> list[str]:
        from pyarrow import fs

        selector = fs.FileSelector(self.path, allow_not_found=True)
        infos = self.filesystem.get_file_info(selector)
        return sorted(each.path for each in infos if each.path.endswith(".parquet"))

    def _forget(self) -> None:
        if self._read_record() is not None:
            self.filesystem.delete_dir(self.path)
        with suppress(FileNotFoundError):
            self.filesystem.delete_file(self.output)

    def _read_record(self) -> Any:
        try:
            with self.filesystem.open_input_stream(f"{self.path}/{_RECORD}") as file:
                return json.loads(file.read())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise DataError(f"The record of {self._name} is damaged: {RESTART}.") from error

    def _look_at_record(self) -> None:
        record, is_there = self._read_record(), _is_file(self.filesystem, self.output)
        if record is None:
            if is_there:
                raise DataError(
                    f"{self._name} is there already, and nothing says what made it: {RESTART}."
                )
            self.filesystem.create_dir(self.path, recursive=True)
            self._write_record(None)
            return
        try:
            check_terms(self._name, {key: record[key] for key in self._terms}, self._terms)
            finished = record["finished"] and Finished(**record["finished"])
        except (KeyError, TypeError) as error:
            raise DataError(f"The record of {self._name} is damaged: {RESTART}.") from error
        self.finished = finished if is_there else None

    def _write_record(self, finished: Finished | None) -> None:
        record = self._terms | {"finished": finished and asdict(finished)}
        with written_whole(self.filesystem, f"{self.path}/{_RECORD}") as file:
            file.write(json.dumps(record).encode())


def hash_of(files: Sequence[StoredFile]) -> str:
    """Tells some files from any others, and from themselves when they have changed."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(json.dumps([file.shown, *file.state]).encode())
    return digest.hexdigest()


def key_of(file: StoredFile) -> bytes:
    """What a file is called in the parts: its path, which need be no UTF-8."""
    return file.path.encode("utf-8", "surrogateescape")


def _is_file(filesystem: fs.FileSystem, path: str) -> bool:
    from pyarrow import fs

    return bool(filesystem.get_file_info(path).type == fs.FileType.File)

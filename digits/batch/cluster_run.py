"""A job on many machines, by Ray Data: files are fetched, read by actors, and written as parts.

What goes wrong with a machine is Ray's to mend: a worker that dies is replaced, and its pictures
are read again (https://docs.ray.io/en/latest/data/data.html).
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from digits.batch.cluster_connection import connected, import_ray
from digits.batch.cluster_parts import ClusterParts, hash_of, key_of
from digits.batch.cluster_reader import ClusterReader, as_part
from digits.batch.contact_sheet import write_sheet
from digits.batch.job import Job, Result
from digits.batch.outputs import write_table
from digits.batch.parts import only_run
from digits.batch.places import groups, list_places
from digits.batch.reader import BATCH
from digits.batch.stores import (
    FoundInStore,
    StoredFile,
    StoredFiles,
    find_in_store,
    open_store,
    put,
)
from digits.batch.summary import Summary
from digits.batch.thumbnails import Wanted, make_thumbnails
from digits.common.errors import DataError
from digits.network.loading import load_network

# Files that a task fetches and a part holds, at most and at least; and tasks for each core.
_MOST_FILES, _LEAST_FILES, _TASKS = 256, 16, 8
# How often a batch is read again whose actor died with it, before its pictures are given up.
_RETRIES = 5
# Of a core: actors decode and compute, while fetching and writing mostly wait.
_CORE_OF_ACTOR, _CORE_OF_IO = 0.8, 0.1
# Cores that one process fetches for from a disk, or writes for: each takes seconds to start. From
# afar, where fetching is mostly waiting, as many fetch as Ray likes.
_CORES_FED = 4
# Files that this machine reads itself when no other could; more are no accident.
_MOST_LEFT = 2_000


def run_on_ray(job: Job, output: str, address: str) -> Result:
    """Do a job by Ray, and go on with what a run before has left.

    Args:
        job: what is to be done; its sources may be URLs.
        output: where the table will be, a path or a URL.
        address: of a cluster, or `cluster_connection.LOCAL`.

    Raises:
        ModelError: the model cannot be used.
        DataError: as `local_run.run_here`, or Ray is not installed, cannot be reached or gives up.
    """
    ray = import_ray()
    load_network(job.model)  # with one that cannot be used nothing is begun
    found = find_in_store(job.sources, job.listed)
    with _only_run(output):
        parts = ClusterParts(output, job.task, restart=job.restart)
        return _result(ray, job, address, found, parts)


def _only_run(output: str) -> AbstractContextManager[None]:
    """Two runs on this machine are kept apart; stores such as S3 know no locks."""
    filesystem, path = open_store(output)
    if filesystem.type_name != "local":
        return nullcontext()
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return only_run(Path(path))


def _result(ray: Any, job: Job, address: str, found: FoundInStore, parts: ClusterParts) -> Result:
    if parts.finished is not None:
        if parts.finished.pictures_sha256 != hash_of(found.files):
            raise DataError(
                f"{job.output.name} is there already, of other pictures or before some changed: "
                "choose another name, or read all anew with --restart."
            )
        if job.sheet is not None:
            raise DataError("With --ray the sheet is made with the table: add --restart.")
        return Result(parts.finished.unreadable, None, found.passed_over)
    complete = parts.complete()
    read_before = sum(complete.get(key_of(file), 0) for file in found.files)
    if _missing(found, complete):
        with connected(ray, job.model, address) as model:
            _read_by_ray(ray, job, model, found, parts)
    _read_what_is_left(job, found, parts)
    summary = _join(job, found, parts, read_before)
    return Result(summary.unreadable, summary, found.passed_over)


def _missing(found: FoundInStore, complete: Mapping[bytes, int]) -> list[StoredFile]:
    return [file for file in found.files if key_of(file) not in complete]


def _read_by_ray(ray: Any, job: Job, model: str, found: FoundInStore, parts: ClusterParts) -> None:
    """Read what is missing; where a task fails for one file, its others once more one by one."""
    cores = int(ray.cluster_resources().get("CPU", 1))
    few = max(1, cores // _CORES_FED)
    for is_second in (False, True):
        missing = [file.path for file in _missing(found, parts.complete()) if file.is_plain]
        if not missing:
            return
        share = len(missing) // (_TASKS * cores)
        size = 1 if is_second else min(_MOST_FILES, max(_LEAST_FILES, share))
        tasks = -(-len(missing) // size)
        fetched = ray.data.read_binary_files(
            missing,
            filesystem=found.filesystem,
            include_paths=True,
            ignore_missing_paths=True,
            override_num_blocks=tasks,
            num_cpus=_CORE_OF_IO,
            concurrency=few if found.filesystem.type_name == "local" else None,
        )
        actors = ray.data.ActorPoolStrategy(size=min(cores, tasks))
        _read_and_write(fetched, actors, (job.task, model), parts, few)


def _read_and_write(
    fetched: Any, actors: Any, arguments: tuple[object, ...], parts: ClusterParts, writers: int
) -> None:
    with warnings.catch_warnings():
        # Of arguments without a name of their own, of which 2.60 has none for retries.
        warnings.filterwarnings("ignore", message="`ray_remote_args` is deprecated")
        read = fetched.map_batches(
            ClusterReader,
            fn_constructor_args=arguments,
            batch_size=BATCH,
            batch_format="pyarrow",
            num_cpus=_CORE_OF_ACTOR,
            compute=actors,
            max_task_retries=_RETRIES,
        )
        read.write_parquet(
            parts.path,
            filesystem=parts.filesystem,
            ray_remote_args={"num_cpus": _CORE_OF_IO},
            concurrency=writers,
        )


def _read_what_is_left(job: Job, found: FoundInStore, parts: ClusterParts) -> None:
    """What no machine was asked for, or could not read: names that are no UTF-8, vanished files."""
    left = _missing(found, parts.complete())
    if len(left) > _MOST_LEFT and any(file.is_plain for file in left):
        raise DataError(
            f"Ray could not read {len(left):,} files: see its log, and start the same command "
            "again, which goes on with what is read."
        )
    files, network = StoredFiles(found.filesystem), load_network(job.model)
    for start in range(0, len(left), BATCH):
        paths = [file.path for file in left[start : start + BATCH]]
        parts.add(as_part(paths, files, job.task, network))


def _join(job: Job, found: FoundInStore, parts: ClusterParts, read_before: int) -> Summary:
    summary = Summary(job.task, read_before)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / job.output.name
        write_table(summary.counting(parts.rows(found.files)), job.task, table)
        put(table, parts.filesystem, parts.output)
    if job.sheet is not None:
        _write_sheet(job, job.sheet, found, parts)
    parts.finish(summary.pictures, summary.unreadable, found.files)
    return summary


def _write_sheet(job: Job, path: Path, found: FoundInStore, parts: ClusterParts) -> None:
    files = StoredFiles(found.filesystem)
    places = list_places((file.path for file in found.files), files, files.count_pages)

    def thumbnails(wanted: Sequence[Wanted]) -> Iterator[bytes]:
        for some in groups(wanted, BATCH):
            yield from make_thumbnails(some, files)

    rows = zip(parts.rows(found.files), places, strict=True)
    write_sheet(path, rows, job.task, thumbnails)

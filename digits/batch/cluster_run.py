"""A job on many machines, by Ray Data: files are fetched, read by actors, and written as parts.

What goes wrong with a machine is Ray's to mend: a worker that dies is replaced, and its pictures
are read again (https://docs.ray.io/en/latest/data/data.html).
"""

from __future__ import annotations

import logging
import os
import shutil
import socket
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digits.batch.cluster_parts import ClusterParts, hash_of
from digits.batch.cluster_reader import ClusterReader, as_part
from digits.batch.contact_sheet import write_sheet
from digits.batch.job import Job, Result
from digits.batch.outputs import write_table
from digits.batch.places import groups, list_places
from digits.batch.reader import BATCH
from digits.batch.stores import FoundInStore, StoredFile, StoredFiles, find_in_store, put
from digits.batch.summary import Summary
from digits.batch.thumbnails import Wanted, make_thumbnails
from digits.common.errors import DataError
from digits.network.loading import load_network
from digits.network.model_file import SHIPPED_MODEL

if TYPE_CHECKING:
    pass

LOCAL = "local"
"""The address of a cluster of this machine alone, which is started for the job."""
HOW_TO_INSTALL = (
    "--ray takes Ray, which is not installed here: pip install -r requirements-cluster.txt."
)
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
_PATIENCE = 5.0  # seconds


def run_on_ray(job: Job, output: str, address: str) -> Result:
    """Do a job by Ray, and go on with what a run before has left.

    Args:
        job: what is to be done; its sources may be URLs.
        output: where the table will be, a path or a URL.
        address: of a cluster, or `LOCAL`.

    Raises:
        ModelError, DataError: as `local_run.run_here`, or Ray is not installed, cannot be reached or gives up.
    """
    ray = _import_ray()
    load_network(job.model)  # with one that cannot be used nothing is begun
    found = find_in_store(job.sources, job.listed)
    parts = ClusterParts(output, job.task, restart=job.restart)
    if parts.finished is not None:
        if parts.finished.pictures_sha256 != hash_of(found.files):
            raise DataError(
                f"{job.output.name} is there already, of other pictures or before some changed: "
                "choose another name, or read all anew with --restart."
            )
        if job.sheet is not None:
            raise DataError("With --ray the sheet is made with the table: add --restart.")
        return Result(parts.finished.unreadable, None, found.passed_over)
    if _missing(found, parts):
        with _connected(ray, job.model, address) as model:
            _read_by_ray(ray, job, model, found, parts)
    _read_what_is_left(job, found, parts)
    summary = _join(job, found, parts)
    return Result(summary.unreadable, summary, found.passed_over)


def _missing(found: FoundInStore, parts: ClusterParts) -> list[StoredFile]:
    complete = parts.complete()
    return [
        file for file in found.files if file.path.encode("utf-8", "surrogateescape") not in complete
    ]


def _read_by_ray(ray: Any, job: Job, model: str, found: FoundInStore, parts: ClusterParts) -> None:
    """Read what is missing; where a task fails for one file, its others once more one by one."""
    cores = int(ray.cluster_resources().get("CPU", 1))
    few = max(1, cores // _CORES_FED)
    for is_second in (False, True):
        missing = [file.path for file in _missing(found, parts) if file.is_plain]
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
    left = _missing(found, parts)
    if len(left) > _MOST_LEFT and any(file.is_plain for file in left):
        raise DataError(
            f"Ray could not read {len(left):,} files: see its log, and start the same command "
            "again, which goes on with what is read."
        )
    files, network = StoredFiles(found.filesystem), load_network(job.model)
    for start in range(0, len(left), BATCH):
        paths = [file.path for file in left[start : start + BATCH]]
        parts.add(as_part(paths, files, job.task, network))


def _join(job: Job, found: FoundInStore, parts: ClusterParts) -> Summary:
    summary = Summary(job.task)
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


@contextmanager
def _connected(ray: Any, model: Path, address: str) -> Iterator[str]:
    """A cluster, whose other machines are sent our code and the model; gives its name there."""
    with tempfile.TemporaryDirectory() as folder:
        if address == LOCAL:
            name = str(model)
            _start(ray, address, include_dashboard=False)
        else:
            _check_that_somebody_answers(address)
            name = _pack(Path(folder), model)
            _start(ray, address, runtime_env={"working_dir": folder})
        try:
            _set_up(ray.data.DataContext.get_current())
            yield name
        except ray.exceptions.RayError as error:
            raise DataError(
                "Ray gave up, and its log says why: what is read so far is kept, and the same "
                "command goes on with it."
            ) from error
        finally:
            ray.shutdown()


def _set_up(context: Any) -> None:
    context.max_errored_blocks = -1  # what they hold is read again, one by one
    context.print_on_execution_start = False
    if not sys.stderr.isatty():  # a page of Ray's own figures every ten seconds
        logging.getLogger("ray.data").setLevel(logging.ERROR)


def _start(ray: Any, address: str, **options: Any) -> None:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nobody else is told
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **options)
    except (ConnectionError, RuntimeError, TimeoutError, ValueError, OSError) as error:
        raise DataError(
            f"Ray cannot be started or joined at {address}: check the address, and that Ray and "
            "Python are of the same version there."
        ) from error


def _pack(folder: Path, model: Path) -> str:
    """Lay out what other machines need as it lies here; gives where the model is in it."""
    room = SHIPPED_MODEL.parent / "digits"
    shutil.copytree(room, folder / "digits", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(SHIPPED_MODEL, folder)
    if model == SHIPPED_MODEL:
        return SHIPPED_MODEL.name
    (folder / "model").mkdir()
    shutil.copy(model, folder / "model")
    return f"model/{model.name}"


def _check_that_somebody_answers(address: str) -> None:
    if address == "auto":
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        with socket.create_connection((host, int(port)), _PATIENCE):
            pass
    except (OSError, ValueError, OverflowError) as error:
        raise DataError(
            f"Nothing answers at {address}: start Ray there with ray start --head --port=6379, "
            "or check the address, such as 10.0.0.5:6379."
        ) from error


def _import_ray() -> Any:
    try:
        import pyarrow  # noqa: F401
        import ray
        import ray.data
    except ImportError as error:
        raise DataError(HOW_TO_INSTALL) from error
    return ray

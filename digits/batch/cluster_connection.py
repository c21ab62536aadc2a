"""Joins a Ray cluster, or starts one of this machine alone, and sends it our code and the model."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from digits.common.errors import DataError
from digits.network.model_file import SHIPPED_MODEL

LOCAL = "local"
"""The address of a cluster of this machine alone, which is started for the job."""
HOW_TO_INSTALL = (
    "--ray takes Ray, which is not installed here: pip install -r requirements-cluster.txt."
)
_NOT_STARTED = (
    "Ray did not start on this machine, perhaps for want of memory or because it is busy: try once "
    "more, or read without --ray."
)
_PATIENCE = 5.0  # seconds
# Milliseconds that an idle process is kept, for another takes seconds to start.
_KEPT_FOR = "RAY_idle_worker_killing_time_threshold_ms"


@contextmanager
def connected(ray: Any, model: Path, address: str) -> Iterator[str]:
    """A cluster, whose other machines are sent our code and the model; gives its name there.

    Args:
        ray: as `import_ray` gives it.
        model: the file of the network.
        address: of a cluster, or `LOCAL`.

    Raises:
        DataError: it cannot be started or joined, or gives up.
    """
    with tempfile.TemporaryDirectory() as folder:
        if address == LOCAL:
            name = str(model)
            os.environ.setdefault(_KEPT_FOR, "60000")  # Ray's own second lets most tasks begin one
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
    except Exception as error:  # Ray raises none of a kind of its own
        if address == LOCAL:
            raise DataError(_NOT_STARTED) from error
        raise DataError(
            f"Ray cannot be joined at {address}: check the address, and that Ray and "
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


def import_ray() -> Any:
    """Ray, which takes seconds to import.

    Raises:
        DataError: it is not installed.
    """
    try:
        import pyarrow  # noqa: F401
        import ray
        import ray.data
    except ImportError as error:
        raise DataError(HOW_TO_INSTALL) from error
    return ray

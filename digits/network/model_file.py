"""A model on disk: its weights, and its papers.

The papers say where a model comes from and what it needs. They are HDF5 attributes of the `.h5`
file, each name beginning with `digit_`, so that a model stays one file and any HDF5 viewer shows
them.
"""

from __future__ import annotations

import errno
import logging
import math
import os
import re
import shutil
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py

from digits.common.atomic_file import atomic_write
from digits.common.errors import DigitError, ModelError
from digits.network.config_translation import is_keras_2
from digits.network.doubt import SCORES
from digits.network.foreign_models import ELSEWHERE, folder_instead
from digits.network.keras_2_layers import saved_by_keras_2, without_size
from digits.network.layers import CONVOLUTIONS
from digits.network.model_check import check_model
from digits.network.model_config import (
    check_size,
    check_that_reading_ends,
    is_export_sound,
    is_hdf5_model,
    read_config,
    read_configs,
)
from digits.network.papers import ModelPapers
from digits.network.readable_copy import readable_copy
from digits.network.stored_export import StoredExport, read_export
from digits.network.tensorflow_import import import_keras
from digits.picture.preparation import PREPARATION_VERSION

if TYPE_CHECKING:
    import keras

logger = logging.getLogger(__name__)

SHIPPED_MODEL = Path(__file__).parents[2] / "digit_recognizer.h5"
_ATTRIBUTE_PREFIX = "digit_"
MODELS = ("Functional", "Model", "Sequential")
# The first that opens a stranger's .h5 without following links or taking all memory.
_OLDEST_KERAS = (3, 15, 1)


def save_model_file(
    model: keras.Model,
    papers: ModelPapers,
    path: str | Path,
    finish: Callable[[Path], None] = lambda path: None,
) -> None:
    """Write model and papers as one `.h5` file, whole or not at all.

    Args:
        model: to be written.
        papers: of the same.
        path: where; a file that is there is replaced.
        finish: is given the temporary file when it is whole, and may add to it.

    Raises:
        OSError: the file cannot be written; an older one is untouched.
    """
    # HDF5 does not survive a disk that fills while it writes, so this is asked before.
    needed = 4 * 4 * model.count_params() + 2**20
    if _free_bytes(Path(path).absolute().parent) < needed:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with atomic_write(path) as temporary:
        model.save(temporary, include_optimizer=False)
        with h5py.File(temporary, "r+") as file:
            for name, value in asdict(papers).items():
                if value is not None:
                    file.attrs[_ATTRIBUTE_PREFIX + name] = _storable(value)
        finish(temporary)


def _storable(value: Any) -> Any:
    """HDF5 stores UTF-8 only, and a command line may name a file that is not."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    return value


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def read_papers(path: str | Path) -> ModelPapers:
    """The papers of an `.h5` file; the defaults for a file without any, such as `.keras`."""
    try:
        with h5py.File(path, "r") as file:
            found = {
                field.name: _plain(file.attrs[_ATTRIBUTE_PREFIX + field.name])
                for field in fields(ModelPapers)
                if _ATTRIBUTE_PREFIX + field.name in file.attrs
            }
    except OSError:  # not of this format
        return ModelPapers()
    except (TypeError, ValueError, RuntimeError) as error:  # values that Python has no type for
        raise _damaged(Path(path)) from error
    return _checked_papers(ModelPapers(**found))


def _plain(value: Any) -> Any:
    """An HDF5 attribute as the Python value that was stored."""
    return value.item() if getattr(value, "size", None) == 1 else value


def _checked_papers(papers: ModelPapers) -> ModelPapers:
    temperature = papers.temperature
    if not isinstance(temperature, int | float) or not 0.01 <= temperature <= 100:
        raise ModelError(
            "The model file gives a temperature that is no number from 0.01 to 100: train it again."
        )
    if not isinstance(papers.doubt_score, str) or papers.doubt_score not in SCORES:
        raise ModelError(
            "The model file gives a doubt_score that is none of those known here: "
            "train it again, or take a newer version of this program."
        )
    threshold = papers.doubt_threshold
    if threshold is not None and not _is_finite(threshold):
        raise ModelError(
            "The model file gives a doubt_threshold that is no finite number: train it again."
        )
    if papers.preparation_version != PREPARATION_VERSION:
        warnings.warn(
            f"The model expects version {papers.preparation_version} of the image preparation, "
            f"and this is version {PREPARATION_VERSION}: its answers may be worse than it can do.",
            stacklevel=2,
        )
    return papers


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def read_convolution_names(path: str | Path) -> list[str]:
    """What `layers.convolution_names` says of the model, read without TensorFlow.

    Raises:
        ModelError: the file is missing or damaged.
    """
    path = Path(path)
    _check_that_it_opens(path)
    with _damage_named(path):
        _check_that_reading_ends(path)
        return list(_convolutions_in(read_config(path)["config"]["layers"]))


def _convolutions_in(layers: list[dict[str, Any]], prefix: str = "") -> Iterator[str]:
    for layer in layers:
        config = layer["config"]
        if layer["class_name"] in MODELS:
            yield from _convolutions_in(config["layers"], f"{prefix}{config['name']}/")
        elif layer["class_name"] in CONVOLUTIONS and config.get("activation") != "softmax":
            yield prefix + config["name"]


def read_export_file(path: str | Path) -> StoredExport | None:
    """The export in a model file; None where there is none, as in a `.keras` file, or it is stale.

    Raises:
        ModelError: the file is missing or damaged.
    """
    path = Path(path)
    _check_that_it_opens(path)
    with _damage_named(path):
        _check_that_reading_ends(path)
        if not is_hdf5_model(path):
            return None
        check_size(path)
        if path.absolute() != SHIPPED_MODEL and not is_export_sound(path.absolute()):
            logger.error("The export in %s cannot be used: TensorFlow answers.", path.name)
            return None
        return read_export(path)


def load_model_file(path: str | Path) -> keras.Model:
    """Read a Keras model, `.h5` or `.keras`, that reads 28×28 pictures and knows ten digits.

    Nothing in the file is run: safe mode is always on, and what `model_config` does not know, such
    as a Lambda layer, is refused before Keras sees it. So is what would take all memory.

    Raises:
        ModelError: the file is missing, damaged, or no such model, or Keras is too old to be safe.
    """
    path = Path(path)
    _check_that_it_opens(path)
    with _damage_named(path):
        _check_that_reading_ends(path)
        check_size(path)
        keras = import_keras()
        _check_keras(keras.__version__)
        config, version = read_configs(path)[1:]
        with readable_copy(path) as readable, warnings.catch_warnings(action="ignore"):
            try:
                return _load_checked(readable)
            except (DigitError, MemoryError):
                raise
            except Exception as error:
                if is_keras_2(version):
                    raise saved_by_keras_2(version, _unread_part(config)) from error
                raise


def _load_checked(path: Path) -> keras.Model:
    """Load a file whose configuration is judged, if it is a model that reads digits."""
    # Keras's state is a thread's own: nothing that was tried is left behind.
    with ThreadPoolExecutor(1) as trial:
        trial.submit(_load_without_memory, path).result()
    return import_keras().models.load_model(path, compile=False, safe_mode=True)


def _unread_part(config: dict[str, Any]) -> str:
    """The first layer that Keras cannot make, by its name; else that it is the weights."""
    keras = import_keras()
    for layer in config["config"]["layers"]:
        try:
            with keras.StatelessScope(initialize_variables=False):
                keras.layers.deserialize({"module": "keras.layers", **layer})
        except Exception:
            return f"layer {layer['config']['name']} ({layer['class_name']})"
    return "weights"


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """Say what is the matter with a file; readers and Keras raise whatever they stumble over."""
    try:
        yield
    except DigitError:
        raise
    except Exception as error:
        raise _damaged(path) from error


def _check_that_reading_ends(path: Path) -> None:
    """Of anybody's file but ours, which is known and read at every start."""
    if path.absolute() != SHIPPED_MODEL:
        check_that_reading_ends(path.absolute())


def _load_without_memory(path: Path) -> None:
    """Check a model whose weights are not made, however large, but must have the stored shapes."""
    keras = import_keras()
    with keras.StatelessScope(initialize_variables=False):
        model = keras.models.load_model(path, compile=False, safe_mode=True)
        if not model.built:
            raise without_size()
        check_model(model)


def _check_keras(version: str) -> None:
    if tuple(int(part) for part in re.findall(r"\d+", version)[:3]) < _OLDEST_KERAS:
        oldest = ".".join(map(str, _OLDEST_KERAS))
        raise ModelError(
            f"Keras {version} can be misled by a model file: "
            f"install {oldest} or newer, with pip install -r requirements.txt."
        )


def _damaged(path: Path) -> ModelError:
    return ModelError(
        f"The model file {path.name} is damaged, not a Keras model, or too large: {ELSEWHERE}."
    )


def _check_that_it_opens(path: Path) -> None:
    try:
        if path.is_dir():
            raise folder_instead(path)
        if path.exists() and not path.is_file():  # to open a pipe is to wait for ever
            raise ModelError(f"{path.name} is no plain file: name a model file, .h5 or .keras.")
        with path.open("rb"):
            pass
    except PermissionError as error:
        raise ModelError(
            f"The model file {path.name} may not be read: allow it, or name another."
        ) from error
    except (OSError, ValueError) as error:  # ValueError for a name that no file can have
        raise ModelError(f"The model file {path.name} is missing: {ELSEWHERE}.") from error

"""Models, each loaded once and shared, with their papers."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from digits.network.model_file import (
    SHIPPED_MODEL,
    ModelPapers,
    load_model_file,
    read_convolution_names,
    read_papers,
)

if TYPE_CHECKING:
    import keras


MODEL_VARIABLE = "DIGIT_MODEL"
"""Environment variable that names another model file to use by default."""
_loaded: dict[Path, tuple[tuple[int, int], keras.Model]] = {}
_papers: WeakKeyDictionary[keras.Model, ModelPapers] = WeakKeyDictionary()
_loading = threading.Lock()


def load_model(path: str | os.PathLike[str] | None = None) -> keras.Model:
    """Load a model once; later calls give the same object, which threads may share.

    A file that has changed on disk is loaded anew.

    Args:
        path: `.h5` or `.keras`; None takes `$DIGIT_MODEL`, or the model shipped at the top.

    Raises:
        ModelError: the file is missing, damaged, or does not classify 28×28 pictures of digits.
    """
    file = _model_file(path)
    with _loading:
        identity = _identity(file)
        if file not in _loaded or _loaded[file][0] != identity:
            model = load_model_file(file)
            _papers[model] = read_papers(file)
            _loaded[file] = identity, model
        return _loaded[file][1]


def list_convolutions(path: str | os.PathLike[str] | None = None) -> list[str]:
    """Names of the convolutions that `grad_cam` can explain, input side first.

    They are read from the file, so that they are known before TensorFlow is.

    Raises:
        ModelError: the file is missing or damaged.
    """
    return read_convolution_names(_model_file(path))


def _model_file(path: str | os.PathLike[str] | None) -> Path:
    return Path(path or os.environ.get(MODEL_VARIABLE) or SHIPPED_MODEL).absolute()


def _identity(file: Path) -> tuple[int, int]:
    """What changes when a file does; zeros for a missing one, which loading then reports."""
    try:
        status = file.stat()
    except (OSError, ValueError):  # ValueError for a name that no file can have
        return 0, 0
    return status.st_mtime_ns, status.st_size


def model_papers(model: keras.Model) -> ModelPapers:
    """Where a loaded model comes from; the defaults for one that `load_model` did not load."""
    return _papers.get(model, ModelPapers())

"""Import TensorFlow when it is first needed, without its log chatter on the terminal.

The import takes 5 to 10 seconds, so no module of this project does it at its top.
"""

import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any

from digits.common import quiet_matplotlib  # noqa: F401 - Keras imports Matplotlib, too
from digits.common.errors import DigitError, TensorFlowMissingError

MISSING = "This takes TensorFlow, which is not installed here: pip install -r requirements.txt."

_lock = threading.Lock()


def is_tensorflow_installed() -> bool:
    """Whether TensorFlow and Keras could be imported; neither is."""
    with suppress(ImportError):
        return all(find_spec(name) is not None for name in ("tensorflow", "keras"))
    return False


def import_keras() -> Any:
    """The module `keras`, on whichever backend it was told to use; the first call imports it.

    Raises:
        TensorFlowMissingError: Keras or TensorFlow is not installed.
        DigitError: `KERAS_BACKEND` names one that is not there.
        ImportError, ValueError: it is installed and breaks while it is imported.
    """
    with _lock:
        if "keras" not in sys.modules:
            try:
                _import_quietly()
            except (ImportError, ValueError) as error:
                backend = os.environ.get("KERAS_BACKEND")
                if not is_tensorflow_installed() and backend in (None, "", "tensorflow"):
                    raise TensorFlowMissingError(MISSING) from error
                if not backend:
                    raise
                raise DigitError(
                    f"Keras cannot run on {backend!r}: install it, or unset KERAS_BACKEND."
                ) from error
        import keras
    return keras


def backend_version() -> str:
    """Of Keras and what it runs on, as a model's papers say it."""
    keras = import_keras()
    return f"Keras {keras.__version__} on {keras.backend.backend()}"


def _import_quietly() -> None:
    """Import Keras with its backend while what native code prints is filtered."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _without_native_chatter():
        import keras  # noqa: F401

    # Keras advises against .h5, the format that the user chose.
    logging.getLogger("absl").setLevel(logging.ERROR)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


@contextmanager
def _without_native_chatter() -> Iterator[None]:
    """Drop TensorFlow's start-up lines from file descriptor 2; give back everything else.

    They are written by C++ before its log level can be set, so no Python logger sees them.
    """
    try:
        saved = os.dup(2)
    except OSError:  # a program without a standard error, such as a windowed one
        yield
        return
    with tempfile.TemporaryFile() as captured:
        os.dup2(captured.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            captured.seek(0)
            _write_back(captured.read().decode(errors="replace"))


def _write_back(text: str) -> None:
    lines = [line for line in text.splitlines(keepends=True) if not _is_chatter(line)]
    if lines and sys.stderr is not None:
        sys.stderr.write("".join(lines))


def _is_chatter(line: str) -> bool:
    marks = ("port.cc", "cudart_stub.cc", "cpu_feature_guard.cc", "absl::InitializeLog", "cuda_")
    rebuild = "To enable the following instructions"
    return any(mark in line for mark in marks) or line.startswith(rebuild)

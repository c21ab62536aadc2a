"""Networks and models, each loaded once and shared, with their papers."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar, cast
from weakref import WeakKeyDictionary

from digits.common.errors import ModelError, TensorFlowMissingError
from digits.network.light_serving import LightNetwork
from digits.network.model_file import (
    SHIPPED_MODEL,
    load_model_file,
    read_convolution_names,
    read_export_file,
    read_papers,
)
from digits.network.model_findings import (
    ModelFindings,
    file_sha256,
    findings_of_file,
    keep_findings,
    keep_findings_of_file,
)
from digits.network.papers import ModelPapers
from digits.network.serving import Network
from digits.network.stored_export import HOW_TO_EXPORT
from digits.network.tensorflow_beside import NetworkBeside

if TYPE_CHECKING:
    import keras

logger = logging.getLogger(__name__)

AnyNetwork: TypeAlias = "Network | keras.Model"
"""What callers may pass: a network that serves, or a Keras model of their own."""

MODEL_VARIABLE = "DIGIT_MODEL"
"""Environment variable that names another model file to use by default."""

Loaded = TypeVar("Loaded")


class _Shelf(Generic[Loaded]):
    """What was loaded from files; a file that has changed on disk is loaded anew."""

    def __init__(self, load: Callable[[Path], Loaded]) -> None:
        self._load = load
        self._loading = threading.Lock()
        self._loaded: dict[Path, tuple[tuple[int, int], Loaded]] = {}

    def get(self, path: str | os.PathLike[str] | None) -> Loaded:
        file = file_of_model(path)
        with self._loading:
            identity = _identity(file)
            if file not in self._loaded or self._loaded[file][0] != identity:
                self._loaded[file] = identity, self._load(file)
            return self._loaded[file][1]


def load_network(path: str | os.PathLike[str] | None = None) -> Network:
    """Load the network that serves, once; later calls give the same object, for all threads.

    A file that holds an export of its network is answered without TensorFlow; any other by
    TensorFlow in a process beside, which begins to load it now.

    Args:
        path: `.h5` or `.keras`; None takes `$DIGIT_MODEL`, or the model shipped at the top.

    Raises:
        ModelError: the file is missing or damaged, or it has no export, and TensorFlow is not
            installed.
    """
    return _networks.get(path)


def load_model(path: str | os.PathLike[str] | None = None) -> keras.Model:
    """Load a Keras model once; later calls give the same object, which threads may share.

    One that this project did not train is examined (`examination`): what is found says how
    everything here asks it.

    Args:
        path: as for `load_network`.

    Raises:
        ModelError: the file is missing, damaged, or does not classify pictures of digits.
    """
    return _models.get(path)


def as_network(model: AnyNetwork | None) -> Network:
    """A network that serves: the default one for None, itself, or a Keras model in this process.

    Raises:
        ModelError: as `load_network`.
    """
    if model is None:
        return load_network()
    if hasattr(model, "compute_gradients"):  # isinstance would look at every member, each time
        return cast("Network", model)
    from digits.network.keras_serving import KerasNetwork

    return KerasNetwork(model, model_papers(model))


def list_convolutions(path: str | os.PathLike[str] | None = None) -> list[str]:
    """Names of the convolutions that `grad_cam` can explain, input side first.

    They are read from the file, whether or not TensorFlow is there.

    Raises:
        ModelError: the file is missing or damaged.
    """
    return read_convolution_names(file_of_model(path))


def model_papers(model: keras.Model) -> ModelPapers:
    """Where a loaded model comes from; the defaults for one that `load_model` did not load."""
    return _papers.get(model, ModelPapers())


def _load_network(file: Path) -> Network:
    names = read_convolution_names(file)  # which tries the file elsewhere before it is opened here
    beside = NetworkBeside(file, read_papers(file), names)
    export = read_export_file(file)
    if export is not None:
        return LightNetwork(export, beside)
    try:
        beside.start()
    except TensorFlowMissingError as error:
        raise ModelError(
            f"The model file {file.name} holds no export, so it takes TensorFlow, which is not "
            f"installed here: pip install -r requirements.txt. {HOW_TO_EXPORT}"
        ) from error
    return beside


def _load_model(file: Path) -> keras.Model:
    model = load_model_file(file)
    papers = _papers[model] = read_papers(file)
    if papers.architecture is None:  # what this project trained takes what this project makes
        findings = _examined(file, model)
        keep_findings(model, findings)
        if findings.warning:
            logger.warning("%s: %s", file.name, findings.warning)
    return model


def _examined(file: Path, model: keras.Model) -> ModelFindings:
    """What is found of a model, once for each file."""
    from digits.network.examination import examine

    sha256 = file_sha256(file)
    findings = findings_of_file(sha256)
    if findings is None:
        findings = examine(model)
        keep_findings_of_file(sha256, findings)
    return findings


_networks: _Shelf[Network] = _Shelf(_load_network)
_models: _Shelf[keras.Model] = _Shelf(_load_model)
_papers: WeakKeyDictionary[keras.Model, ModelPapers] = WeakKeyDictionary()


def file_of_model(path: str | os.PathLike[str] | None = None) -> Path:
    """Which file is meant: the one named, or `$DIGIT_MODEL`, or the one shipped at the top."""
    return Path(path or os.environ.get(MODEL_VARIABLE) or SHIPPED_MODEL).absolute()


def _identity(file: Path) -> tuple[int, int]:
    """What changes when a file does; zeros for a missing one, which loading then reports."""
    try:
        status = file.stat()
    except (OSError, ValueError):  # ValueError for a name that no file can have
        return 0, 0
    return status.st_mtime_ns, status.st_size

"""What a model file says of its network, read and judged before Keras builds anything from it.

Keras builds whatever a file names: some of its layers run code that the file carries, read other
files, or take all memory. Here only what is known to do none of that is let through.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import h5py

from digits.common.errors import ModelError

ELSEWHERE = "make one with python train_mnist_model.py, or name another"
HDF5_SUFFIXES = (".h5", ".hdf5")
ARCHIVE_SUFFIX = ".keras"
# Of all that a file stores, unpacked: the shipped model has 1.4 MB, and a large ResNet 250 MB.
MOST_BYTES = 2**30
# Of a configuration; the shipped model's has 20 kB.
_MOST_CONFIG_BYTES = 2**24
_ROOT = Path(__file__).parents[2]
# Seconds for a file to be read in; a slow machine needs two.
PATIENCE = 30.0
# How the process ends that tries a file whose network is sound, but whose export is not.
_EXPORT_REFUSED = 3
_MOST_ADDRESSES = 2**33
_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
_ARCHIVE_MEMBERS = [_CONFIG, "metadata.json", _WEIGHTS]
_WORD = re.compile(r"_*[A-Za-z]\w{0,60}")

# Models, and what configurations are written with.
_MODELS = """
    Functional Model Sequential InputLayer DTypePolicy FloatDTypePolicy DTypePolicyMap
    __keras_tensor__ __tuple__
"""
_LAYERS = """
    Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention Average
    AveragePooling1D AveragePooling2D AvgPool1D AvgPool2D BatchNormalization Bidirectional
    CenterCrop Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose ConvLSTM1D
    Convolution1D Convolution2D Convolution2DTranspose Cropping1D Cropping2D Dense
    DepthwiseConv1D DepthwiseConv2D Dot Dropout EinsumDense ELU Flatten GaussianDropout
    GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalAvgPool1D GlobalAvgPool2D
    GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPooling1D GlobalMaxPooling2D GroupNormalization GRU
    GRUCell Identity LayerNormalization LeakyReLU LSTM LSTMCell Masking Maximum MaxPool1D
    MaxPool2D MaxPooling1D MaxPooling2D Minimum MultiHeadAttention Multiply Normalization
    Permute PReLU RandomBrightness RandomContrast RandomCrop RandomFlip RandomRotation
    RandomTranslation RandomZoom ReLU RepeatVector Rescaling Reshape Resizing RMSNormalization
    RNN SeparableConv1D SeparableConv2D SeparableConvolution1D SeparableConvolution2D SimpleRNN
    SimpleRNNCell Softmax SpatialDropout1D SpatialDropout2D SpectralNormalization
    StackedRNNCells Subtract TimeDistributed UnitNormalization UpSampling1D UpSampling2D
    ZeroPadding1D ZeroPadding2D
"""
# How weights begin, and what holds them back.
_WEIGHTS_OF_LAYERS = """
    Constant GlorotNormal GlorotUniform HeNormal HeUniform IdentityInitializer LecunNormal
    LecunUniform Ones Orthogonal OrthogonalInitializer RandomNormal RandomUniform
    TruncatedNormal VarianceScaling Zeros L1 L1L2 L2 OrthogonalRegularizer MaxNorm MinMaxNorm
    NonNeg UnitNorm
"""
# What `x / 255` or `keras.ops.mean(x)` leave in a functional model.
_OPERATIONS = """
    Absolute Clip Divide Exp ExpandDims Log Matmul Max Mean Min Negative Power Relu Relu6 Sigmoid
    Sqrt Square Squeeze Sum Tanh Transpose TrueDivide
"""
_KINDS = frozenset(f"{_MODELS}{_LAYERS}{_WEIGHTS_OF_LAYERS}{_OPERATIONS}".split())


def read_config(path: Path) -> dict[str, Any]:
    """The configuration of the network in a model file, as Keras will read it.

    Raises:
        ModelError: it names what is not known to be harmless, or the file is of another kind.
        Exception: the file is damaged; whatever the reader of its format stumbles over.
    """
    if path.suffix in HDF5_SUFFIXES:
        with h5py.File(path, "r") as file:
            text = file.attrs["model_config"]
    elif path.suffix == ARCHIVE_SUFFIX:
        text = _read_archive(path)
    else:
        raise ModelError(
            f"{path.name} is no model file: name one whose name ends in .h5 or .keras."
        )
    # Keras takes bytes for UTF-8 in the one format; in the other json would guess.
    config = json.loads(text.decode() if isinstance(text, bytes) else text)
    if not isinstance(config, dict):
        raise ValueError("the configuration is no object")  # noqa: TRY004
    for kind in _kinds(config):
        if kind not in _KINDS:
            raise _forbidden(path, kind)
    return config


def _read_archive(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        if sorted(archive.namelist()) != _ARCHIVE_MEMBERS:
            raise ValueError("the archive holds other files than Keras puts there")
        return _read_member(archive, _CONFIG, _MOST_CONFIG_BYTES)


def _read_member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Unpack a file, which never gives more than it declares."""
    if archive.getinfo(name).file_size > most:
        raise ValueError("more is packed into the file than any model needs")
    return archive.read(name)


def _kinds(config: dict[str, Any]) -> Iterator[str]:
    """The classes that Keras would make; not those for training, which is not gone on with."""
    pending: list[Any] = [{key: config[key] for key in config if key != "compile_config"}]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            pending.extend(part.values())
            if "class_name" in part:
                yield str(part["class_name"])
            module = part.get("module") or "keras"
            if str(module).split(".")[0] != "keras":
                yield str(module)
        elif isinstance(part, list):
            pending.extend(part)


def _forbidden(path: Path, kind: str) -> ModelError:
    name = kind.strip("_") if _WORD.fullmatch(kind) else "part"
    return ModelError(
        f"The model file {path.name} holds a {name}, which may carry code or read other files "
        f"and is never run: {ELSEWHERE}."
    )


def check_size(path: Path) -> None:
    """Refuse a file whose weights would not fit into memory, however little of them it stores.

    Raises:
        ValueError: they would not.
        Exception: the file is damaged, as in `read_config`.
    """
    if path.suffix in HDF5_SUFFIXES:
        _check_arrays(path)
        return
    with zipfile.ZipFile(path) as archive:
        _check_arrays(io.BytesIO(_read_member(archive, _WEIGHTS, MOST_BYTES)))


def _check_arrays(source: Path | io.BytesIO) -> None:
    sizes: list[int] = []
    with h5py.File(source, "r") as file:
        file.visititems(lambda name, item: sizes.append(_bytes_of(item)))
    if sum(sizes) > MOST_BYTES:
        raise ValueError("the arrays are larger than any model's need to be")


def _bytes_of(item: h5py.Group | h5py.Dataset) -> int:
    """What an object takes in memory; its attributes are read on the way."""
    list(item.attrs.values())
    return getattr(item, "nbytes", 0)


def check_that_reading_ends(path: Path) -> None:
    """Read a file in a process of its own first: over some damage the HDF5 library loops for ever.

    Raises:
        ValueError: it does, or the process crashed.
        OSError: the file is gone, or no process can be started.
    """
    if _tried(path) not in (0, _EXPORT_REFUSED):
        raise ValueError("reading the file does not end, or crashes")


def is_export_sound(path: Path) -> bool:
    """Whether a file's export could be run in that process, within its memory; yes without one.

    Raises:
        ValueError, OSError: as `check_that_reading_ends`.
    """
    check_that_reading_ends(path)
    return _tried(path) == 0


def _tried(path: Path) -> int:
    status = path.stat()
    return _try_version(path, status.st_mtime_ns, status.st_size)


@lru_cache(64)
def _try_version(path: Path, modified: int, size: int) -> int:
    """Once for each version of a file that ends; what does not may fare better another time."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(path)],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError("reading the file does not end") from error
    if done.returncode not in (0, _EXPORT_REFUSED):
        raise ValueError("reading the file crashes")
    return done.returncode


def _try(path: Path) -> int:
    """All that will be done with a file by whoever asked, who meets its other errors, too."""
    with suppress(Exception):
        read_config(path)
        check_size(path)
        if path.suffix in HDF5_SUFFIXES and not _runs_export(path):
            return _EXPORT_REFUSED
    return 0


def _runs_export(path: Path) -> bool:
    from digits.network.light_serving import try_export

    _limit_memory()
    try:
        try_export(path)
    except Exception:
        return False
    return True


def _limit_memory() -> None:
    """Where the system can, refuse what a small network never needs."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_ADDRESSES, _MOST_ADDRESSES))


if __name__ == "__main__":
    sys.exit(_try(Path(sys.argv[1])))

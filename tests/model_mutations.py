"""Model files of Keras 2 and 3 with their configurations spoilt at random, and what became of each.

A mutation changes a few places of a file's JSON: keys go, values become others, layers are doubled
or become another class, a trap is laid that would make a file if anything of the file were run.
"""

from __future__ import annotations

import copy
import json
import zipfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from digits.common.errors import ModelError
from digits.network.loading import list_convolutions
from digits.network.model_file import load_model_file
from tests import bad_models, keras_2_files
from tests.own_models import trained_weights

Config = dict[str, Any]
Random = np.random.Generator

SENTENCES = {
    "saved by Keras 2": "saved by Keras",
    "may carry code": "may carry code",
    "another shape": "name one that reads 28×28",
    "no size": "how large its pictures are",
    "layer name": "TensorFlow cannot run a layer",
    "too much of a picture": "more of a picture than fits",
    "damaged": "is damaged, not a Keras model, or too large",
}
"""What a file may be refused with, by words that are in the sentence."""

_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2, 3.5, 10, 10**6, 2**40, -(2**40), 1e308),
    *("", "x", "relu", "softmax", "float32", "mixed_float16", "../x", "a" * 300, "\ud800"),
    *([], {}, [None], [1, 1], [None, 28, 28, 1], [[]], [[["x", 0, 0, {}]]], {"class_name": 3}),
    *({"class_name": "Policy"}, {"class_name": "__numpy__", "config": {"value": [1]}}),
)
_KINDS = (
    *("Conv2D", "Dense", "Dropout", "Flatten", "InputLayer", "Sequential", "Functional", "Model"),
    *("BatchNormalization", "Reshape", "Lambda", "TFOpLambda", "UpSampling2D", "system", "my>Own"),
    *("LSTM", "Bidirectional", "TimeDistributed", "Normalization", "Embedding", "StringLookup"),
)


def make_files(folder: Path) -> list[Path]:
    """Healthy files, each of another form."""
    weights = trained_weights()
    files = []
    for number, (make, version) in enumerate(keras_2_files.CONFIGS.values()):
        path, arrays = folder / f"keras_2_{number}.h5", keras_2_files.arrays_of(weights)
        files.append(keras_2_files.write_hdf5(path, make(), arrays, version))
    for version in ("2.12.0", "2.15.0"):
        arrays_in = keras_2_files.arrays_in_archive(weights, is_2_12=version == "2.12.0")
        path, config = folder / f"keras_{version}.keras", keras_2_files.without_input_layer()
        files.append(keras_2_files.write_archive(path, config, arrays_in, version))
    return [*files, bad_models.write_good(folder / "keras_3.keras")]


def mutate(file: Path, seed: int, folder: Path) -> tuple[Path, Path]:
    """A copy with its configuration spoilt, and where the trap would leave a file."""
    random = np.random.default_rng(seed)
    path, trap = folder / f"mutated{file.suffix}", folder / "sprung"
    config = copy.deepcopy(_config_of(file, file.stat().st_mtime_ns))
    for _ in range(int(random.integers(1, 4))):
        _spoil(config, random, trap)
    text = json.dumps(config)
    path.write_bytes(file.read_bytes())
    if zipfile.is_zipfile(path):
        members = bad_models.members_of(path)
        bad_models.write_archive(path, members | {"config.json": text.encode()})
    else:
        with h5py.File(path, "r+") as opened:
            content = text.encode("utf-8", "surrogatepass")
            opened.attrs.create("model_config", content, dtype=h5py.string_dtype())
    return path, trap


@lru_cache(16)
def _config_of(file: Path, modified: int) -> Config:
    if zipfile.is_zipfile(file):
        config: Config = json.loads(bad_models.members_of(file)["config.json"])
        return config
    with h5py.File(file) as opened:
        as_hdf5: Config = json.loads(opened.attrs["model_config"])
    return as_hdf5


def _spoil(config: Config, random: Random, trap: Path) -> None:
    places = list(_places(config))
    if not places:
        return
    parent, key = places[int(random.integers(len(places)))]
    kind = int(random.integers(7))
    if kind == 0:
        del parent[key]
    elif kind == 1:
        parent[key] = copy.deepcopy(_VALUES[int(random.integers(len(_VALUES)))])
    elif kind == 2 and isinstance(parent, list):
        parent.insert(int(random.integers(len(parent) + 1)), copy.deepcopy(parent[key]))
    elif kind == 3:
        other, other_key = places[int(random.integers(len(places)))]
        parent[key] = copy.deepcopy(other[other_key]) if _has(other, other_key) else None
    elif kind == 4:
        layers = [each for each, at in places if at == "class_name" and isinstance(each, dict)]
        layer = layers[int(random.integers(len(layers)))] if layers else config
        layer["class_name"] = _KINDS[int(random.integers(len(_KINDS)))]
    elif kind == 5:
        parent[key] = bad_models.lambda_config(trap)
    elif isinstance(parent, dict):
        parent[f"{key}_more"] = parent.pop(key)


def _has(container: Any, key: Any) -> bool:
    return key in container if isinstance(container, dict) else key < len(container)


def _places(part: Any) -> Any:
    """All places in some JSON: the container, and the key or index in it."""
    keys = list(part) if isinstance(part, dict) else range(len(part))
    for key in keys:
        yield part, key
        if isinstance(part[key], dict | list):
            yield from _places(part[key])


def outcome(path: Path, trap: Path, read: Callable[[Path], Any] = load_model_file) -> str:
    """What became of a file: "model", a key of `SENTENCES`, or a broken promise.

    Args:
        path: the file.
        trap: where something would lie if anything of the file had been run.
        read: what is asked to read it.
    """
    try:
        list_convolutions(path)
        read(path)
    except ModelError as error:
        sentence = str(error)
        known = [name for name, words in SENTENCES.items() if words in sentence]
        if not known or "\n" in sentence or str(path.parent) in sentence:
            return f"broken: it says {sentence!r}"
        said = known[0]
    except Exception as error:
        return f"broken: {error!r}"
    else:
        said = "model"
    return "broken: its code was run" if trap.exists() else said

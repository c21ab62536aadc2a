"""Model files as Keras 2 wrote them, by hand: no Keras 2 is needed to make one."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tests.own_models import FILTERS, MAPS, STRIDE, Weights

Config = dict[str, Any]
Arrays = dict[str, list[tuple[str, np.ndarray]]]
"""For each layer, names and values of its weights."""

MIXED = {"class_name": "Policy", "config": {"name": "mixed_float16"}}
SEEDED = {"class_name": "GlorotUniform", "config": {"seed": None}}


_KERNEL_AND_BIAS: Config = {
    "use_bias": True,
    "kernel_initializer": SEEDED,
    "bias_initializer": {"class_name": "Zeros", "config": {}},
    "kernel_regularizer": None,
    "bias_regularizer": None,
    "activity_regularizer": None,
    "kernel_constraint": None,
    "bias_constraint": None,
}


def conv(name: str, filters: int, **more: Any) -> Config:
    config = {
        "name": name,
        "trainable": True,
        "dtype": "float32",
        "filters": filters,
        "kernel_size": [5, 5],
        "strides": [STRIDE, STRIDE],
        "padding": "valid",
        "data_format": "channels_last",
        "dilation_rate": [1, 1],
        "activation": "relu",
        **_KERNEL_AND_BIAS,
    }
    return {"class_name": "Conv2D", "config": config | more}


def dense(name: str = "dense", units: int = 10, activation: str = "softmax") -> Config:
    config = {
        "name": name,
        "trainable": True,
        "units": units,
        "activation": activation,
        **_KERNEL_AND_BIAS,
    }
    return {"class_name": "Dense", "config": config}


def plain(kind: str, name: str, **config: Any) -> Config:
    return {"class_name": kind, "config": {"name": name, "trainable": True, **config}}


def norm(name: str) -> Config:
    """Batch normalisation with all that Keras 2 wrote and Keras 3 does not know."""
    return plain(
        "BatchNormalization",
        name,
        axis=[3],
        momentum=0.99,
        epsilon=0.0,
        center=True,
        scale=True,
        renorm=False,
        fused=True,
        virtual_batch_size=None,
    )


def sequential(*layers: Config, name: str = "sequential_1") -> Config:
    return {"class_name": "Sequential", "config": {"name": name, "layers": list(layers)}}


def without_input_layer() -> Config:
    """Keras 2.2: the input's shape stands with the first layer."""
    return sequential(
        conv("conv2d_1", FILTERS, batch_input_shape=[None, 28, 28, 1]),
        plain("Dropout", "dropout_1", rate=0.25, noise_shape=None, seed=None),
        conv("conv2d_2", MAPS),
        plain("Flatten", "flatten_1", data_format="channels_last"),
        dense(),
    )


def as_list() -> Config:
    """Before Keras 2.2.3 a Sequential's configuration was a list."""
    config = without_input_layer()
    return {"class_name": "Sequential", "config": config["config"]["layers"]}


def augmented() -> Config:
    """Keras 2.9: pictures bent in the model, half precision, and settings that are gone."""
    return sequential(
        plain("InputLayer", "input_1", batch_input_shape=[None, 28, 28, 1], ragged=False),
        plain("RandomRotation", "random_rotation", factor=0.1, fill_mode="reflect", seed=None),
        plain(
            "RandomZoom",
            "random_zoom",
            height_factor={"class_name": "__numpy__", "config": {"value": 0.1}},
        ),
        conv("conv2d_1", FILTERS, dtype=MIXED, groups=1),
        norm("norm"),
        conv("conv2d_2", MAPS, dtype=MIXED, groups=1),
        plain("LeakyReLU", "leaky", alpha=0.3),
        plain("Flatten", "flatten_1", data_format="channels_last"),
        dense(),
    )


def nested() -> Config:
    """Keras 2.3: a base in a functional model, whose first call counted as the second."""
    base = {
        "class_name": "Model",
        "config": {
            "name": "base",
            "layers": [
                _placed(_input("input_2", [None, 28, 28, 1])),
                _placed(conv("conv2d_1", FILTERS), "input_2"),
                _placed(conv("conv2d_2", MAPS), "conv2d_1"),
            ],
            "input_layers": [["input_2", 0, 0]],
            "output_layers": [["conv2d_2", 0, 0]],
        },
    }
    layers = [
        _placed(_input("input_1", [None, 28, 28, 1])),
        _placed(base, "input_1"),
        _placed(plain("Flatten", "flatten_1", data_format="channels_last"), "base", call=1),
        _placed(dense(), "flatten_1"),
    ]
    config = {
        "name": "model_1",
        "layers": layers,
        "input_layers": [["input_1", 0, 0]],
        "output_layers": [["dense", 0, 0]],
    }
    return {"class_name": "Model", "config": config}


def _input(name: str, shape: list[int | None]) -> Config:
    return plain("InputLayer", name, batch_input_shape=shape, dtype="float32", sparse=False)


def _placed(layer: Config, *before: str, call: int = 0) -> Config:
    nodes = [[[name, call, 0, {}] for name in before]] if before else []
    return {**layer, "name": layer["config"]["name"], "inbound_nodes": nodes}


CONFIGS = {
    "no input layer": (without_input_layer, "2.2.4"),
    "a list of layers": (as_list, "2.1.6"),
    "augmentation and half precision": (augmented, "2.9.0"),
    "a base inside": (nested, "2.3.1-tf"),
}


def arrays_of(weights: Weights) -> Arrays:
    """The weights by the names of the layers above, and ones that change nothing."""
    one, none = np.ones(FILTERS, np.float32), np.zeros(FILTERS, np.float32)
    return {
        "conv2d_1": [("kernel", weights.first), ("bias", weights.first_bias)],
        "conv2d_2": [("kernel", weights.second), ("bias", weights.second_bias)],
        "norm": [("gamma", one), ("beta", none), ("moving_mean", none), ("moving_variance", one)],
        "random_rotation": [("StateVar", np.arange(3))],
        "dense": [("kernel", weights.dense), ("bias", weights.dense_bias)],
    }


def write_hdf5(path: Path, config: Config, arrays: Arrays, version: str) -> Path:
    """A file as `model.save('model.h5')` of Keras 2 wrote it."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = version.encode()
        file.attrs["backend"] = b"tensorflow"
        text = json.dumps(config)
        file.attrs.create("model_config", text.encode(), dtype=h5py.string_dtype())
        file.attrs["training_config"] = json.dumps({"loss": "categorical_crossentropy"}).encode()
        group = file.create_group("model_weights")
        names = []
        inner = (
            config["config"] if isinstance(config["config"], dict) else {"layers": config["config"]}
        )
        for layer in inner["layers"]:
            name = layer["config"]["name"]
            names.append(name.encode())
            _write_layer(group.create_group(name), layer, arrays)
        group.attrs["layer_names"] = names
    return path


def _write_layer(group: h5py.Group, layer: Config, arrays: Arrays) -> None:
    inside = layer["config"].get("layers", [layer])
    written = []
    for each in inside:
        name = each["config"]["name"]
        for kind, values in arrays.get(name, ()):
            group[f"{name}/{kind}:0"] = values
            written.append(f"{name}/{kind}:0".encode())
    group.attrs["weight_names"] = written


def write_archive(
    path: Path, config: Config, arrays: dict[str, list[np.ndarray]], version: str
) -> Path:
    """A file as `model.save('model.keras')` of Keras 2.12 to 2.15 wrote it."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for place, values in arrays.items():
            for number, array in enumerate(values):
                file[f"{place}/vars/{number}"] = array
    module = "keras" if config["class_name"] == "Sequential" else "keras.src.engine.functional"
    whole = {
        "module": module,
        "registered_name": None,
        **config,
        "compile_config": {"optimizer": "adam", "loss": "my_own_loss"},
    }
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.writestr("config.json", json.dumps(whole))
        archive.writestr("model.weights.h5", content.getvalue())
    return path


def arrays_in_archive(weights: Weights, *, is_2_12: bool) -> dict[str, list[np.ndarray]]:
    """The same by their places; 2.12 counted a layer with weights twice."""
    folder = "_layer_checkpoint_dependencies" if is_2_12 else "layers"
    return {
        f"{folder}/conv2d": [weights.first, weights.first_bias],
        f"{folder}/conv2d_{2 if is_2_12 else 1}": [weights.second, weights.second_bias],
        f"{folder}/dense": [weights.dense, weights.dense_bias],
    }

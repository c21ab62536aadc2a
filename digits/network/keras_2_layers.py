"""What Keras 2 wrote into its files, written as Keras 3 reads it.

Keras 2 gave the input's shape to the first layer, and wrote some settings that Keras 3 does not
know. Those that change nothing are left out; a file with any other is refused by its name. Layers
that do nothing but while training become `Identity`, for Keras 2 stored the state of their chance
otherwise.
"""

from __future__ import annotations

import re
from typing import Any

from digits.common.errors import ModelError

Config = dict[str, Any]

_MODELS = {"Sequential": "Sequential", "Model": "Functional", "Functional": "Functional"}
_MODULES = {"Sequential": "keras", "Functional": "keras.src.models.functional"}
_NEW_NAMES = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    "InputLayerV1": "InputLayer",
    "LSTMV2": "LSTM",
    "GRUV2": "GRU",
}
_ONLY_FOR_TRAINING = (
    *("AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise"),
    *("SpatialDropout1D", "SpatialDropout2D", "ActivityRegularization"),
    *("RandomBrightness", "RandomContrast", "RandomFlip", "RandomRotation", "RandomTranslation"),
    *("RandomZoom", "RandomHeight", "RandomWidth"),
)
_GONE = (
    *("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "ThresholdedReLU"),
    *("LocallyConnected1D", "LocallyConnected2D", "CuDNNLSTM", "CuDNNGRU", "ConvRNN2D"),
)
"""Layers of Keras 2 that are not in Keras 3, or carry code."""

# Settings that change nothing: by their names, or where they have one of these values.
_NEUTRAL: dict[str, tuple[Any, ...] | None] = {
    "batch_input_shape": None,
    "fused": None,
    "implementation": None,
    "input_dim": None,
    "input_dtype": None,
    "input_length": None,
    "optional": (False,),
    "ragged": (False,),
    "renorm": (False,),
    "renorm_clipping": None,
    "renorm_momentum": None,
    "sparse": (False,),
    "time_major": (False,),
    "virtual_batch_size": (None,),
    "adjustment": (None,),
}
# The same for some layers only.
_NEUTRAL_IN: dict[str, dict[str, tuple[Any, ...] | None]] = {
    "SeparableConv1D": dict.fromkeys(
        ("kernel_initializer", "kernel_regularizer", "kernel_constraint")
    )
    | {"groups": (1,)},
    "SeparableConv2D": dict.fromkeys(
        ("kernel_initializer", "kernel_regularizer", "kernel_constraint")
    )
    | {"groups": (1,)},
    "DepthwiseConv2D": dict.fromkeys(
        ("kernel_initializer", "kernel_regularizer", "kernel_constraint")
    )
    | {"groups": (1,), "filters": (None,)},
    "Conv1DTranspose": {"groups": (1,)},
    "Conv2DTranspose": {"groups": (1,)},
    "Bidirectional": {"backward_layer": (None,)},
}
_INNER = ("layer", "forward_layer", "backward_layer", "cell")


def rewrite_keras_2(config: Config, version: str) -> Config:
    """A whole model's configuration as Keras 3 would have written it.

    Args:
        config: as Keras 2 wrote it; it is not changed.
        version: of Keras, for people.

    Raises:
        ModelError: something in it cannot be rewritten.
        Exception: it is damaged; whatever is stumbled over.
    """
    model = _model(config, version)
    kind = model["class_name"]
    return {"module": _MODULES[kind], "registered_name": None, **model}


def saved_by_keras_2(version: str, what: str) -> ModelError:
    """The refusal of something in a file that Keras 2 wrote."""
    number = re.match(r"[\d.]*\d", version)
    return ModelError(
        f"This file was saved by Keras {number[0] if number else '2'}, whose {what} Keras 3 cannot "
        "read: load it there and save it again, without that part if need be."
    )


def without_size() -> ModelError:
    """The refusal of a model that was never given a picture."""
    return ModelError(
        "This model does not say how large its pictures are: "
        "call it once on a picture, and save it again."
    )


def _model(model: Config, version: str) -> Config:
    """A Sequential or a functional model, and all layers of it."""
    kind, config = _MODELS[model["class_name"]], model["config"]
    if isinstance(config, list):  # before 2.2.3
        config = {"name": "sequential", "layers": config}
    layers = [_layer(each, version) for each in config["layers"]]
    _count_calls_from_0(layers, config)
    if kind == "Sequential" and not (layers and layers[0]["class_name"] == "InputLayer"):
        layers.insert(0, _input_layer(config))
    kept = {
        name: value for name, value in config.items() if name not in ("layers", "build_input_shape")
    }
    for name in ("input_layers", "output_layers"):
        if name in kept and len(kept[name]) == 1:  # one tensor is given as such, not in a list
            (kept[name],) = kept[name]
    return _with_place(model, kind, {"name": kind.lower(), **kept, "layers": layers})


def _count_calls_from_0(layers: list[Config], config: Config) -> None:
    """Keras 2 counted it as the first call of a model when that was made; Keras 3 does not."""
    models = {each["config"]["name"] for each in layers if each["class_name"] in _MODELS}
    calls = [
        call
        for each in layers
        for node in each.get("inbound_nodes", ())
        for call in node
        if isinstance(call, list)
    ]
    calls += [each for each in config.get("output_layers", ()) if isinstance(each, list)]
    for name in models:
        of_model = [call for call in calls if call[0] == name]
        if of_model and min(call[1] for call in of_model) > 0:
            for call in of_model:
                call[1] -= 1


def _input_layer(config: Config) -> Config:
    shape = _input_shape(config) or config.get("build_input_shape")
    if not isinstance(shape, list):
        raise without_size()
    name = f"{config.get('name', 'sequential')}_pictures"
    return {"class_name": "InputLayer", "config": {"batch_shape": shape, "name": name}}


def _input_shape(config: Config) -> Any:
    """What the first layer of a Sequential, or of a model that stands first in it, is given."""
    first = config["layers"][0]
    inner = first["config"]
    if isinstance(inner, list):
        return _input_shape({"layers": inner})
    shape = inner.get("batch_input_shape") or inner.get("batch_shape")
    return shape or (_input_shape(inner) if inner.get("layers") else None)


def _layer(layer: Config, version: str) -> Config:
    kind = str(_NEW_NAMES.get(layer["class_name"], layer["class_name"]))
    if kind in _MODELS:
        return _model(layer, version)
    if kind in _GONE:
        raise saved_by_keras_2(version, kind)
    if kind in _ONLY_FOR_TRAINING:
        return _with_place(layer, "Identity", {"name": layer["config"]["name"]}, calls_plainly=True)
    config = _settings(kind, layer["config"], version)
    for name in _INNER:
        if isinstance(config.get(name), dict) and "class_name" in config[name]:
            inner = _layer(config[name], version)
            config[name] = {"module": "keras.layers", "registered_name": None, **inner}
    return _with_place(layer, kind, config)


def _settings(kind: str, config: Config, version: str) -> Config:
    neutral = _NEUTRAL | _NEUTRAL_IN.get(kind, {})
    kept = {}
    for name, value in config.items():
        if name not in neutral:
            kept[name] = value
        elif (values := neutral[name]) is not None and value not in values:
            if name in ("backward_layer", "filters"):
                kept[name] = value
            else:
                raise saved_by_keras_2(version, f"{kind} with {name}")
    if kind == "InputLayer":
        kept["batch_shape"] = config.get("batch_shape") or config.get("batch_input_shape")
    if kind in ("BatchNormalization", "Normalization") and isinstance(kept.get("axis"), list):
        kept["axis"] = _one_or_more(kept["axis"])
    if kind == "LeakyReLU" and "alpha" in kept:
        kept["negative_slope"] = kept.pop("alpha")
    return kept


def _one_or_more(axes: list[int]) -> list[int] | int | None:
    """An axis as a number, and none as nothing; Keras 2 wrote lists of them."""
    if len(axes) > 1:
        return axes
    return axes[0] if axes else None


def _with_place(layer: Config, kind: str, config: Config, *, calls_plainly: bool = False) -> Config:
    """A layer with its place in a functional model, if it has one."""
    rewritten = {"class_name": kind, "config": config}
    if "name" in layer:
        rewritten["name"] = layer["name"]
    if "inbound_nodes" in layer:
        nodes = layer["inbound_nodes"]
        rewritten["inbound_nodes"] = _plain_calls(nodes) if calls_plainly else nodes
    return rewritten


def _plain_calls(nodes: list[Any]) -> list[Any]:
    """Calls without options, such as `training=True`."""
    return [[[*each[:3], {}] for each in node] for node in nodes]

"""A model file's configuration as this program gives it to Keras 3; a matter of words only.

What is for training is left out, at every level. Half precision becomes float32, in which such a
model keeps its weights anyway. A picture of any size is one of ours. What Keras 2 wrote is
rewritten as Keras 3 would have (`keras_2_layers`). Nothing of a file is run, and what is left is
judged as ever.
"""

from __future__ import annotations

from typing import Any

from digits.network.architectures import INPUT_SHAPE
from digits.network.keras_2_layers import rewrite_keras_2
from digits.network.known_kinds import are_known

Config = dict[str, Any]

_FLOATS = ("mixed_float16", "mixed_bfloat16", "float16", "bfloat16", "float64")
_FOR_TRAINING = ("_initializer", "_regularizer", "_constraint")


def translate(config: Config, version: str) -> Config:
    """The configuration that Keras is given.

    Args:
        config: of a whole model, as it stands in its file; it is not changed.
        version: of the Keras that wrote it, such as "2.3.1"; "" where unknown.

    Raises:
        ModelError: Keras 2 wrote something into it that cannot be rewritten.
        Exception: it is damaged; whatever is stumbled over.
    """
    translated: Config = _without_training(config)
    if is_keras_2(version):
        translated = rewrite_keras_2(translated, version)
    _take_our_pictures(translated)
    return translated


def is_keras_2(version: str) -> bool:
    """Whether a file was written by Keras 1 or 2, or by TensorFlow's copy of it."""
    return version.startswith(("1.", "2."))


def _without_training(part: Any) -> Any:
    """A copy without what is for training only, in float32."""
    if isinstance(part, list):
        return [_without_training(each) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("class_name") == "__numpy__":  # a number, as Keras 2 wrote those of NumPy
        return part["config"]["value"]
    kept = {
        name: _without_training(value)
        for name, value in part.items()
        if name not in ("compile_config", "training_config")
        and not (name.endswith(_FOR_TRAINING) and not are_known(value))
    }
    dtype = kept.get("dtype")
    if _policy_name(dtype) in _FLOATS:
        kept["dtype"] = "float32"
    elif isinstance(dtype, dict) and dtype.get("class_name") == "Policy":  # as Keras 2 has it
        kept["dtype"] = _policy_name(dtype)
    return kept


def _policy_name(dtype: Any) -> Any:
    """Of a layer's dtype, which is a name or a policy that has one."""
    if isinstance(dtype, dict) and isinstance(dtype.get("config"), dict):
        return dtype["config"].get("name")
    return dtype


def _take_our_pictures(config: Config) -> None:
    """Let a model that takes pictures of any size, or so many at once, take ours, in any number."""
    inner = config["config"]
    inputs = [each for each in inner["layers"] if each["class_name"] == "InputLayer"]
    for layer in inputs:
        shape = layer["config"].get("batch_shape")
        if _is_shape(shape):
            layer["config"]["batch_shape"] = _our_shape(shape)
    if _is_shape(inner.get("build_input_shape")):
        inner["build_input_shape"] = _our_shape(inner["build_input_shape"])


def _is_shape(shape: Any) -> bool:
    return isinstance(shape, list) and all(
        size is None or (isinstance(size, int) and not isinstance(size, bool)) for size in shape
    )


def _our_shape(shape: list[int | None]) -> list[int | None]:
    ours: tuple[int | None, ...] = (None, *INPUT_SHAPE)
    if len(shape) not in (3, 4):
        return [None, *shape[1:]]
    known = [size or our for size, our in zip(shape, ours, strict=False)]
    return [None, *known[1:]]

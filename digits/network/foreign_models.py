"""Models that are not of Keras, or not in one of its files: each refused for what it is."""

from __future__ import annotations

from pathlib import Path

from digits.common.errors import ModelError

ELSEWHERE = "make one with python train_mnist_model.py, or name another"
_KINDS = {
    ".onnx": "an ONNX model",
    ".tflite": "a TensorFlow Lite model",
    ".pb": "part of a SavedModel of TensorFlow",
    ".pt": "a PyTorch model",
    ".pth": "a PyTorch model",
    ".ckpt": "a checkpoint of weights",
    ".json": "a description of layers, without their weights",
    ".pkl": "a pickled object, which may carry code",
    ".joblib": "a pickled object, which may carry code",
    ".npz": "an archive of arrays",
}


def foreign_model(path: Path) -> ModelError:
    """The refusal of a file whose name is not that of a Keras model."""
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        return ModelError(
            f"{path.name} is no model file: name one whose name ends in .h5 or .keras."
        )
    return ModelError(
        f"{path.name} is {kind}, and only Keras models are read here: save the Keras model that "
        "it was made from, with model.save('model.keras'), and name that."
    )


def folder_instead(path: Path) -> ModelError:
    """The refusal of a folder."""
    if (path / "saved_model.pb").is_file():
        return ModelError(
            f"{path.name} is a SavedModel of TensorFlow, which may carry code and is never run: "
            "load it where it was made, save it with model.save('model.keras'), and name that."
        )
    return ModelError(f"{path.name} is a folder: name a model file, .h5 or .keras.")

"""Makes the export of a network that `light_serving` runs, with TensorFlow and tf2onnx.

    python -m digits.network.exporting MODEL.h5 DIGITS.npy

puts one into a model file; `add_export` runs that in a process of its own, for a training on
another backend than TensorFlow, and because a converter may leave behind what it likes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digits.common.command_line import begin_script, leave, run_script
from digits.common.errors import ModelError
from digits.network.architectures import INPUT_SHAPE
from digits.network.compiled_calls import compute_logits
from digits.network.forward_pass import forward_pass_of_pictures
from digits.network.last_layer import class_weights
from digits.network.layers import convolution_names, is_channels_first, layer_table
from digits.network.light_serving import LightNetwork
from digits.network.loading import load_model
from digits.network.model_findings import ModelFindings, findings_of
from digits.network.nested_models import find_layer
from digits.network.papers import ModelPapers
from digits.network.stored_export import LARGEST_DIFFERENCE, StoredExport, write_export
from digits.network.tensorflow_beside import NetworkBeside
from digits.network.tensorflow_import import is_tensorflow_installed

if TYPE_CHECKING:
    import keras

OPSET = 17
"""Of ONNX: known to every runtime since 2022."""
_ROOT = Path(__file__).parents[2]
_BATCH = 500


def can_export() -> bool:
    """Whether all that it takes is installed."""
    return is_tensorflow_installed() and find_spec("tf2onnx") is not None


def add_export(path: Path, digits: NDArray[np.float32]) -> None:
    """Put an export of its network into an `.h5` file, in a process of its own.

    Args:
        path: of the model file, which is written into; give a temporary one.
        digits: float32 (n, 28, 28) in [0, 1], on which the export must answer as Keras does.

    Raises:
        ModelError: the network cannot be converted, or the export answers otherwise; the file is
            as it was.
    """
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "digits.npy", digits)
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(path.absolute()), f"{folder}/digits.npy"],
            cwd=_ROOT,
            env=os.environ | {"KERAS_BACKEND": "tensorflow"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise ModelError((done.stderr.strip().splitlines() or ["The export failed."])[-1])


def make_export(model: keras.Model, digits: NDArray[np.float32]) -> StoredExport:
    """A network without its softmax, as ONNX.

    Args:
        model: any classifier that `forward_pass.forward_pass` can take apart.
        digits: as for `add_export`.

    Raises:
        ModelError: the network cannot be converted, or the export answers otherwise.
    """
    names = convolution_names(model)
    last = names[-1] if names else None
    try:
        onnx = _convert(model, last)
    except Exception as error:
        raise ModelError(
            "This network cannot be converted to ONNX, so TensorFlow answers for it."
        ) from error
    export = StoredExport(
        onnx=onnx,
        layers=tuple(layer_table(model)),
        last_convolution=last,
        class_weights=None if last is None else class_weights(model, last),
        largest_difference=0.0,
        findings=findings_of(model) or ModelFindings(),
    )
    difference = _largest_difference(model, export, digits)
    if not difference <= LARGEST_DIFFERENCE:
        raise ModelError(
            f"The export's logits are up to {difference:.1e} from Keras's, more than "
            f"{LARGEST_DIFFERENCE:.0e}: TensorFlow answers for this network."
        )
    return StoredExport(**{**vars(export), "largest_difference": difference})


def _convert(model: keras.Model, layer_name: str | None) -> bytes:
    import tensorflow as tf
    import tf2onnx

    forward = forward_pass_of_pictures(model, layer_name)
    turned = layer_name is not None and is_channels_first(find_layer(model, layer_name))

    @tf.function(input_signature=[tf.TensorSpec((None, *INPUT_SHAPE[:2]), name="images")])
    def network(images: Any) -> dict[str, Any]:
        feature_maps, logits = forward(images)
        if layer_name is None:
            return {"logits": logits}
        feature_maps = tf.cast(feature_maps, tf.float32)
        if turned:
            feature_maps = tf.transpose(feature_maps, (0, 2, 3, 1))
        return {"logits": logits, "feature_maps": feature_maps}

    converted, _ = tf2onnx.convert.from_function(network, network.input_signature, opset=OPSET)
    return bytes(converted.SerializeToString())


def _largest_difference(
    model: keras.Model, export: StoredExport, digits: NDArray[np.float32]
) -> float:
    light = LightNetwork(export, NetworkBeside(Path(), ModelPapers(), ()))
    batches = [digits[i : i + _BATCH] for i in range(0, len(digits), _BATCH)]
    return max(
        float(np.abs(light.compute_logits(each) - compute_logits(model, each)).max())
        for each in batches
    )


def main(arguments: list[str]) -> int:
    """Put an export into the file named first, checked on the digits in the file named second."""

    def work() -> None:
        path = Path(arguments[0])
        write_export(make_export(load_model(path), np.load(arguments[1])), path)

    return run_script(work, lambda: "Stopped.")


if __name__ == "__main__":
    begin_script()
    leave(main(sys.argv[1:]))

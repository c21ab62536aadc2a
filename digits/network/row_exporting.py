"""Makes the ONNX form of the network of rows, with TensorFlow and tf2onnx."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digits.common.errors import ModelError
from digits.network.exporting import OPSET
from digits.network.light_serving import open_session
from digits.network.row_signs import COLUMNS_A_FRAME
from digits.picture.row_strips import STRIP_HEIGHT

if TYPE_CHECKING:
    import keras

LARGEST_DIFFERENCE = 0.1
"""How far a logit may lie from Keras's, for weights are kept in half precision."""
# What has fewer numbers is not worth it.
_MANY = 1_000


def make_row_export(model: keras.Model, strips: Sequence[NDArray[np.uint8]]) -> tuple[bytes, float]:
    """The network as ONNX, and how far its logits are from Keras's at most.

    Args:
        model: of `row_architecture.build_row_network`.
        strips: uint8 (`STRIP_HEIGHT`, w) each, on which it must answer as Keras does.

    Raises:
        ModelError: it cannot be converted, or answers otherwise.
    """
    try:
        onnx = _in_half_precision(_convert(model))
    except Exception as error:
        raise ModelError("The network of rows cannot be converted to ONNX.") from error
    session, difference = open_session(onnx), 0.0
    for strip in strips:
        padded = np.pad(strip, ((0, 0), (0, -strip.shape[1] % COLUMNS_A_FRAME)))
        given = padded[None].astype(np.float32) / 255
        (logits,) = session.run(["logits"], {"strips": given})
        expected = np.asarray(model(given[..., None], training=False))
        difference = max(difference, float(np.abs(logits - expected).max()))
    if not difference <= LARGEST_DIFFERENCE:
        raise ModelError(f"The export of the network of rows is {difference:.1e} from Keras's.")
    return onnx, difference


def _convert(model: keras.Model) -> bytes:
    import tensorflow as tf
    import tf2onnx

    @tf.function(input_signature=[tf.TensorSpec((None, STRIP_HEIGHT, None), name="strips")])
    def network(strips: Any) -> dict[str, Any]:
        return {"logits": model(strips[..., None], training=False)}

    converted, _ = tf2onnx.convert.from_function(network, network.input_signature, opset=OPSET)
    return bytes(converted.SerializeToString())


def _in_half_precision(onnx: bytes) -> bytes:
    """The same with weights of 16 bits, which a session turns into 32 once, when it opens.

    The file is half as large; what is computed stays in single precision.
    """
    from onnx import TensorProto, helper, load_from_string, numpy_helper

    network = load_from_string(onnx)
    graph = network.graph
    for number, weights in enumerate(graph.initializer):
        values = numpy_helper.to_array(weights)
        if values.dtype != np.float32 or values.size < _MANY:
            continue
        kept = numpy_helper.from_array(values.astype(np.float16), f"{weights.name}_half")
        whole = helper.make_node("Cast", [kept.name], [weights.name], to=TensorProto.FLOAT)
        graph.initializer[number].CopyFrom(kept)
        graph.node.insert(0, whole)
    return bytes(network.SerializeToString())

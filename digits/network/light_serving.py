"""A network that answers without TensorFlow: the export of its model file, on ONNX Runtime.

At the last convolution it explains, too, wherever the gradient of a logit is a constant there: a
network that ends in an average over all places and layers that are linear has it in its weights.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.network.architectures import CLASSES, INPUT_SHAPE
from digits.network.last_layer import LastLayer
from digits.network.papers import ModelPapers
from digits.network.serving import LayerGradients, Network
from digits.network.stored_export import StoredExport, read_export
from digits.network.tensorflow_beside import NetworkBeside

if TYPE_CHECKING:
    import onnxruntime

BATCH = 32
"""How many pictures are passed on at once; more are no faster, and take memory that stays."""
MOST_KEPT = 64
"""How many pictures' feature maps are kept at most: 75 kB each for the network that ships."""
# In the list of what a tensor outside of the file is described by.
_ELSEWHERE = b"\x0a\x08location"


class LightNetwork:
    """A network on ONNX Runtime, whose sessions many threads may use at once.

    Args:
        export: of the model file.
        beside: the same network on TensorFlow, for gradients at other layers.

    Raises:
        ValueError: the export does not read 28×28 pictures of ten digits, or reads other files.
        Exception: it is damaged; whatever ONNX Runtime raises.
    """

    def __init__(self, export: StoredExport, beside: NetworkBeside) -> None:
        self.papers = beside.papers
        self.layers = export.layers
        self.findings = export.findings
        self.input_size: tuple[int, int] = INPUT_SHAPE[:2]
        self.classes = CLASSES
        self.convolution_names = beside.convolution_names
        self._beside = beside
        self._last_convolution = export.last_convolution
        self._class_weights = export.class_weights
        self._kept: dict[bytes, tuple[NDArray[np.float32], NDArray[np.float32]]] | None = None
        self._session = open_session(export.onnx)
        self.last_layer = self._checked_last_layer()

    def is_waiting(self, layer_name: str | None = None) -> bool:
        """As `serving.Network.is_waiting`."""
        # Asked in any case, for that is when a process that has gone is taken leave of.
        is_waiting = self._beside.is_waiting()
        return is_waiting and not self._explains(layer_name)

    def wake(self) -> Future[None]:
        """As `serving.Network.wake`."""
        return self._beside.wake()

    def compute_logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `serving.Network.compute_logits`."""
        batches = [images[i : i + BATCH] for i in range(0, len(images), BATCH)]
        return np.concatenate([self._logits(batch) for batch in batches])

    def compute_feature_sums(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `serving.Network.compute_feature_sums`."""
        batches = [images[i : i + BATCH] for i in range(0, len(images), BATCH)]
        maps = [self._logits_and_maps(batch)[1] for batch in batches]
        return np.concatenate([each.sum(axis=(1, 2)) for each in maps])

    def compute_gradients(
        self,
        layer_name: str,
        image: NDArray[np.float32],
        class_indices: Sequence[int | None],
        last_layer: LastLayer | None = None,
    ) -> LayerGradients:
        """As `serving.Network.compute_gradients`; at the last convolution for one pass forth."""
        own = self.last_layer
        if own is None or not self._explains(layer_name):
            return self._beside.compute_gradients(layer_name, image, class_indices, last_layer)
        kept = (self._kept or {}).get(_key(image))
        logits, feature_maps = kept or (each[0] for each in self._logits_and_maps(image[None]))
        if last_layer is not None:
            features = feature_maps.sum(axis=(0, 1))
            own = last_layer.at(features)
            logits = own.logits(features[None])[0]
        likeliest = int(logits.argmax())
        indices = np.array([likeliest if each is None else each for each in class_indices])
        gradients = own.weights[indices][:, None, None]
        return LayerGradients(
            logits=logits,
            class_indices=indices,
            feature_maps=feature_maps,
            gradients=np.broadcast_to(gradients, (len(indices), *feature_maps.shape)),
        )

    def keeping_maps(self) -> LightNetwork:
        """The same network for one caller, which keeps what it computes.

        Whoever reads a picture's digits and then explains them asks it but once for each.
        """
        keeping = copy(self)
        keeping._kept = {}
        return keeping

    def _explains(self, layer_name: str | None) -> bool:
        is_last = layer_name in (None, self._last_convolution)
        return is_last and self._class_weights is not None

    def _logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._kept is None:
            return self._run(images, "logits")[0]
        return self._logits_and_maps(images)[0]

    def _logits_and_maps(self, images: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Of a batch; both are kept, where they are to be."""
        found = self._run(images, "logits", "feature_maps")
        if self._kept is not None:
            room = max(0, MOST_KEPT - len(self._kept))
            for image, logits, maps in list(zip(images, *found, strict=True))[:room]:
                self._kept[_key(image)] = logits, maps
        return found

    def _run(self, images: NDArray[np.float32], *names: str) -> list[NDArray[np.float32]]:
        found: list[NDArray[np.float32]] = self._session.run(
            names, {"images": np.ascontiguousarray(images, np.float32)}
        )
        return found

    def _checked_last_layer(self) -> LastLayer | None:
        blank = np.zeros((1, *self.input_size), np.float32)
        (logits,) = self._run(blank, "logits")
        if logits.shape != (1, self.classes):
            raise ValueError("the export does not tell ten digits apart")
        weights, name = self._class_weights, self._last_convolution
        if weights is None or name is None:
            return None
        (maps,) = self._run(blank, "feature_maps")
        if maps.ndim != 4 or weights.shape != (self.classes, maps.shape[3]):
            raise ValueError("the export's class weights do not fit its feature maps")
        return LastLayer(name, weights, logits[0] - weights @ maps[0].sum(axis=(0, 1)))


def explains_as_it_reads(network: Network) -> bool:
    """Whether the pass forth that reads a digit tells the evidence for it, too."""
    return isinstance(network, LightNetwork) and network.last_layer is not None


def keeping_maps(network: Network) -> Network:
    """A network that keeps what it computes, as `LightNetwork.keeping_maps`.

    It is the same network where that is of no use.
    """
    if isinstance(network, LightNetwork) and explains_as_it_reads(network):
        return network.keeping_maps()
    return network


def _key(image: NDArray[np.float32]) -> bytes:
    return np.ascontiguousarray(image, np.float32).tobytes()


def try_export(path: Path) -> None:
    """Run the export in a file, if there is one, for whoever must not come to harm by it.

    Raises:
        Exception: as `LightNetwork`.
    """
    export = read_export(path)
    if export is not None:
        LightNetwork(export, NetworkBeside(path, ModelPapers(), ()))


def open_session(onnx: bytes) -> onnxruntime.InferenceSession:
    """A session of one thread: more wait for each other, and everybody has a thread already.

    Raises:
        ValueError: the network reads other files.
        Exception: it is damaged; whatever ONNX Runtime raises.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # it reads this once, when it is imported
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # where Windows has a way of its own
    if _ELSEWHERE in onnx:
        raise ValueError("the export reads other files")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])

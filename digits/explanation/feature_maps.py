"""What a convolution makes of a picture: its feature maps, the strongest first.

Zeiler & Fergus (2014), "Visualizing and understanding convolutional networks", show a layer by what
its channels answer to; here they are the channels' answers to one picture, as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.network.layers import choose_convolution
from digits.network.loading import as_network

if TYPE_CHECKING:
    from digits.network.loading import AnyNetwork


@dataclass(frozen=True, eq=False)
class FeatureMaps:
    """What a convolution makes of a picture.

    Attributes:
        layer_name: which convolution.
        channels: int (n,), the strongest first.
        maps: float32 (n, rows, columns), of those channels, in the layer's own units.
    """

    layer_name: str
    channels: NDArray[np.intp]
    maps: NDArray[np.float32]

    @property
    def scale(self) -> float:
        """The largest value of all."""
        return float(self.maps.max(initial=0.0))

    def heatmap(self, place: int) -> NDArray[np.float32]:
        """A map divided by the largest value of all: float32 (rows, columns) in [0, 1].

        Args:
            place: 0 is the strongest.
        """
        if self.scale <= 0:
            return np.zeros(self.maps.shape[1:], np.float32)
        return np.asarray(np.clip(self.maps[place] / self.scale, 0, 1), np.float32)


def feature_maps(
    network_input: NDArray[np.float32],
    layer_name: str | None = None,
    *,
    model: AnyNetwork | None = None,
) -> FeatureMaps:
    """What a convolution makes of a picture, the channel with the strongest answer first.

    Args:
        network_input: float32 (28, 28) in [0, 1], such as `Reading.network_input`.
        layer_name: which convolution; None takes the last.
        model: from `load_network` or `load_model`; None takes the default network.

    Raises:
        LayerError: the model has no convolution, or none of that name.
        ModelError: the default model cannot be loaded; or the layer takes TensorFlow, which is not
            installed or has failed.
    """
    network = as_network(model)
    layer_name = choose_convolution(network.convolution_names, layer_name)
    found = network.compute_gradients(layer_name, network_input, [None]).feature_maps
    strongest_first = np.argsort(-found.max(axis=(0, 1)), kind="stable")
    maps = np.moveaxis(found[..., strongest_first], -1, 0)
    return FeatureMaps(layer_name, strongest_first, np.ascontiguousarray(maps, np.float32))

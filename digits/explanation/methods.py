"""The methods that can explain an answer, and what each can show and cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digits.explanation.class_activation_maps import (
    ClassActivationMap,
    grad_cam_map,
    grad_cam_plus_plus_map,
    hirescam_map,
    layercam_map,
)


@dataclass(frozen=True)
class Method:
    """A way to explain an answer.

    Attributes:
        name: as people know it.
        says: what it can show and what it cannot, in a sentence or two for people.
        activation_map: how it weighs a layer's feature maps; None for one that asks no layer.
        takes_against: whether it can hold one class against another: those whose evidence for a
            difference of two logits is the difference of the evidence.
    """

    name: str
    says: str
    activation_map: ClassActivationMap | None
    takes_against: bool


METHODS = {
    "grad-cam": Method(
        "Grad-CAM",
        "Shows in which regions a layer found what speaks for a digit. It averages over places, "
        "so it is exact at this network's last layer and only a rough guide before it.",
        grad_cam_map,
        takes_against=True,
    ),
    "grad-cam++": Method(
        "Grad-CAM++",
        "Covers all of a digit's parts more evenly than Grad-CAM. It leaves out what speaks "
        "against a digit, so its maps for different digits look much alike.",
        grad_cam_plus_plus_map,
        takes_against=False,
    ),
    "hirescam": Method(
        "HiResCAM",
        "Shows only places that changed the answer, also at early layers. It tells how much they "
        "count now, not what would happen without them.",
        hirescam_map,
        takes_against=True,
    ),
    "layercam": Method(
        "LayerCAM",
        "Follows strokes finely at early layers. It leaves out what speaks against a digit, so "
        "its maps for different digits look much alike.",
        layercam_map,
        takes_against=False,
    ),
    "occlusion": Method(
        "Occlusion",
        "Covers one small place after another and shows what the digit loses: slow, but it assumes "
        "nothing of the network. It cannot show what only works together.",
        None,
        takes_against=True,
    ),
}

WITHOUT_CONVOLUTIONS = "occlusion"
"""The method that any network can be explained by."""


def usable_method(method: str, convolution_names: Sequence[str]) -> str:
    """The method asked for; occlusion where that asks a layer, and the network has no convolution.

    Args:
        method: a key of `METHODS`.
        convolution_names: of the network, as in `network.serving.Network`.
    """
    asks_a_layer = METHODS[method].activation_map is not None
    return WITHOUT_CONVOLUTIONS if asks_a_layer and not convolution_names else method

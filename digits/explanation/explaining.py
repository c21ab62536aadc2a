"""Where a network found the evidence for a class: Grad-CAM, and the methods to hold it against.

`grad_cam` gives one heatmap. `explain` gives several classes and methods for one pass through the
network, with the evidence as it is: unscaled, and at the resolution of the layer.
`read_and_explain` gives the answer, too, for the same one pass, and `read_and_explain_number` that
of a whole number with the evidence for each of its digits.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.explanation.class_activation_maps import ClassActivationMap, without_repeats
from digits.explanation.evidence import Explanation
from digits.explanation.methods import METHODS
from digits.explanation.occlusion import occlusion_maps
from digits.network.architectures import CLASSES, INPUT_SHAPE
from digits.network.hand import Hand, with_hand
from digits.network.layers import choose_convolution
from digits.network.light_serving import keeping_maps
from digits.network.loading import as_network, load_network
from digits.network.prediction import checked_logits
from digits.network.serving import LayerGradients, Network
from digits.picture.decoding import Picture
from digits.picture.pixels import Ink
from digits.reading.digit import Reading, choose_candidate, make_readings, prepare_picture
from digits.reading.number import NumberReading, read_number

if TYPE_CHECKING:
    from digits.network.loading import AnyNetwork


ROUNDING = 1e-5
"""Of the largest term of a sum of float32 that cancels: below it, what is left is no evidence."""


def grad_cam(
    network_input: NDArray[np.float32],
    class_index: int | None = None,
    layer_name: str | None = None,
    *,
    against: int | None = None,
    method: str = "grad-cam",
    model: AnyNetwork | None = None,
    hand: Hand | None = None,
) -> NDArray[np.float32]:
    """Where the evidence for a class lies, by Grad-CAM or another of `METHODS`.

    Explained is the class's logit, because a softmax that is sure of itself has no gradient; with
    `against`, the difference of two logits. The evidence is divided by its maximum and up-sampled
    bilinearly. The model is not changed.

    Args:
        network_input: float32 (28, 28) in [0, 1], such as `Reading.network_input`; another size
            if the model takes it.
        class_index: which class to explain; None takes the likeliest.
        layer_name: at which convolution; None takes the last. Occlusion asks none.
        against: another class, to show what speaks for the one and not for the other.
        method: "grad-cam", "grad-cam++", "hirescam", "layercam" or "occlusion".
        model: from `load_network` or `load_model`, or any Keras CNN, Sequential or functional,
            nested or not; None takes the default network.
        hand: from `adapt`, to explain the answer as adapted to a person.

    Returns:
        float32 of the shape of `network_input`, in [0, 1], all zeros where there is no positive
        evidence; with `against` in [-1, 1], above 0 where the evidence is for `class_index` and
        below 0 where it is for `against`, both on one scale.

    Raises:
        LayerError: the model has no convolution, or none of that name.
        ModelError: the default model cannot be loaded, or `model` has no finite logits.
        ValueError: there is no such class or method, the method takes no `against`, or the
            picture is not of the size the model takes.
    """
    explained = explain(
        network_input,
        [class_index],
        layer_name,
        against=against,
        methods=[method],
        model=with_hand(as_network(model), hand),
    )
    return explained[0].heatmap()


def explain(
    network_input: NDArray[np.float32],
    class_indices: Sequence[int | None] = (None,),
    layer_name: str | None = None,
    *,
    against: int | None = None,
    methods: Sequence[str] = ("grad-cam",),
    model: AnyNetwork | None = None,
    hand: Hand | None = None,
) -> list[Explanation]:
    """Explain several classes by several methods.

    All methods but occlusion share one pass through the network.

    Args:
        network_input, layer_name, against, model, hand: as for `grad_cam`.
        class_indices: at least one; None stands for the likeliest class.
        methods: at least one key of `METHODS`.

    Returns:
        One for each method and class, a method's classes one after another, in the order given.

    Raises:
        LayerError, ModelError, ValueError: as `grad_cam`.
    """
    network = with_hand(as_network(model), hand)
    network_input = _checked_input(network_input, network)
    _check_methods(methods, against)
    classes = [*class_indices] if against is None else [*class_indices, against]
    _check_classes(classes, network)
    gradients = None
    if any(METHODS[method].activation_map for method in methods):
        layer_name = choose_convolution(network.convolution_names, layer_name)
        gradients = network.compute_gradients(layer_name, network_input, classes)
    explained = []
    for method in methods:
        activation_map = METHODS[method].activation_map
        if gradients is None or activation_map is None:
            found = _by_occlusion(network_input, classes, network)
        else:
            found = _by_gradients(gradients, activation_map, layer_name)
        explained += found.explanations(method, against, network_input.shape)
    return explained


def read_and_explain(
    picture: Picture,
    k: int = 3,
    *,
    ink: Ink = "auto",
    class_indices: Sequence[int | None] = (None,),
    layer_name: str | None = None,
    methods: Sequence[str] = ("grad-cam",),
    model: AnyNetwork | None = None,
    hand: Hand | None = None,
) -> tuple[Reading, list[Explanation]]:
    """`read_digit` and `explain` for one pass through the network.

    Args:
        picture, k, ink: as for `read_digit`.
        class_indices, layer_name, methods: as for `explain`.
        model, hand: as for both.

    Raises:
        PictureError, NoInkError: as `read_digit`.
        LayerError, ModelError, ValueError: as both.
    """
    network = with_hand(as_network(model), hand)
    ready = choose_candidate(prepare_picture(picture, k, ink), network)
    explained = explain(
        ready.network_input, class_indices, layer_name, methods=methods, model=network
    )
    logits = checked_logits(explained[0].logits[None])
    return make_readings([ready], logits, k, network)[0], explained


def read_and_explain_number(
    picture: Picture,
    *,
    ink: Ink = "auto",
    class_indices: Sequence[int | None] = (None,),
    layer_name: str | None = None,
    methods: Sequence[str] = ("grad-cam",),
    model: AnyNetwork | None = None,
    hand: Hand | None = None,
) -> tuple[NumberReading, list[list[Explanation]]]:
    """`read_number`, and `explain` for each of its digits.

    At the last layer of the network that ships, no digit takes a pass of its own: the evidence
    comes of the feature maps by which it was read.

    Args:
        picture, ink: as for `read_number`.
        class_indices, layer_name, methods: as for `explain`.
        model, hand: as for both.

    Returns:
        The number, and for each of its digits what `explain` gives.

    Raises:
        PictureError, NoInkError: as `read_number`.
        LayerError, ModelError, ValueError: as both.
    """
    network = with_hand(keeping_maps(as_network(model)), hand)
    number = read_number(picture, ink=ink, model=network)
    explained = [
        explain(
            digit.reading.network_input, class_indices, layer_name, methods=methods, model=network
        )
        for digit in number.digits
    ]
    return number, explained


@dataclass(frozen=True, eq=False)
class _Found:
    """What one method found: evidence float32 (n, rows, columns) for n classes."""

    class_indices: NDArray[np.intp]
    evidence: NDArray[np.float32]
    logits: NDArray[np.float32]
    layer_name: str | None
    rounding: float

    def explanations(
        self, method: str, against: int | None, input_shape: tuple[int, int]
    ) -> list[Explanation]:
        """One for each class; the last class is what the others are held against, if anything."""
        indices, evidence = self.class_indices.tolist(), self.evidence
        if against is not None:
            # The methods that take two classes are linear in y: this is the evidence for the
            # difference of the two logits.
            indices, evidence = indices[:-1], evidence[:-1] - evidence[-1]
            if against in indices:
                raise ValueError(f"against must be another class than {against}, which it explains")
        return [
            Explanation(
                method=method,
                class_index=index,
                against=against,
                layer_name=self.layer_name,
                evidence=one,
                logits=self.logits,
                input_shape=input_shape,
                rounding=self.rounding,
            )
            for index, one in zip(indices, evidence, strict=True)
        ]


def _by_gradients(
    found: LayerGradients, activation_map: ClassActivationMap, layer_name: str | None
) -> _Found:
    evidence = activation_map(found.feature_maps, found.gradients)
    largest_gradient = np.abs(without_repeats(found.gradients)).max()
    largest_term = np.abs(found.feature_maps).max() * largest_gradient
    rounding = float(ROUNDING * largest_term)
    return _Found(found.class_indices, evidence, found.logits, layer_name, rounding)


def _by_occlusion(
    network_input: NDArray[np.float32], classes: Sequence[int | None], network: Network
) -> _Found:
    evidence, logits = occlusion_maps(network_input, network)
    likeliest = int(logits.argmax())
    indices = np.array([likeliest if each is None else each for each in classes])
    rounding = float(ROUNDING * np.abs(logits).max())
    return _Found(indices, evidence[indices], logits, None, rounding)


def _checked_input(network_input: NDArray[np.float32], network: Network) -> NDArray[np.float32]:
    network_input = np.asarray(network_input, np.float32)
    if not np.isfinite(network_input).all():
        raise ValueError("network_input must be finite")
    size = network.input_size
    if network_input.shape != size:
        raise ValueError(
            f"network_input has the shape {network_input.shape}, the model takes {size}"
        )
    return network_input


def _check_methods(methods: Sequence[str], against: int | None) -> None:
    for method in methods:
        if method not in METHODS:
            raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
        if against is not None and not METHODS[method].takes_against:
            able = ", ".join(name for name, each in METHODS.items() if each.takes_against)
            raise ValueError(f"{method} holds no class against another: choose one of {able}")


def _check_classes(class_indices: Sequence[int | None], network: Network) -> None:
    if not class_indices:
        raise ValueError("class_indices must name at least one class")
    classes = network.classes
    for index in class_indices:
        if index is not None and not 0 <= operator.index(index) < classes:
            raise ValueError(f"class_index must be from 0 to {classes - 1}, not {index}")


def warm_up(path: str | os.PathLike[str] | None = None) -> None:
    """Pay for all first times at once: load the network, answer and explain.

    Raises:
        ModelError: as `load_network`.
    """
    network = load_network(path)
    explain(np.zeros(INPUT_SHAPE[:2], np.float32), range(CLASSES), model=network)

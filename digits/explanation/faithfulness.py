"""Whether a heatmap names what the answer rests on: take that ink away, and see the answer change.

Petsiuk, Das & Saenko (2018), "RISE: Randomized input sampling for explanation of black-box
models", section 4.2: in the *deletion* curve the most important ink goes first, and confidence
should fall soon; in the *insertion* curve it comes first to an empty paper, and confidence should
rise soon. Ink goes and comes by places of 2×2 pixels, the grain of our network's maps, for single
pixels taken out of a stroke make a texture that no pen draws (Samek et al., 2017, "Evaluating the
visualization of what a deep neural network has learned", perturb regions, too).

An order to compare with is but another heatmap: `random_heatmap`, or the picture itself, for
which the darkest ink is the most important.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.network.prediction import predict_probabilities

if TYPE_CHECKING:
    from digits.network.loading import AnyNetwork

PLACE = 2
"""Pixels a side of the square that goes or comes at once."""
STEPS = 20
RANDOM_ORDERS = 8
"""How many orders by lot are averaged; their areas scatter by 0.1 for one digit."""


@dataclass(frozen=True, eq=False)
class FaithfulnessCheck:
    """What the network says while ink is taken away or put on paper, step by step.

    Attributes:
        class_index: whose confidence is followed.
        pictures: float32 (steps + 1, h, w), what the network is shown.
        probabilities: float32 (steps + 1, classes), what it answers.
        by_lot: float32 (steps + 1,), confidence in the class if ink goes, or comes, in random
            order: the mean of `RANDOM_ORDERS`.
    """

    class_index: int
    pictures: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    by_lot: NDArray[np.float32]

    @property
    def curve(self) -> NDArray[np.float32]:
        """Confidence in the class: the deletion or the insertion curve, float32 (steps + 1,)."""
        return self.probabilities[:, self.class_index]

    @property
    def likeliest(self) -> list[int]:
        """What the network takes each picture for."""
        return [int(each) for each in self.probabilities.argmax(axis=1)]


def check_faithfulness(
    network_input: NDArray[np.float32],
    heatmap: NDArray[np.float32],
    class_index: int,
    *,
    adding: bool = False,
    least_first: bool = False,
    steps: int = STEPS,
    model: AnyNetwork | None = None,
) -> FaithfulnessCheck:
    """Follow the network's answer along a deletion or, if `adding`, an insertion curve.

    Args and raises: as `deletion_curve`.
    """
    pictures_along = insertion_pictures if adding else deletion_pictures
    orders = [heatmap] + [random_heatmap(heatmap.shape, seed) for seed in range(RANDOM_ORDERS)]
    pictures = [
        pictures_along(network_input, order, steps=steps, least_first=least_first)
        for order in orders
    ]
    probabilities = predict_probabilities(np.concatenate(pictures), model)
    by_order = probabilities.reshape(len(orders), steps + 1, -1)
    return FaithfulnessCheck(
        class_index=class_index,
        pictures=pictures[0],
        probabilities=by_order[0],
        by_lot=by_order[1:, :, class_index].mean(axis=0),
    )


def deletion_curve(
    network_input: NDArray[np.float32],
    heatmap: NDArray[np.float32],
    class_index: int | None = None,
    *,
    steps: int = STEPS,
    least_first: bool = False,
    model: AnyNetwork | None = None,
) -> NDArray[np.float32]:
    """Confidence in a class while ink is taken from the picture, the most important first.

    Args:
        network_input: float32 (h, w) in [0, 1], white ink on black.
        heatmap: (h, w), how important each pixel is; only its order counts.
        class_index: whose confidence; None takes the likeliest of the whole picture.
        steps: into how many equal shares of ink the whole is divided, at least 1.
        least_first: take the least important ink first.
        model: from `load_network` or `load_model`; None takes the default network.

    Returns:
        float32 (steps + 1,) in [0, 1]: with all ink first, with none last.

    Raises:
        ModelError: as `predict_probabilities`.
        ValueError: the shapes differ, something is not finite, or `steps` is below 1.
    """
    pictures = deletion_pictures(network_input, heatmap, steps=steps, least_first=least_first)
    return _confidences(pictures, class_index, 0, model)


def insertion_curve(
    network_input: NDArray[np.float32],
    heatmap: NDArray[np.float32],
    class_index: int | None = None,
    *,
    steps: int = STEPS,
    least_first: bool = False,
    model: AnyNetwork | None = None,
) -> NDArray[np.float32]:
    """Confidence in a class while ink is put on an empty paper, the most important first.

    Args, returns and raises: as `deletion_curve`; with no ink first, with all last.
    """
    pictures = insertion_pictures(network_input, heatmap, steps=steps, least_first=least_first)
    return _confidences(pictures, class_index, -1, model)


def area_under_curve(curve: NDArray[np.float32]) -> float:
    """The mean confidence along a curve, by the trapezoid rule over a width of 1, in [0, 1].

    A faithful heatmap's deletion curve has a small area, its insertion curve a large one.
    """
    return float(np.trapezoid(curve, dx=1 / (len(curve) - 1)))


def deletion_pictures(
    network_input: NDArray[np.float32],
    heatmap: NDArray[np.float32],
    *,
    steps: int = STEPS,
    least_first: bool = False,
    place: int = PLACE,
) -> NDArray[np.float32]:
    """The pictures along `deletion_curve`: float32 (steps + 1, h, w), from all ink to none."""
    whole = np.asarray(network_input, np.float32)
    return whole - insertion_pictures(
        whole, heatmap, steps=steps, least_first=least_first, place=place
    )


def insertion_pictures(
    network_input: NDArray[np.float32],
    heatmap: NDArray[np.float32],
    *,
    steps: int = STEPS,
    least_first: bool = False,
    place: int = PLACE,
) -> NDArray[np.float32]:
    """The pictures along `insertion_curve`: float32 (steps + 1, h, w), from no ink to all.

    Args:
        network_input, heatmap, steps, least_first: as for `deletion_curve`.
        place: pixels a side of the squares that come at once.
    """
    whole = np.asarray(network_input, np.float32)
    heatmap = np.asarray(heatmap, np.float32)
    if steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}")
    if whole.shape != heatmap.shape:
        raise ValueError(f"picture {whole.shape} and heatmap {heatmap.shape} differ in shape")
    if not (np.isfinite(whole).all() and np.isfinite(heatmap).all()):
        raise ValueError("picture and heatmap must be finite")
    come_at = _share_of_ink_before(whole, -heatmap if least_first else heatmap, place)
    # A hair below each share, for sums that rounding made uneven; in the end all of it has come.
    shares = np.append(np.arange(steps) / steps - 1e-9, np.inf)
    return whole * (come_at < shares[:, None, None])


def random_heatmap(shape: tuple[int, int], seed: int) -> NDArray[np.float32]:
    """An order by lot: float32 of that shape, in [0, 1), the same for the same seed."""
    return np.random.default_rng(seed).random(shape, np.float32)


def _share_of_ink_before(
    whole: NDArray[np.float32], heatmap: NDArray[np.float32], place: int
) -> NDArray[np.float64]:
    """For each pixel, the share of all ink that lies in places more important than its own."""
    places = _number_places(whole.shape, place)
    ink = np.bincount(places.ravel(), whole.ravel())
    heat = np.bincount(places.ravel(), heatmap.ravel()) / np.bincount(places.ravel())
    # Where the heat is the same, chance decides rather than top before bottom.
    by_lot = np.random.default_rng(0).permutation(len(heat))
    order = np.lexsort((by_lot, -heat))
    before = np.empty(len(ink))
    before[order] = np.cumsum(ink[order]) - ink[order]
    return np.asarray(before / (ink.sum() or 1.0))[places]


def _number_places(shape: tuple[int, ...], place: int) -> NDArray[np.intp]:
    """The number of the place in which each pixel lies."""
    rows, columns = np.indices(shape) // place
    return np.asarray(rows * (columns.max() + 1) + columns)


def _confidences(
    pictures: NDArray[np.float32], class_index: int | None, whole: int, model: AnyNetwork | None
) -> NDArray[np.float32]:
    """Confidence in a class; without one, in the likeliest of the picture of number `whole`."""
    probabilities = predict_probabilities(pictures, model)
    if class_index is None:
        class_index = int(probabilities[whole].argmax())
    return probabilities[:, class_index]

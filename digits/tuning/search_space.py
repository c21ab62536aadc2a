"""What tuning searches: the space that MNIST notebooks publish, and the choices of our own network.

Everything here works on a `keras_tuner.HyperParameters`, in the tuner and in a notebook alike:

    keras_tuner.RandomSearch(lambda hp: compiled_model(sample_recipe(hp, epochs=5), 60_000), ...)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from digits.training.recipe import RECIPES, Recipe

if TYPE_CHECKING:
    import keras_tuner

# The published space, to which `three_convolutions` adds dropout, augmentation and smoothing.
FILTERS = (32, 128, 32)
DENSE_UNITS = (128, 512, 32)
PUBLISHED_LEARNING_RATES = (1e-2, 1e-3, 1e-4)

WIDTHS = (0.5, 0.75, 1.0, 1.25, 1.5)
# Around the 4e-3 of our recipe, whose normalised convolutions stand more than the published ones.
LEARNING_RATES = (1e-3, 2e-3, 4e-3, 8e-3)
DROPOUTS = (0.0, 0.1, 0.2, 0.3)
# A dense layer of up to three million weights wants more of it.
DENSE_DROPOUTS = (0.0, 0.25, 0.4, 0.5)
# 0 is the published one, which bends nothing.
AUGMENTATIONS = (0.0, 0.5, 0.75, 1.0, 1.25, 1.5)
LABEL_SMOOTHINGS = (0.0, 0.02, 0.05, 0.1)


def sample_recipe(
    hyperparameters: keras_tuner.HyperParameters,
    epochs: int,
    architectures: Sequence[str] = ("compact", "three_convolutions"),
) -> Recipe:
    """Declare the search space and read the recipe that its present values stand for.

    What belongs to one architecture is named after it, `compact/width`, and only active where it
    is chosen. Untouched hyperparameters give the recipe of the first architecture in
    `training.recipe.RECIPES`.

    Args:
        hyperparameters: of a trial, or new ones.
        epochs: of the recipe.
        architectures: the choice, one or both of `compact` and `three_convolutions`.
    """
    hp = hyperparameters
    chosen = hp.Choice("architecture", list(architectures))
    augmentation = hp.Choice("augmentation", list(AUGMENTATIONS), default=1.0)
    label_smoothing = hp.Choice("label_smoothing", list(LABEL_SMOOTHINGS), default=0.0)
    sampled = {}
    for architecture in architectures:
        # Names must differ: Keras Tuner drops a value when any of its name is inactive.
        with hp.conditional_scope("architecture", [architecture]), hp.name_scope(architecture):
            sampled[architecture] = _SAMPLERS[architecture](hp)
    return replace(
        RECIPES[chosen],
        epochs=epochs,
        augmentation=augmentation,
        label_smoothing=label_smoothing,
        **sampled[chosen],
    )


def _sample_compact(hp: keras_tuner.HyperParameters) -> dict[str, Any]:
    network = {
        "width": hp.Choice("width", list(WIDTHS), default=1.0),
        "dropout": hp.Choice("dropout", list(DROPOUTS), default=0.1),
    }
    learning_rate = hp.Choice("learning_rate", list(LEARNING_RATES), default=4e-3)
    return {"network": network, "learning_rate": learning_rate}


def _sample_three_convolutions(hp: keras_tuner.HyperParameters) -> dict[str, Any]:
    network = {
        "filters": [_steps(hp, f"filters_{n}", FILTERS, 32 * 2 ** (n - 1)) for n in (1, 2, 3)],
        "dense_units": _steps(hp, "dense_units", DENSE_UNITS, 256),
        "batch_norm": hp.Boolean("batch_norm", default=True),
        "dropout": hp.Choice("dropout", list(DENSE_DROPOUTS), default=0.25),
    }
    rates = list(PUBLISHED_LEARNING_RATES)
    return {"network": network, "learning_rate": hp.Choice("learning_rate", rates, default=1e-3)}


def _steps(
    hp: keras_tuner.HyperParameters, name: str, limits: tuple[int, int, int], default: int
) -> Any:
    least, most, step = limits
    return hp.Int(name, least, most, step=step, default=default)


_SAMPLERS = {"compact": _sample_compact, "three_convolutions": _sample_three_convolutions}

"""A model of somebody's own, examined once when it is loaded: how to ask it, and whether we do.

Two things are found out on drawings that the project makes by itself. *The probe* gives them in
each of the usual conventions, for a model trained on 0 to 255 answers nonsense to 0 to 1, and
nothing else tells. *The check* holds what we make of a model against what it gives itself.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.common.errors import ModelError
from digits.network.forward_pass import forward_pass
from digits.network.input_convention import (
    CONVENTIONS,
    InputConvention,
    own_input_size,
)
from digits.network.model_findings import ModelFindings
from digits.network.nested_models import walk_layers
from digits.network.own_answers import are_probabilities, ending_of, own_answers, run_in_batches
from digits.network.trail import Ending
from digits.synthetic.plain_digits import DRAWINGS, draw_plain_digits

if TYPE_CHECKING:
    import keras

LARGEST_DIFFERENCE = 1e-4
"""Of a probability of ours from the model's own."""
CLEAR_LEAD = 0.3
"""So much larger a share of the drawings must one convention read right than the next."""
FEWEST_RIGHT = 0.6
"""And at least this share."""
LARGE, FEWEST_DRAWINGS = 64 * 64, 100
"""Networks for more pixels are given fewer drawings in each convention, for they take long."""
ALIKE = 0.1
"""Shares that differ by less say nothing: most networks for 0 to 1 read 0 to 255 as well."""

logger = logging.getLogger(__name__)


def examine(model: keras.Model) -> ModelFindings:
    """Find out how to ask a model that was not made by this project's training.

    Args:
        model: one whose input `input_convention.takes_pictures` and whose output has ten values.

    Raises:
        ModelError: its answers are no numbers, or are not those that its layers say.
    """
    size = own_input_size(model)
    try:
        found = replace(_probed(model), input_size=size)
    except Exception:
        logger.exception("The model could not be tried")
        found = ModelFindings(input_size=size, warning=NOT_TRIED)
    ending, own = _checked_ending(model, found.convention)
    notes = (*found.notes, *_notes_on_answers(ending, own))
    return replace(found, ending=ending, notes=notes)


NOT_TRIED = (
    "This model could not be tried on drawings of digits: it is given 0 to 1, white ink on black."
)


# ---- The probe


def _probed(model: keras.Model) -> ModelFindings:
    images, labels = draw_plain_digits()
    rows, columns = own_input_size(model)
    count = DRAWINGS if rows * columns <= LARGE else FEWEST_DRAWINGS
    shares = {
        each: _share_right(own_answers(model, images[:count], each), labels[:count])
        for each in CONVENTIONS
    }
    return choose_convention(shares, declared_white(model), count)


def _share_right(answers: NDArray[np.float64], labels: NDArray[np.intp]) -> float:
    is_finite = np.isfinite(answers).all(axis=1)
    return float(((answers.argmax(axis=1) == labels) & is_finite).mean())


def choose_convention(
    shares: Mapping[InputConvention, float], declared: int | None = None, drawings: int = DRAWINGS
) -> ModelFindings:
    """The convention that a model was trained for, from how much it reads in each.

    Args:
        shares: of the drawings that it reads right, 0 to 1, for each of `CONVENTIONS`.
        declared: what a scaling layer at the model's front expects white to be, 1 or 255; None
            without one. It decides wherever the probe does not.
        drawings: how many there were.
    """
    ranked = sorted(shares, key=lambda each: shares[each], reverse=True)
    best, next_best = ranked[:2]
    said = _said_of_shares(shares, drawings)
    is_clear = round(shares[best] - shares[next_best], 9) >= CLEAR_LEAD
    if is_clear and shares[best] >= FEWEST_RIGHT:
        notes = () if best == InputConvention() else (f"This model expects {best.in_words}.",)
        return ModelFindings(best, probe=said, notes=notes)
    if declared is not None:
        return _declared(InputConvention(declared), said)
    ours = InputConvention()
    if shares[ours] >= FEWEST_RIGHT and shares[best] - shares[ours] < ALIKE:
        return ModelFindings(ours, probe=said)
    return ModelFindings(ours, probe=said, warning=_doubted(said))


def _declared(convention: InputConvention, said: str) -> ModelFindings:
    says = f"A scaling layer at its front expects {convention.in_words}."
    notes = (
        () if convention == InputConvention() else (f"This model expects {convention.in_words}.",)
    )
    return ModelFindings(convention, probe=f"{says} {said}", notes=notes)


def _said_of_shares(shares: Mapping[InputConvention, float], drawings: int) -> str:
    each = [f"{share:.0%} at {convention.in_words}" for convention, share in shares.items()]
    return f"Of {drawings} drawings of digits it reads {'; '.join(each)}."


def _doubted(said: str) -> str:
    return (
        f"Which numbers this model expects could not be told, so it is given "
        f"{InputConvention().in_words}, and its answers may be wrong. {said}"
    )


def declared_white(model: keras.Model) -> int | None:
    """What a scaling layer at a model's front expects white to be: 1 or 255; None without one.

    `Rescaling` and `Normalization` make numbers small that are not. Whatever shrinks by more than
    the geometric mean of both, 16, expects 255.
    """
    for _, layer in walk_layers(model):
        kind = type(layer).__name__
        if kind == "Rescaling":
            return _white_for(np.abs(np.asarray(layer.scale, np.float64)))
        if kind == "Normalization":
            deviation = np.sqrt(np.asarray(layer.variance, np.float64))
            return _white_for(1 / np.maximum(deviation, 1e-9))
        if kind not in _BEFORE_SCALING and not kind.startswith("Random"):
            return None
    return None


_BEFORE_SCALING = ("Reshape", "Resizing", "CenterCrop", "ZeroPadding2D", "Identity", "Dropout")


def _white_for(scale: NDArray[np.float64]) -> int:
    return 1 if float(np.median(scale)) > 1 / 16 else 255


# ---- The check


def _checked_ending(
    model: keras.Model, convention: InputConvention
) -> tuple[Ending, NDArray[np.float64]]:
    """How the model's logits are had so that their softmax is its answer, and its answers."""
    images, _ = draw_plain_digits()
    own = own_answers(model, images, convention)
    if not np.isfinite(own).all():
        raise ModelError("This model gives answers that are not numbers: train it again.")
    endings: list[Ending] = [ending_of(model), "probabilities"]
    for ending in endings:
        probabilities = _probabilities(model, images, convention, ending)
        if _agree(probabilities, as_probabilities(own, ending)):
            return ending, own
    raise ModelError(
        "What this model answers is not what its layers say, or differs each time: let it end in "
        "a softmax over ten classes, without anything left to chance, and save it again."
    )


def _probabilities(
    model: keras.Model,
    images: NDArray[np.float32],
    convention: InputConvention,
    ending: Ending,
) -> NDArray[np.float64]:
    """The softmax of our logits, float64 (n, classes)."""
    forward = forward_pass(model, ending=ending)
    logits = run_in_batches(lambda tensor: forward(tensor)[1], model, images, convention)
    return _softmax(logits)


def as_probabilities(own: NDArray[np.float64], ending: Ending) -> NDArray[np.float64]:
    """A model's own answers (n, classes) as probabilities: a softmax of logits, shares of others.

    Rows of zeros, or with negative shares, become NaN.
    """
    if ending == "logits":
        return _softmax(own)
    sums = own.sum(axis=1, keepdims=True)
    is_sound = (own >= 0).all(axis=1, keepdims=True) & (sums > 0)
    return np.where(is_sound, own / np.where(sums > 0, sums, 1), np.nan)


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def _agree(ours: NDArray[np.float64], own: NDArray[np.float64]) -> bool:
    return ours.shape == own.shape and bool((np.abs(ours - own) <= LARGEST_DIFFERENCE).all())


def _notes_on_answers(ending: Ending, own: NDArray[np.float64]) -> tuple[str, ...]:
    if ending in ("sigmoid", "probabilities") and not are_probabilities(own):
        return (
            "This model scores each digit by itself (sigmoids): "
            "the scores are divided by their sum to make confidences.",
        )
    return ()

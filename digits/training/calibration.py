"""What a trained network is told about itself: its temperature, and when to doubt.

Both are found on digits that it has not learnt from, without the test split.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.network.calibration import auroc, fit_temperature
from digits.network.doubt import SCORES, choose_threshold
from digits.network.forward_pass import forward_pass
from digits.network.tensorflow_import import import_keras
from digits.training.digit_sets import DigitSet, as_network_input

if TYPE_CHECKING:
    import keras

# The score that told most non-digits from digits in `benchmarks/robustness.py --validation`.
DOUBT_SCORE = "max_logit"
# Of the digits that people wrote: some of those can't be read.
SHARE_DOUBTED = 0.007
_BATCH = 500


@dataclass(frozen=True)
class Calibration:
    """What goes into a model's papers.

    Attributes:
        temperature: what the logits are to be divided by.
        doubt_score: a key of `network.doubt.SCORES`.
        doubt_threshold: what scores less is to be doubted; None if doubt was not learnt.
        line: what doubt does with things that are no digit, in a sentence for people.
    """

    temperature: float
    doubt_score: str
    doubt_threshold: float | None
    line: str


def calibrate(
    model: keras.Model,
    validation: DigitSet,
    judges: Mapping[str, DigitSet],
    non_digits: DigitSet,
) -> Calibration:
    """Find temperature and threshold.

    Args:
        model: just trained.
        validation: digits that it has not learnt from, as people mostly write them: their
            confidence shall be right.
        judges: sets of digits, by what they are: few of all these shall be doubted.
        non_digits: things that are none, likewise; if empty, nothing will be doubted.
    """
    temperature = fit_temperature(logits_of(model, validation), validation.labels)
    if not len(non_digits):
        line = "Nothing is doubted, for this network was not taught to doubt."
        return Calibration(temperature, DOUBT_SCORE, None, line)
    score = SCORES[DOUBT_SCORE]
    scores = score(np.concatenate([logits_of(model, digits) for digits in judges.values()]))
    others = score(logits_of(model, non_digits))
    threshold = choose_threshold(scores, SHARE_DOUBTED)
    area = auroc(
        np.concatenate([scores, others]), np.arange(len(scores) + len(others)) < len(scores)
    )
    line = (
        f"{np.mean(scores < threshold):.1%} of the validation digits are doubted and "
        f"{np.mean(others < threshold):.1%} of {len(others):,} things that are none "
        f"(AUROC {area:.3f}); temperature {temperature:.2f}."
    )
    return Calibration(temperature, DOUBT_SCORE, threshold, line)


def logits_of(model: keras.Model, digits: DigitSet) -> NDArray[np.float32]:
    """float32 (n, 10), by whatever backend trains, unlike `network.compiled_calls`."""
    forward, ops = forward_pass(model), import_keras().ops
    inputs = as_network_input(digits.images)
    if len(model.inputs[0].shape) == 3:  # a model without a channel axis
        inputs = inputs[..., 0]
    batches = [inputs[start : start + _BATCH] for start in range(0, len(inputs), _BATCH)]
    return np.concatenate(
        [ops.convert_to_numpy(forward(ops.convert_to_tensor(batch))[1]) for batch in batches]
    )

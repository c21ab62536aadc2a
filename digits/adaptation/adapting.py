"""Learn a person's hand from what they said of the network's answers."""

from __future__ import annotations

import operator
import threading
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from digits.adaptation.familiar_pictures import familiar_of
from digits.adaptation.last_layer_fitting import Examples, fit_last_layer
from digits.adaptation.rehearsal import rehearsal_of
from digits.network.architectures import CLASSES
from digits.network.hand import Hand, doubted_below, last_layer_of
from digits.network.loading import as_network
from digits.network.serving import Network
from digits.reading.digit import Reading

if TYPE_CHECKING:
    from digits.network.loading import AnyNetwork

MOST = 200
"""So many corrections count, the latest, and as many answers that were let stand."""
LET_STAND = 0.1
"""What an answer weighs that was let stand: people overlook errors."""
TWICE = "A picture was corrected more than once: the later correction counts."
NOTHING_DOUBTED = "This model was not taught to doubt, so what is no digit cannot be learnt."

Correction = tuple[Reading, int | None]
"""A reading, and the right digit, or None for no digit."""


def adapt(
    corrections: Iterable[Correction],
    *,
    let_stand: Iterable[tuple[Reading, int]] = (),
    model: AnyNetwork | None = None,
) -> Hand:
    """Learn how somebody writes, in milliseconds; the model is not changed.

    Args:
        corrections: readings, with or without a hand, each with the right digit, 0 to 9, or None
            for no digit; of one picture the last counts. Without any, the hand changes nothing.
        let_stand: readings with the answers that the person saw and did not correct, which weigh
            little.
        model: from `load_network` or `load_model`; None takes the default network.

    Raises:
        ModelError: the default model cannot be loaded, or this one does not end in an average and
            one linear layer.
        ValueError: a digit is none of 0 to 9.
    """
    network = as_network(model)
    plain = last_layer_of(network)
    said, notes = _latest(list(corrections))
    corrected = {picture_key(reading) for reading, _ in said}
    stood = [
        (reading, digit)
        for reading, digit in list(let_stand)[-MOST:]
        if picture_key(reading) not in corrected
    ]
    if doubted_below(network.papers) is None and any(digit is None for _, digit in said):
        notes = (*notes, NOTHING_DOUBTED)
    rehearsal = rehearsal_of(network)
    if not said:
        nothing = familiar_of(
            np.zeros((0, plain.weights.shape[1])), np.zeros(0, np.int64), rehearsal
        )
        return Hand(plain.weights.copy(), nothing, plain.sha256, 0, notes)
    answers: list[Correction] = [*said, *stood]
    weights = np.where(np.arange(len(answers)) < len(said), 1.0, LET_STAND)
    examples = Examples(_features(answers, network), _labels(answers), weights)
    fitted = fit_last_layer(plain, rehearsal, examples)
    familiar = familiar_of(examples.features[: len(said)], examples.labels[: len(said)], rehearsal)
    return Hand(fitted, familiar, plain.sha256, len(said), notes)


def _latest(corrections: Sequence[Correction]) -> tuple[list[Correction], tuple[str, ...]]:
    """The last correction of each picture, at most `MOST`, and what is to be said of the others."""
    latest: dict[bytes, Correction] = {}
    is_contradicted = False
    for reading, digit in corrections:
        key = picture_key(reading)
        before = latest.pop(key, None)
        is_contradicted |= before is not None and before[1] != digit
        latest[key] = reading, digit
    said = list(latest.values())
    notes = [TWICE] if is_contradicted else []
    if len(said) > MOST:
        notes.append(f"Only the latest {MOST} of {len(said):,} corrections count.")
    return said[-MOST:], tuple(notes)


def picture_key(reading: Reading) -> bytes:
    """The same for the same picture, whether or not it was kept and brought back."""
    return np.rint(reading.network_input * 255).astype(np.uint8).tobytes()


def _labels(answers: Sequence[Correction]) -> NDArray[np.int64]:
    labels = [CLASSES if digit is None else operator.index(digit) for _, digit in answers]
    if any(digit is not None and not 0 <= digit < CLASSES for _, digit in answers):
        raise ValueError("the right digit must be from 0 to 9, or None for no digit")
    return np.array(labels, np.int64)


# A person adds one correction after the other, and each picture goes through a network once.
_known: WeakKeyDictionary[Reading, tuple[str, NDArray[np.float32]]] = WeakKeyDictionary()
_knowing = threading.Lock()


def _features(answers: Sequence[Correction], network: Network) -> NDArray[np.float64]:
    """Feature sums of the pictures, (n, channels)."""
    own = last_layer_of(network).sha256
    readings = [reading for reading, _ in answers]
    with _knowing:
        found = [_known.get(reading) for reading in readings]
    unknown = [i for i, known in enumerate(found) if known is None or known[0] != own]
    if unknown:
        inputs = np.stack([readings[i].network_input for i in unknown])
        sums = network.compute_feature_sums(inputs)
        with _knowing:
            for i, features in zip(unknown, sums, strict=True):
                found[i] = _known[readings[i]] = own, features
    return np.stack([known[1] for known in found if known is not None]).astype(np.float64)

"""How like a picture is to those that a person has corrected, and what follows for confidence.

A last layer can learn which digit something is, but a network that learnt to doubt gives what it
doubts hardly any features to weigh. So their direction is looked at, too: what points where
corrected pictures of the digit pointed is told with more confidence and without doubt, and what is
like that which was said to be none, with doubt. Which digit is likeliest never changes by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digits.network.architectures import CLASSES
from digits.network.last_layer import LastLayer

# Chosen on validation writers by `benchmarks/adaptation.py`: how far above the cosine at which it
# begins familiarity is whole, as a share of what is left to 1, and by how much it then spreads the
# logits. In logits, by how much what is familiar lies above the threshold of doubt, or below.
_WHOLE, _SPREAD, _CLEARLY, _LOWERED = 0.4, 12.0, 0.5, 2.5


@dataclass(frozen=True, eq=False)
class Familiar:
    """Directions in which the features of corrected pictures pointed.

    Attributes:
        metric: float32 (channels,), what features are multiplied by before they are compared.
        directions: float32 (n, channels), each of length 1; n may be 0.
        labels: int (n,), 0 to 9; `CLASSES` for no digit.
        begins: float32 (n,), cosines with each direction from which a picture is like it.
    """

    metric: NDArray[np.float32]
    directions: NDArray[np.float32]
    labels: NDArray[np.int64]
    begins: NDArray[np.float32]

    def familiarity(
        self, features: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """How like each is to corrected pictures of a label: float32 (n,), 0 to 1.

        Args:
            features: float32 (n, channels).
            labels: int (n,), as in the attributes.
        """
        if not len(self.directions):
            return np.zeros(len(features), np.float32)
        cosines = directions_of(features, self.metric) @ self.directions.T
        likeness = np.clip((cosines - self.begins) / (_WHOLE * (1 - self.begins)), 0, 1)
        own = np.where(self.labels == labels[:, None], likeness, 0.0).max(axis=1)
        return np.asarray(own, np.float32)


def directions_of(
    features: NDArray[np.float32], metric: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Where features, float32 (n, channels), point: each of length 1, or 0 where there are none."""
    scaled = features * metric
    lengths = np.sqrt((scaled**2).sum(axis=1, keepdims=True))
    return np.asarray(scaled / np.maximum(lengths, 1e-12), np.float32)


@dataclass(frozen=True, eq=False)
class AdaptedLayer(LastLayer):
    """A last layer that knows what is familiar.

    Attributes:
        familiar: what that is.
        threshold: below which the largest logit is doubted; None where nothing is.
    """

    familiar: Familiar
    threshold: float | None

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `LastLayer.logits`, spread and shifted by what is familiar."""
        logits = super().logits(features)
        spread, shift = self._spread_and_shift(features, logits)
        largest = logits.max(axis=1, keepdims=True)
        return np.asarray(largest + shift + spread * (logits - largest), np.float32)

    def at(self, features: NDArray[np.float32]) -> LastLayer:
        """As `LastLayer.at`: its logits of these features are those of `logits`."""
        logits = super().logits(features[None])
        spread, shift = (each[0, 0] for each in self._spread_and_shift(features[None], logits))
        top = int(logits[0].argmax())
        return LastLayer(
            self.layer_name,
            np.asarray(spread * self.weights + (1 - spread) * self.weights[top], np.float32),
            np.asarray(spread * self.biases + (1 - spread) * self.biases[top] + shift, np.float32),
        )

    def _spread_and_shift(
        self, features: NDArray[np.float32], logits: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Of n pictures, float32 (n, 1) each: the factor on differences, and what all logits add.

        A shift changes no probability, only how large the largest logit is, which doubt looks at.
        """
        likeliest = logits.argmax(axis=1)
        own = self.familiar.familiarity(features, likeliest)
        none = self.familiar.familiarity(features, np.full(len(features), CLASSES))
        spread = (1 + _SPREAD * own)[:, None]
        if self.threshold is None:
            return spread, np.zeros_like(spread)
        above = logits.max(axis=1) - np.float32(self.threshold)
        raised = own * np.maximum(0, _CLEARLY - above)
        lowered = none * np.clip(_CLEARLY + above, 0, _LOWERED)
        return spread, np.where(none > own, -lowered, raised)[:, None]

"""What the network of rows says of the pieces of a row, whichever of them are taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digits.network.row_serving import RowNetwork, sign_log_probabilities
from digits.network.row_signs import COLUMNS_A_FRAME
from digits.picture.pixels import InkMap
from digits.picture.row_finding import Part, Row
from digits.picture.row_strips import RowStrip, strip_of
from digits.reading.number_lattice import Segment

# What a stretch without a frame of its own comes to, as a natural logarithm.
_NONE = -30.0


@dataclass(frozen=True, eq=False)
class SeenRow:
    """A row as the network of rows sees it, however its ink may be cut.

    Attributes:
        strip: of the row.
        frames: float32 (n, classes), as `row_serving.RowNetwork.log_probabilities` gives them.
    """

    strip: RowStrip
    frames: NDArray[np.float32]

    @classmethod
    def of(cls, row: Row, ink_map: InkMap, network: RowNetwork) -> SeenRow:
        """Ask the network of a row once."""
        strip = strip_of(row, ink_map)
        return cls(strip, network.log_probabilities(strip.pixels))


@dataclass(frozen=True, eq=False)
class RowEvidence:
    """How likely each stretch of a row is one sign.

    Attributes:
        bounds: int (pieces + 1,), the first frame of each piece, and where the last one ends.
        table: as `row_serving.sign_log_probabilities` gives it, for the starts of all pieces.
    """

    bounds: NDArray[np.intp]
    table: NDArray[np.float64]

    @classmethod
    def of(cls, seen: SeenRow, pieces: Sequence[Part], segments: Sequence[Segment]) -> RowEvidence:
        """What was seen of a row says so of all segments of its pieces."""
        bounds = _bounds(pieces, seen.strip, len(seen.frames))
        longest = max(int(bounds[each.stop] - bounds[each.first]) for each in segments)
        table = sign_log_probabilities(seen.frames, bounds[:-1].tolist(), max(1, longest))
        return cls(bounds, table)

    def log_probabilities(self, segment: Segment) -> NDArray[np.float64]:
        """That a segment is just one sign, float64 (signs,), natural logarithms."""
        return self._of(segment)[:-1]

    def log_nothing(self, segment: Segment) -> float:
        """That a segment shows no sign at all, such as a piece of the paper's lines."""
        return float(self._of(segment)[-1])

    def _of(self, segment: Segment) -> NDArray[np.float64]:
        length = int(self.bounds[segment.stop] - self.bounds[segment.first])
        return np.maximum(self.table[segment.first, length], _NONE)


def _bounds(pieces: Sequence[Part], strip: RowStrip, frames: int) -> NDArray[np.intp]:
    """Between which frames neighbouring pieces meet."""
    between = [
        strip.column_of((left.x + left.width + right.x - 1) / 2) for left, right in pairwise(pieces)
    ]
    at = np.rint((np.array(between, np.float64) + 0.5) / COLUMNS_A_FRAME).astype(int)
    inner = np.maximum.accumulate(np.clip(at, 0, frames)) if len(at) else at
    return np.concatenate([[0], inner, [frames]]).astype(np.intp)

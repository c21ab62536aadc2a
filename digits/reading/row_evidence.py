"""What the network of rows says of the pieces of a row, whichever of them are taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
        frames: of `SeenRow`.
        bounds: int (pieces + 1,), the first frame of each piece, and where the last one ends.
        starts: int (n,), ascending, frames at which stretches may begin; all bounds are among them.
        table: as `row_serving.sign_log_probabilities` gives it, for these starts.
    """

    frames: NDArray[np.float32]
    bounds: NDArray[np.intp]
    starts: NDArray[np.intp]
    table: NDArray[np.float64]

    @classmethod
    def of(cls, seen: SeenRow, pieces: Sequence[Part], segments: Sequence[Segment]) -> RowEvidence:
        """What was seen of a row says so of all segments of its pieces."""
        bounds = _bounds(pieces, seen.strip, len(seen.frames))
        longest = max(int(bounds[each.stop] - bounds[each.first]) for each in segments)
        starts = np.unique(bounds)
        return cls(seen.frames, bounds, starts, _table(seen.frames, starts, longest))

    def starting_at(self, starts: NDArray[np.intp], longest: int) -> RowEvidence:
        """The same of other stretches.

        Args:
            starts: int (n,), ascending; all bounds are among them.
            longest: frames.
        """
        return replace(self, starts=starts, table=_table(self.frames, starts, longest))

    def with_bounds(self, bounds: NDArray[np.intp]) -> RowEvidence:
        """The same, with pieces that meet elsewhere, at frames of `starts`."""
        return replace(self, bounds=bounds)

    def between(self, starts: NDArray[np.intp], stops: NDArray[np.intp]) -> NDArray[np.float64]:
        """That stretches of frames are just one sign, or, last, show nothing.

        Args:
            starts: int, of any shape, some of `starts`.
            stops: int, likewise, the frames behind their last ones.

        Returns:
            float64 (..., signs + 1), natural logarithms.
        """
        rows = np.searchsorted(self.starts, starts)
        return np.maximum(self.table[rows, stops - starts], _NONE)

    def log_probabilities(self, segment: Segment) -> NDArray[np.float64]:
        """That a segment is just one sign, float64 (signs,), natural logarithms."""
        return self._of(segment)[:-1]

    def log_nothing(self, segment: Segment) -> float:
        """That a segment shows no sign at all, such as a piece of the paper's lines."""
        return float(self._of(segment)[-1])

    def _of(self, segment: Segment) -> NDArray[np.float64]:
        return self.between(self.bounds[segment.first], self.bounds[segment.stop])


def _table(
    frames: NDArray[np.float32], starts: NDArray[np.intp], longest: int
) -> NDArray[np.float64]:
    return sign_log_probabilities(frames, starts.tolist(), max(1, longest))


def _bounds(pieces: Sequence[Part], strip: RowStrip, frames: int) -> NDArray[np.intp]:
    """Between which frames neighbouring pieces meet."""
    between = [
        strip.column_of((left.x + left.width + right.x - 1) / 2) for left, right in pairwise(pieces)
    ]
    at = np.rint((np.array(between, np.float64) + 0.5) / COLUMNS_A_FRAME).astype(int)
    inner = np.maximum.accumulate(np.clip(at, 0, frames)) if len(at) else at
    return np.concatenate([[0], inner, [frames]]).astype(np.intp)

"""By which part of its strokes a digit was known, in a sentence for people.

The network's evidence lies on ink only, so that it speaks of strokes: an end, a corner, a crossing,
a ring, a bar, a stem. Of what is not there, such as an open top, it speaks only after asking: the
gap is filled and the digit read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.explanation.sentences import with_article
from digits.network.prediction import are_digits, predict_logits
from digits.network.serving import Network
from digits.picture.skeleton import Points, StrokePart, find_parts

# Pixels of the network's picture: what belongs to a point of the strokes, and to a line.
_OF_A_POINT, _OF_A_LINE = 3.5, 2.5
# A part stands out if its evidence is so much denser than that of all ink, and exceeds its share of
# the ink by so much of all evidence.
_DENSER, _LEAST_EXCESS = 1.25, 0.1
# What a curve counts beside parts that people see at once.
_OF_CURVES = 0.75
# Of the digit's height: how wide a gap is at most, and at least.
_WIDEST_GAP, _NARROWEST_GAP = 0.55, 0.1
# A way between two points of which more than this share has ink is no gap.
_BRIDGED = 0.35
_MOST_GAPS = 6
# Of full ink.
_INKED = 0.35
# In logits: how much surer than its rival a network has to be of the digit with the gap filled.
_SURE = 1.0

WHOLE_SHAPE = "No single part decides: it knows the {digit} by its whole shape."
KNOWN_BY = "It knows the {digit} by the {part}."
IF_FILLED = "Were the gap {where} closed, it would read {other}."
_NAMES = {"bow": "curve", "stroke": "slanting stroke"}
# What people call the place where the two curves of a 3 meet, whichever way its strokes go there.
_NOTCH, _NOTCHES = "notch in the middle", ("corner", "crossing", "end")


@dataclass(frozen=True, eq=False)
class Gap:
    """Two points between which strokes do not meet, x and y in the network's picture."""

    start: Points
    end: Points

    @property
    def middle(self) -> Points:
        """float64 (2,)."""
        return np.asarray((self.start + self.end) / 2)


def describe_telling_part(
    network_input: NDArray[np.float32],
    heatmap: NDArray[np.float32],
    digit: int,
    network: Network | None = None,
) -> str:
    """Where the evidence for a digit gathers, as a part of its strokes; and what a gap decides.

    Args:
        network_input: float32 (28, 28) in [0, 1], white ink on black.
        heatmap: float32 (28, 28) in [0, 1], the evidence for the digit.
        digit: what was read.
        network: asked what filled gaps would change; None asks nothing.

    Raises:
        ModelError: the network's answers are no numbers.
    """
    parts = find_parts(network_input)
    part = telling_part(parts, network_input, heatmap)
    box = _box(network_input)
    sentence = WHOLE_SHAPE.format(digit=digit)
    if part is not None:
        sentence = KNOWN_BY.format(digit=digit, part=_name_of(part, box, digit))
    if network is None:
        return sentence
    told = telling_gap(find_gaps(parts, network_input), network_input, digit, network)
    if told is None:
        return sentence
    gap, other = told
    where = place_in(box, gap.middle)
    return f"{sentence} {IF_FILLED.format(where=where, other=with_article(other))}"


def _name_of(part: StrokePart, box: tuple[float, float, float, float], digit: int) -> str:
    """What a part of a digit is called, and where in its box it is."""
    where = place_in(box, part.middle, is_tall=part.kind == "stem")
    is_halfway = not where.startswith("at the ")  # top or bottom
    if digit == 3 and is_halfway and part.kind in _NOTCHES:
        return _NOTCH
    return " ".join(filter(None, [_NAMES.get(part.kind, part.kind), where]))


def telling_part(
    parts: Sequence[StrokePart], network_input: NDArray[np.float32], heatmap: NDArray[np.float32]
) -> StrokePart | None:
    """The part that has most evidence beyond its share of the ink; None if no part stands out.

    Args:
        parts: from `skeleton.find_parts`.
        network_input, heatmap: as for `describe_telling_part`.
    """
    ink = network_input > _INKED * network_input.max()
    evidence = np.where(ink, heatmap, 0)
    total = float(evidence.sum())
    if total <= 0:
        return None
    best, most = None, _LEAST_EXCESS
    for part in parts:
        own = _reach_of(part, ink)
        inked, share = own.sum() / ink.sum(), float(evidence[own].sum()) / total
        excess = (share - inked) * (_OF_CURVES if part.kind == "bow" else 1.0)
        if share >= _DENSER * inked and excess > most:
            best, most = part, excess
    return best


def _reach_of(part: StrokePart, ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The ink that belongs to a part."""
    reach = _OF_A_POINT if len(part.points) == 1 else _OF_A_LINE
    rows, columns = np.nonzero(ink)
    across = columns[:, None] - part.points[:, 0]
    down = rows[:, None] - part.points[:, 1]
    reached = np.zeros_like(ink)
    reached[rows, columns] = (across**2 + down**2).min(axis=1) <= reach**2
    return reached


def _box(network_input: NDArray[np.float32]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the ink."""
    x, y, width, height = cv2.boundingRect((network_input > 0).astype(np.uint8))
    return x, y, x + width - 1, y + height - 1


def place_in(
    box: tuple[float, float, float, float], point: Points, *, is_tall: bool = False
) -> str:
    """Where in a digit something is: "at the top", "in the middle", "at the bottom left".

    Args:
        box: left, top, right and bottom of the digit.
        point: float64 (2,), x and y.
        is_tall: whether it goes from top to bottom, so that only its side can be told.
    """
    left, top, right, bottom = box
    tall, wide = max(bottom - top, 1), max(right - left, 1)
    down, across = (point[1] - top) / tall, (point[0] - left) / wide
    level = "top" if down < 0.36 else "bottom" if down > 0.64 else ""
    # A narrow digit has no sides.
    side = "left" if across < 0.3 else "right" if across > 0.7 else ""
    side = side if wide > 0.4 * tall else ""
    if is_tall:
        return f"on the {side}" if side else ""
    if level:
        return f"at the {level} {side}".strip()
    return f"on the {side}" if side else "in the middle"


# --- gaps


def find_gaps(parts: Sequence[StrokePart], network_input: NDArray[np.float32]) -> list[Gap]:
    """Where an end nearly meets another end or another stroke; the narrowest first.

    Args:
        parts: from `skeleton.find_parts`.
        network_input: as for `describe_telling_part`.
    """
    ends = [part.points[0] for part in parts if part.kind == "end"]
    lines = [part.points for part in parts if len(part.points) > 1 and part.kind != "ring"]
    _, top, _, bottom = _box(network_input)
    tall = max(bottom - top, 1)
    found = [Gap(one, two) for one, two in combinations(ends, 2)]
    found += [Gap(end, points[_nearest(end, points, tall)]) for end in ends for points in lines]
    gaps = [gap for gap in found if _is_gap(gap, network_input, tall)]
    return sorted(gaps, key=lambda gap: float(np.hypot(*(gap.end - gap.start))))[:_MOST_GAPS]


def _nearest(end: Points, points: Points, tall: float) -> int:
    """Of a line's points the nearest to an end, but for those that lead to it."""
    distances = np.hypot(*(points - end).T)
    return int(np.where(distances > _NARROWEST_GAP * tall, distances, np.inf).argmin())


def _is_gap(gap: Gap, network_input: NDArray[np.float32], tall: float) -> bool:
    length = float(np.hypot(*(gap.end - gap.start)))
    if not _NARROWEST_GAP * tall < length <= _WIDEST_GAP * tall:
        return False
    steps = np.linspace(gap.start, gap.end, 2 * round(length) + 2)
    columns, rows = np.round(steps).astype(int).T
    inked = network_input[rows, columns] > _INKED * network_input.max()
    return bool(inked.mean() <= max(_BRIDGED, 5 / length) and not inked.all())


def telling_gap(
    gaps: Sequence[Gap], network_input: NDArray[np.float32], digit: int, network: Network
) -> tuple[Gap, int] | None:
    """The first gap that, if it were filled, would make another digit of this one, and which.

    Args:
        gaps: from `find_gaps`.
        network_input, digit: as for `describe_telling_part`.
        network: asked once for all of them.

    Raises:
        ModelError: its answers are no numbers.
    """
    if not gaps:
        return None
    pen = _pen_width(network_input)
    filled = np.stack([_filled(gap, network_input, pen) for gap in gaps])
    logits = predict_logits(filled, network)
    for gap, own, is_digit in zip(gaps, logits, are_digits(logits, network), strict=True):
        other = int(own.argmax())
        if other != digit and is_digit and own[other] >= own[digit] + _SURE:
            return gap, other
    return None


def _pen_width(network_input: NDArray[np.float32]) -> float:
    """How wide strokes are, pixels: twice the ink's distance to paper along its middle."""
    ink = (network_input > _INKED * network_input.max()).astype(np.uint8)
    depth = cv2.distanceTransform(np.pad(ink, 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    return max(1.5, 2 * float(np.median(depth[depth > 0])))


def _filled(gap: Gap, network_input: NDArray[np.float32], pen: float) -> NDArray[np.float32]:
    """The picture with a stroke over the gap."""
    rows, columns = np.indices(network_input.shape)
    way = gap.end - gap.start
    along = ((columns - gap.start[0]) * way[0] + (rows - gap.start[1]) * way[1]) / (way @ way)
    along = np.clip(along, 0, 1)
    distance = np.hypot(
        columns - gap.start[0] - along * way[0], rows - gap.start[1] - along * way[1]
    )
    stroke = np.clip(pen / 2 + 0.5 - distance, 0, 1) * network_input.max()
    return np.maximum(network_input, stroke.astype(np.float32))

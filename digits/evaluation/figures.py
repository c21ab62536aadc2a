"""The figures of an evaluation, each a Matplotlib figure that opens no window.

    confusion_figure(evaluation.confusion).savefig("confusion.png")

They are made without pyplot, which keeps figures in a global state and cannot be shared by
threads. Matplotlib is imported when the first one is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.evaluation.measures import RELIABILITY_BINS, AverageHeatmap, Mistake, Reliability
from digits.explanation.overlay import colour_ink
from digits.reading.digit import format_confidence

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# In inches: on a phone, 390 pixels wide, a figure no wider than this keeps its letters legible.
_WIDTH = 4.6
_SHEET_WIDTH = 10
_SINGLE_WIDTH = 1.8
# A pixel of the network's picture becomes this many.
_ENLARGEMENT = 6
_GAP = 6
# A name would hide fewer points than this, and the legend names them too.
_FEWEST_TO_NAME = 30


@dataclass(frozen=True)
class Theme:
    """Colours of a figure, for a page in light or in dark; `digits` has one for each digit."""

    paper: str
    ink: str
    quiet: str
    line: str
    accent: str
    alarm: str
    digits: tuple[str, ...]


# The ten are of Petroff (2021), "Accessible color sequences for data visualization", which people
# with any common colour vision tell apart; in the dark they are mixed with some white.
LIGHT = Theme(
    paper="#ffffff",
    ink="#1c2330",
    quiet="#5b6472",
    line="#dde1e7",
    accent="#2f5fd0",
    alarm="#c2452d",
    digits=(
        *("#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6"),
        *("#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd"),
    ),
)
DARK = Theme(
    paper="#171b22",
    ink="#e8ebf0",
    quiet="#9aa4b2",
    line="#333a45",
    accent="#86a8ff",
    alarm="#f08a6e",
    digits=(
        *("#75afe4", "#ffc152", "#cf5e48", "#b2bebc", "#a668ca"),
        *("#c19487", "#ee8f47", "#cdc398", "#999ca4", "#b1e4e7"),
    ),
)


def confusion_figure(confusion: NDArray[np.int64], theme: Theme = LIGHT) -> Figure:
    """What was read as what: counts, with mistakes in a colour of their own.

    Nearly all digits lie on the diagonal, so that one scale for all would hide the mistakes.

    Args:
        confusion: int64 (10, 10), true digit by row, reading by column.
        theme: the colours.
    """
    figure, axes = _figure(theme, (_WIDTH, _WIDTH))
    axes.imshow(_confusion_colours(confusion, theme))
    for (row, column), count in np.ndenumerate(confusion):
        text = f"{count:,}" if count else "·"
        colour = theme.ink if count else theme.quiet
        axes.text(column, row, text, ha="center", va="center", fontsize=9, color=colour)
    digits = range(len(confusion))
    axes.set(xticks=digits, yticks=digits, xlabel="read as", ylabel="true digit")
    axes.tick_params(length=0, labelsize=11)
    axes.spines[:].set_visible(False)
    return figure


def _confusion_colours(confusion: NDArray[np.int64], theme: Theme) -> NDArray[np.float64]:
    """RGBA (10, 10, 4): the more mistakes, the stronger; the diagonal in a faint tint."""
    from matplotlib.colors import to_rgb

    diagonal = np.eye(len(confusion), dtype=bool)
    mistakes = np.where(diagonal, 0, confusion)
    colours = np.zeros((*confusion.shape, 4))
    colours[..., :3] = to_rgb(theme.alarm)
    colours[..., 3] = np.where(mistakes > 0, 0.2 + 0.6 * mistakes / max(1, mistakes.max()), 0)
    colours[diagonal] = (*to_rgb(theme.accent), 0.16)
    return colours


def reliability_figure(reliability: Reliability, theme: Theme = LIGHT) -> Figure:
    """Confidence against accuracy, bin by bin, over how many digits each bin holds.

    A bar that ends at the dashed line belongs to a bin whose confidence can be taken at its word;
    the calibration error is the average of the hatched gaps, each weighted by its bin's digits.
    """
    size = (_WIDTH, 1.2 * _WIDTH)
    figure, (upper, lower) = _figure(theme, size, rows=2, height_ratios=(2, 1))
    filled = reliability.counts > 0
    centres = ((np.arange(RELIABILITY_BINS) + 0.5) / RELIABILITY_BINS)[filled]
    accuracy, confidence = reliability.accuracy[filled], reliability.confidence[filled]
    upper.bar(centres, accuracy, _BAR, color=theme.accent, label="read right")
    upper.bar(
        centres,
        confidence - accuracy,
        _BAR,
        bottom=accuracy,
        fill=False,
        edgecolor=theme.alarm,
        hatch="////",
        label="gap to the mean confidence",
    )
    upper.plot([0, 1], [0, 1], "--", color=theme.quiet, linewidth=1)
    upper.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="share read right")
    figure.legend(
        loc="outside upper center", ncols=2, frameon=False, fontsize=10, labelcolor=theme.ink
    )
    _draw_counts(lower, centres, reliability.counts[filled], theme)
    return figure


_BAR = 0.9 / RELIABILITY_BINS


def _draw_counts(axes: Any, centres: NDArray, counts: NDArray[np.int64], theme: Theme) -> None:
    """How many digits each bin holds; on a logarithmic scale, because nearly all are sure."""
    axes.bar(centres, counts, _BAR, bottom=0.5, color=theme.quiet)
    number = {"rotation": 90, "ha": "center", "va": "bottom", "fontsize": 9, "color": theme.ink}
    for centre, count in zip(centres, counts, strict=True):
        axes.text(centre, 1.4 * (count + 0.5), f"{count:,}", **number)
    room_for_numbers = 30 * counts.max() ** 1.15
    axes.set_yscale("log")
    axes.set(xlim=(0, 1), ylim=(0.5, room_for_numbers), xlabel="confidence", ylabel="digits")
    axes.set_yticks([])
    axes.minorticks_off()


def map_figure(
    points: NDArray[np.float32], labels: NDArray[np.uint8], theme: Theme = LIGHT
) -> Figure:
    """Digits as points in the colours of their labels, with a legend.

    Args:
        points: float32 (n, 2), such as `Embedding.pixels` or `Embedding.features`.
        labels: uint8 (n,), 0 to 9.
        theme: the colours.
    """
    figure, axes = _figure(theme, (_WIDTH, 1.1 * _WIDTH))
    size = np.clip(12_000 / len(points), 7, 40)
    for digit in np.unique(labels):
        own, colour = points[labels == digit], theme.digits[digit]
        axes.scatter(*own.T, s=size, color=colour, alpha=0.8, linewidths=0, label=str(digit))
        if len(own) >= _FEWEST_TO_NAME:
            _name_group(axes, own, str(digit), theme)
    axes.set(xticks=[], yticks=[])
    axes.set_aspect("equal", adjustable="datalim")
    figure.legend(
        loc="outside lower center",
        ncols=len(theme.digits),
        frameon=False,
        fontsize=11,
        labelcolor=theme.ink,
        markerscale=math.sqrt(45 / size),
        handlelength=0.8,
        handletextpad=0.15,
        columnspacing=0.9,
    )
    return figure


def _name_group(axes: Any, points: NDArray[np.float32], name: str, theme: Theme) -> None:
    """Write a name where most of the points are, for those who cannot tell the colours."""
    from matplotlib.patheffects import withStroke

    look = {"ha": "center", "va": "center", "fontsize": 15, "fontweight": "bold"}
    outline = [withStroke(linewidth=3, foreground=theme.paper)]
    x, y = np.median(points, axis=0)
    axes.text(x, y, name, color=theme.ink, path_effects=outline, **look)


def mistakes_figure(mistakes: Sequence[Mistake], theme: Theme = LIGHT) -> Figure:
    """The pictures of mistakes, each beside its heatmap: what it is → what it was read as."""
    titles = [
        f"{mistake.label} → {mistake.reading}  {format_confidence(mistake.confidence)}"
        for mistake in mistakes
    ]
    pictures = [explained_picture(mistake.picture, mistake.heatmap) for mistake in mistakes]
    return _contact_sheet(pictures, titles, columns=4, theme=theme)


def average_heatmaps_figure(averages: Sequence[AverageHeatmap], theme: Theme = LIGHT) -> Figure:
    """The average picture of each digit beside its average heatmap."""
    pictures = [explained_average(average) for average in averages]
    titles = [str(average.digit) for average in averages]
    return _contact_sheet(pictures, titles, columns=5, theme=theme)


def evidence_figure(
    picture: NDArray[np.uint8], heatmaps: Mapping[str, NDArray[np.float32]], theme: Theme = LIGHT
) -> Figure:
    """One picture as it is, then its ink in the colours of one heatmap after the other.

    Args:
        picture: uint8 (28, 28), white ink on black.
        heatmaps: float32 (28, 28) in [0, 1], by title; at least one.
        theme: the colours.
    """
    enlarged = _enlarged(picture)
    columns = 1 + len(heatmaps)
    width = min(_SHEET_WIDTH, _SINGLE_WIDTH * columns)
    figure, cells = _figure(theme, (width, width / columns + 0.3), columns=columns)
    pictures = [enlarged, *(_with_evidence(enlarged, each) for each in heatmaps.values())]
    for axes, shown, title in zip(cells, pictures, ["", *heatmaps], strict=True):
        axes.imshow(shown, cmap="gray")
        axes.set_title(title, fontsize=11, color=theme.ink)
        axes.set_axis_off()
    return figure


def explained_average(average: AverageHeatmap) -> Image.Image:
    """The average picture of a digit, and beside it in the colours of the average heatmap."""
    return explained_picture(np.rint(255 * average.picture).astype(np.uint8), average.heatmap)


def explained_picture(
    picture: NDArray[np.uint8], heatmap: NDArray[np.float32] | None
) -> Image.Image:
    """A picture that the network saw, enlarged, and beside it its ink in the heatmap's colours.

    Args:
        picture: uint8 (28, 28), white ink on black.
        heatmap: float32 (28, 28) in [0, 1]; without one there is the picture alone.

    Returns:
        RGB.
    """
    enlarged = _enlarged(picture)
    alone = Image.fromarray(enlarged).convert("RGB")
    if heatmap is None:
        return alone
    both = Image.new("RGB", (2 * alone.width + _GAP, alone.height), "#808080")
    both.paste(alone, (0, 0))
    both.paste(_with_evidence(enlarged, heatmap), (alone.width + _GAP, 0))
    return both


def _with_evidence(enlarged: NDArray[np.uint8], heatmap: NDArray[np.float32]) -> Image.Image:
    """White ink on black in the colours of the evidence on it."""
    ink_map = enlarged.astype(np.float32) / np.float32(255)
    return colour_ink(enlarged, [(heatmap, None)], ink_map=ink_map)


def _enlarged(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    size = _ENLARGEMENT * picture.shape[1], _ENLARGEMENT * picture.shape[0]
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def _contact_sheet(
    pictures: Sequence[Image.Image], titles: Sequence[str], columns: int, theme: Theme
) -> Figure:
    rows = max(1, math.ceil(len(pictures) / columns))
    row_height = _SHEET_WIDTH / columns / 2 + 0.3  # pairs are twice as wide as high; a title
    figure, grid = _figure(theme, (_SHEET_WIDTH, rows * row_height), rows, columns)
    cells = np.atleast_1d(grid).ravel()
    for axes in cells:
        axes.set_axis_off()
    for axes, picture, title in zip(cells, pictures, titles, strict=False):
        axes.imshow(picture)
        axes.set_title(title, fontsize=11, color=theme.ink)
    return figure


def _figure(
    theme: Theme,
    size: tuple[float, float],
    rows: int = 1,
    columns: int = 1,
    height_ratios: Sequence[float] | None = None,
) -> tuple[Figure, Any]:
    """An empty figure, (width, height) in inches, and its axes, in the colours of the theme."""
    from matplotlib.figure import Figure

    figure = Figure(size, facecolor=theme.paper, layout="constrained")
    grid = figure.subplots(rows, columns, height_ratios=height_ratios)
    for axes in np.atleast_1d(grid).ravel():
        axes.set_facecolor(theme.paper)
        axes.tick_params(colors=theme.quiet, labelsize=10)
        axes.spines[:].set_color(theme.line)
        axes.xaxis.label.set(color=theme.quiet, fontsize=11)
        axes.yaxis.label.set(color=theme.quiet, fontsize=11)
    return figure, grid

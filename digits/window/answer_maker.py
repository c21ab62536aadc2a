"""Answers a window's questions: reading, heatmap, and words for both."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np

from digits.common.errors import DigitError
from digits.common.picture_saving import save_picture
from digits.network.loading import load_network
from digits.picture.files import read_picture_file
from digits.picture.pixels import Ink
from digits.reading.digit import format_confidence
from digits.screen.shown_answer import ShownAnswer, read_to_show
from digits.screen.shown_heatmap import (
    HeatmapSettings,
    ShownHeatmap,
    heatmap_of_class,
    heatmap_of_contrast,
)
from digits.window.explained_answer import (
    ExplainedAnswer,
    Job,
    Question,
    Reply,
    SaveJob,
)


class AnswerMaker:
    """Answers questions; the last reading is kept for other views of it."""

    def __init__(self) -> None:
        self._last: ShownAnswer | None = None

    def __call__(self, job: Job) -> Reply:
        """The answer to a question, or where something was saved.

        Raises:
            DigitError: the picture cannot be read, nothing is drawn on it, the model cannot be
                loaded, or the file cannot be written.
        """
        if isinstance(job, SaveJob):
            return self._save(job)
        answer = self._read(job)
        heatmap = _heatmap(answer, job)
        return ExplainedAnswer(
            top_k=tuple(answer.top_k),
            confidences=tuple(format_confidence(each) for _, each in answer.top_k),
            doubt=answer.doubt,
            source=answer.source if isinstance(job.picture, Path) else None,
            picture=answer.picture,
            heatmap=np.asarray(heatmap.over_picture()),
            caption=heatmap.caption,
            colours=heatmap.colours,
            labels=heatmap.labels,
            network_input=np.rint(answer.network_input * 255).astype(np.uint8),
        )

    def _read(self, question: Question) -> ShownAnswer:
        picture = question.picture
        source = read_picture_file(picture) if isinstance(picture, Path) else picture
        ink: Ink = "dark" if question.is_drawn else "auto"
        last = self._last
        if last is None or (last.source, last.ink) != (source, ink):
            last = self._last = read_to_show(source, ink)
        return last

    def _save(self, job: SaveJob) -> Path:
        heatmap = _heatmap(self._read(job.question), job.question)
        save_picture(heatmap.as_png(), job.path)
        return job.path


def _heatmap(answer: ShownAnswer, question: Question) -> ShownHeatmap:
    """Of the likeliest class, alone or held against the second likeliest."""
    settings = HeatmapSettings(opacity=question.opacity)
    first, second = answer.likeliest_first[:2]
    if question.is_contrast:
        return heatmap_of_contrast(answer, first, second, settings)
    return heatmap_of_class(answer, first, settings)


def wake_answer_maker() -> AnswerMaker:
    """Pay for all first times; a model that cannot be loaded says so when it is asked."""
    with suppress(DigitError):
        load_network()
    return AnswerMaker()

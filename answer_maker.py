"""Answers a window's questions: reading, heatmap, and words for both."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digit_errors import DigitError
from digit_predictor import format_confidence, read_digit, warm_up
from explained_answer import ExplainedAnswer, Job, Question, Reply, SaveJob
from explanation_sentences import describe_heatmap, describe_method
from gradcam_visualizer import Explanation, common_scale, explain
from heatmap_overlay import (
    COLOUR_MAPS,
    SIGNED_COLOUR_MAPS,
    colour_bar_labels,
    colour_stops,
    overlay_heatmap,
    with_colour_bar,
)
from ink_finding import Ink
from picture_decoding import Picture, read_picture_file
from picture_saving import save_picture
from shown_answer import ShownAnswer, shown_answer


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
        view = _explain(answer, is_contrast=job.is_contrast)
        return ExplainedAnswer(
            top_k=tuple(answer.top_k),
            confidences=tuple(format_confidence(each) for _, each in answer.top_k),
            doubt=answer.doubt,
            source=answer.source if isinstance(job.picture, Path) else None,
            picture=answer.picture,
            heatmap=np.asarray(view.over(answer.picture, answer.placement, job.opacity)),
            caption=view.caption,
            colours=view.colours,
            labels=view.labels,
            network_input=np.rint(answer.network_input * 255).astype(np.uint8),
        )

    def _read(self, question: Question) -> ShownAnswer:
        picture = question.picture
        source = read_picture_file(picture) if isinstance(picture, Path) else picture
        ink: Ink = "dark" if question.is_drawn else "auto"
        last = self._last
        if last is None or (last.source, last.ink) != (source, ink):
            last = shown_answer(source, ink, read_digit(source, ink=ink))
            self._last = last
        return last

    def _save(self, job: SaveJob) -> Path:
        answer = self._read(job.question)
        view = _explain(answer, is_contrast=job.question.is_contrast)
        overlay = view.over(answer.source, answer.full_placement, job.question.opacity)
        file = io.BytesIO()
        view.with_colour_bar(overlay).save(file, "PNG")
        save_picture(file.getvalue(), job.path)
        return job.path


@dataclass(frozen=True, eq=False)
class _View:
    """An explanation with its colours and words."""

    explained: Explanation
    scale: float
    colour_map: str
    caption: str

    @property
    def colours(self) -> tuple[str, ...]:
        return () if self.explained.is_blank else tuple(colour_stops(self.colour_map))

    @property
    def labels(self) -> tuple[str, ...]:
        return () if self.explained.is_blank else colour_bar_labels(self.scale, self.colour_map)

    def over(self, picture: Picture, placement: NDArray[np.float64], opacity: float) -> Image.Image:
        heatmap = self.explained.heatmap(self.scale)
        return overlay_heatmap(picture, heatmap, placement, opacity, colour_map=self.colour_map)

    def with_colour_bar(self, overlay: Image.Image) -> Image.Image:
        title = f"{self.caption} {describe_method(self.explained)}"
        return with_colour_bar(overlay, title, self.scale, self.colour_map)


def _explain(answer: ShownAnswer, *, is_contrast: bool) -> _View:
    """The likeliest class's evidence on the scale of the three likeliest, or held against one."""
    first, second, third = answer.likeliest_first[:3]
    if is_contrast:
        (explained,) = explain(answer.network_input, [first], against=second)
        scale, colour_map = explained.strength, next(iter(SIGNED_COLOUR_MAPS))
    else:
        explanations = explain(answer.network_input, [first, second, third])
        explained, scale = explanations[0], common_scale(explanations)
        colour_map = COLOUR_MAPS[0]
    caption = describe_heatmap(explained, scale, is_digit=answer.doubt is None)
    return _View(explained, scale, colour_map, caption)


def wake_answer_maker() -> AnswerMaker:
    """Pay for all first times; a model that cannot be loaded says so when it is asked."""
    maker = AnswerMaker()
    with suppress(DigitError):
        warm_up()
        dash = np.full((28, 28), 255, np.uint8)
        dash[13:15, 6:22] = 0
        for is_contrast in (False, True):
            maker(Question(cv2.imencode(".png", dash)[1].tobytes(), True, is_contrast))
    return maker

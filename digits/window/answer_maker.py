"""Answers a window's questions: reading, heatmap, and words for both."""

from __future__ import annotations

import itertools
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from digits.adaptation.kept_corrections import (
    KeptCorrection,
    read_corrections_folder,
    write_corrections_folder,
)
from digits.common.errors import DigitError
from digits.common.picture_saving import save_picture
from digits.common.sentences import describe_left_out_files
from digits.explanation.overlay import COLOURED_INK, OVERLAY
from digits.network.loading import load_network
from digits.picture.files import read_picture_file
from digits.picture.pixels import Ink
from digits.reading.digit import format_confidence
from digits.screen.confidence_words import label_of_digit, sureness_of_number
from digits.screen.persons_hand import PersonsHand, describe_hand, describe_said, describe_without
from digits.screen.shown_answer import ShownAnswer
from digits.screen.shown_heatmap import (
    HeatmapSettings,
    ShownHeatmap,
    heatmap_of_all,
    heatmap_of_class,
    heatmap_of_contrast,
)
from digits.screen.shown_number import ShownNumber, read_number_to_show
from digits.window.explained_answer import (
    Corrected,
    CorrectJob,
    ExplainedAnswer,
    Job,
    Question,
    Reply,
    SaidOfDigit,
    SaveJob,
)


class AnswerMaker:
    """Answers questions; the last reading is kept for other views of it."""

    def __init__(self) -> None:
        self._last: ShownNumber | None = None
        self._hand = PersonsHand()
        self._folder: Path | None = None
        self._unreadable: tuple[tuple[str, str], ...] = ()
        self._keys: WeakKeyDictionary[KeptCorrection, int] = WeakKeyDictionary()
        # Begins at the clock, so that a key of a process before means nothing here.
        self._new_keys = itertools.count(time.time_ns())

    def __call__(self, job: Job) -> Reply:
        """The answer to a question, or where something was saved.

        Raises:
            DigitError: the picture cannot be read, nothing is drawn on it, the model cannot be
                loaded, or the file cannot be written.
        """
        if isinstance(job, SaveJob):
            return self._save(job)
        if isinstance(job, CorrectJob):
            self._follow(job)
            corrected = self._corrected(job.question)
            left_out = describe_left_out_files(self._unreadable, 1) if job.what == "keep" else []
            return replace(corrected, left_out=" ".join(left_out))
        return self._answer(job)

    def _answer(self, job: Question) -> ExplainedAnswer:
        number = self._read(job)
        digit = _digit_asked_about(number, job)
        source = number.source if isinstance(job.picture, Path) else None
        if digit is None:
            answer = _of_number(number, job, source)
        else:
            answer = _of_digit(number, digit, job, source)
        return replace(answer, about_hand=_about_hand(self._hand, digit))

    def _corrected(self, question: Question | None) -> Corrected:
        answer = None if question is None else self._answer(question)
        about_hand = describe_hand(self._hand) if answer is None else answer.about_hand
        said = tuple(map(self._said_of_digit, reversed(self._hand.corrections)))
        return Corrected(answer, about_hand, said)

    def _follow(self, job: CorrectJob) -> None:
        """Do what a person said of their hand."""
        hand = self._hand
        if job.what == "switch":
            hand.is_on = not hand.is_on
            return
        if job.what == "keep":
            self._keep_in(job.folder)
        elif job.what == "back":
            self._take_back(job.key)
        elif job.question is not None:
            self._correct(job.question, job.digit)
        if self._folder is not None:
            spared = [name for name, _ in self._unreadable]
            write_corrections_folder(hand.corrections, self._folder, spared)

    def _correct(self, question: Question, right: int | None) -> None:
        digit = _digit_asked_about(self._read(question), question)
        if digit is None:
            raise DigitError("Choose a digit of the number first, then say what it is.")
        self._hand.is_on = True
        self._hand.correct(digit.reading, right)

    def _take_back(self, key: int | None) -> None:
        """Forget the correction with a key, or the last; one that is gone is forgotten."""
        for each in reversed(self._hand.corrections):
            if key is None or key == self._key_of(each):
                self._hand.take_back(each)
                return

    def _keep_in(self, folder: Path | None) -> None:
        """Keep corrections in a folder from now on, behind those that are there."""
        unreadable: tuple[tuple[str, str], ...] = ()
        if folder is not None:
            found = read_corrections_folder(folder, load_network())
            self._hand.bring_back(found.corrections)
            unreadable = found.unreadable
        self._folder, self._unreadable = folder, unreadable

    def _key_of(self, correction: KeptCorrection) -> int:
        return self._keys.setdefault(correction, next(self._new_keys))

    def _said_of_digit(self, correction: KeptCorrection) -> SaidOfDigit:
        seen = _as_bytes(correction.reading.network_input)
        return SaidOfDigit(self._key_of(correction), describe_said(correction), seen)

    def _read(self, question: Question) -> ShownNumber:
        picture = question.picture
        source = read_picture_file(picture) if isinstance(picture, Path) else picture
        ink: Ink = "dark" if question.is_drawn else "auto"
        last = self._last
        hand = self._hand.hand
        if last is None or (last.source, last.ink, last.hand) != (source, ink, hand):
            last = self._last = read_number_to_show(source, ink, hand)
        return last

    def _save(self, job: SaveJob) -> Path:
        number = self._read(job.question)
        digit = _digit_asked_about(number, job.question)
        shown = (
            heatmap_of_all(number.digits, _settings(job.question))
            if digit is None
            else _heatmap(digit, job.question)
        )
        save_picture(shown.as_png(), job.path)
        return job.path


def _digit_asked_about(number: ShownNumber, question: Question) -> ShownAnswer | None:
    """None for all of a number."""
    if question.place is None or question.place >= len(number.digits):
        return number.only_digit
    return number.digits[question.place]


def _about_hand(hand: PersonsHand, digit: ShownAnswer | None) -> str:
    """What answers are adapted to, and what this one would be otherwise.

    Args:
        hand: of the person.
        digit: that is answered; None for a whole number.
    """
    without = "" if digit is None else describe_without(digit)
    return f"{describe_hand(hand)} {without}".strip()


def _of_number(number: ShownNumber, question: Question, source: bytes | None) -> ExplainedAnswer:
    heatmap = heatmap_of_all(number.digits, _settings(question))
    return ExplainedAnswer(
        written=number.written,
        words=sureness_of_number(number.confidence),
        labels_of_digits=_labels(number),
        place=None,
        top_k=(),
        confidences=(),
        doubt=number.doubt,
        source=source,
        picture=number.digits[0].picture,
        heatmap=np.asarray(heatmap.over_picture()),
        caption=heatmap.caption,
        colours=heatmap.colours,
        labels=heatmap.labels,
        network_input=None,
    )


def _of_digit(
    number: ShownNumber, digit: ShownAnswer, question: Question, source: bytes | None
) -> ExplainedAnswer:
    heatmap = _heatmap(digit, question)
    confidences = tuple(format_confidence(each) for _, each in digit.top_k)
    return ExplainedAnswer(
        written=str(digit.top_k[0][0]),
        words=f"{confidences[0]} confident",
        labels_of_digits=_labels(number),
        place=None if digit is number.only_digit else digit.place,
        top_k=tuple(digit.top_k),
        confidences=confidences,
        doubt=digit.doubt,
        source=source,
        picture=digit.picture,
        heatmap=np.asarray(heatmap.over_picture()),
        caption=heatmap.caption,
        colours=heatmap.colours,
        labels=heatmap.labels,
        network_input=_as_bytes(digit.network_input),
    )


def _as_bytes(network_input: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(network_input * 255).astype(np.uint8)


def _labels(number: ShownNumber) -> tuple[str, ...]:
    if number.only_digit is not None:
        return ()
    return tuple(label_of_digit(digit.top_k, digit.doubt) for digit in number.digits)


def _heatmap(answer: ShownAnswer, question: Question) -> ShownHeatmap:
    """Of the likeliest class, alone or held against the second likeliest."""
    settings = _settings(question)
    first, second = answer.likeliest_first[:2]
    if question.is_contrast:
        return heatmap_of_contrast(answer, first, second, settings)
    return heatmap_of_class(answer, first, settings)


def _settings(question: Question) -> HeatmapSettings:
    return HeatmapSettings(
        opacity=question.opacity, style=OVERLAY if question.is_overlay else COLOURED_INK
    )


def wake_answer_maker() -> AnswerMaker:
    """Pay for all first times; a model that cannot be loaded says so when it is asked."""
    with suppress(DigitError):
        load_network()
    return AnswerMaker()

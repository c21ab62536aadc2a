"""A person who writes digit after digit, and corrects what is misread: for `adaptation.py`."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.habits import HABITS, write_habit
from benchmarks.other_collections import draw_written, read_doodles, read_unipen
from digit_predictor import Reading, adapt, load_network, read_digits
from digits.network.hand import Hand, with_hand
from digits.network.prediction import are_digits, calibrated_softmax, predict_logits
from digits.network.serving import Network
from digits.synthetic.pen_strokes import draw_strokes, read_pen_strokes
from digits.training.data import USUAL_PEN, USUAL_SIZE
from digits.training.digit_sets import PEN_REPORT_WRITERS, PEN_VALIDATION_WRITERS

SEED = 602_214_076
NON_DIGITS = 600
"""Letters and doodles that are to be doubted."""


@dataclass(frozen=True, eq=False)
class Pile:
    """Digits that one person wrote, as the plain network read them.

    Attributes:
        readings: n of them.
        labels: int (n,), what was meant.
    """

    readings: list[Reading]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.readings)

    def __getitem__(self, chosen: slice | NDArray[np.bool_] | NDArray[np.intp]) -> Pile:
        indices = np.arange(len(self))[chosen]
        return Pile([self.readings[i] for i in indices], self.labels[indices])

    @property
    def network_inputs(self) -> NDArray[np.float32]:
        """float32 (n, 28, 28)."""
        return np.stack([each.network_input for each in self.readings])


@dataclass(frozen=True, eq=False)
class Answers:
    """What is said of a pile.

    Attributes:
        digits: int (n,), the likeliest.
        confidences: float32 (n,).
        doubted: bool (n,).
    """

    digits: NDArray[np.int64]
    confidences: NDArray[np.float32]
    doubted: NDArray[np.bool_]


def answer(pile: Pile, network: Network, hand: Hand | None = None) -> Answers:
    """What the network says of a pile, adapted to a hand."""
    adapted = with_hand(network, hand)
    logits = predict_logits(pile.network_inputs, adapted)
    shares = calibrated_softmax(logits, adapted)
    return Answers(shares.argmax(axis=1), shares.max(axis=1), ~are_digits(logits, adapted))


def errors(pile: Pile, network: Network, hand: Hand | None = None) -> NDArray[np.bool_]:
    """Which are misread, bool (n,)."""
    return answer(pile, network, hand).digits != pile.labels


def is_wrong(pile: Pile, network: Network, hand: Hand | None = None) -> NDArray[np.bool_]:
    """Which are misread or doubted, bool (n,): what a person corrects."""
    found = answer(pile, network, hand)
    return (found.digits != pile.labels) | found.doubted


@dataclass
class Session:
    """A person at the page, who corrects and lets stand."""

    network: Network
    corrections: list[tuple[Reading, int | None]] = field(default_factory=list)
    let_stand: list[tuple[Reading, int]] = field(default_factory=list)
    hand: Hand | None = None

    def correct(self, reading: Reading, label: int | None) -> None:
        """Say what is right, which counts at once."""
        self.corrections.append((reading, label))
        self._adapt()

    def stand(self, reading: Reading, digit: int) -> None:
        """Say nothing, which counts with the next correction."""
        self.let_stand.append((reading, digit))

    def _adapt(self) -> None:
        self.hand = adapt(self.corrections, let_stand=self.let_stand, model=self.network)

    def write(self, pile: Pile, most: int | None = None, overlooks: Iterable[bool] = ()) -> None:
        """Digit after digit; what is misread or doubted is corrected, up to `most` corrections.

        Args:
            pile: what is written.
            most: corrections of the session after which nobody corrects any more; None for all.
            overlooks: of each digit whether an error is overlooked; none is without.
        """
        overlooked = list(overlooks) or [False] * len(pile)
        for number, is_overlooked in enumerate(overlooked):
            if most is not None and len(self.corrections) >= most:
                return
            one = pile[number : number + 1]
            found = answer(one, self.network, self.hand)
            label, said = int(one.labels[0]), int(found.digits[0])
            is_right = said == label and not found.doubted[0]
            if is_right or is_overlooked:
                if not found.doubted[0]:
                    self.stand(one.readings[0], said)
            else:
                self.correct(one.readings[0], label)
        if self.let_stand and self.corrections:
            self._adapt()


# --- who writes


def habit_pile(habit: str, person: int, count: int, network: Network) -> Pile:
    """The first digits of a person with a habit."""
    pictures = [write_habit(habit, person, number) for number in range(count)]
    return _read(pictures, [HABITS[habit].label] * count, network)


def real_writers(data: Path, validation: bool, network: Network) -> dict[str, Pile]:
    """Digits of real writers on the page's canvas, in the order of the files, by writer."""
    pens = PEN_VALIDATION_WRITERS if validation else PEN_REPORT_WRITERS
    pictures: dict[str, list[NDArray[np.uint8]]] = defaultdict(list)
    labels: dict[str, list[int]] = defaultdict(list)
    for pen_digit in read_pen_strokes(data / "pendigits-orig.tra.gz"):
        if pen_digit.writer in pens:
            writer = f"pen {pen_digit.writer}"
            pictures[writer].append(draw_strokes(pen_digit, USUAL_PEN, USUAL_SIZE))
            labels[writer].append(pen_digit.label)
    random = np.random.default_rng(SEED)
    for written in read_unipen(data / "unipen" / "digits.jsonl.gz", validation):
        pictures[written.writer].append(draw_written(written, random))
        labels[written.writer].append(int(written.label))
    return {
        writer: _shuffled(_read(pictures[writer], labels[writer], network)) for writer in pictures
    }


def _shuffled(pile: Pile) -> Pile:
    """In an order that is no collector's, who asked for all zeros first."""
    return pile[np.random.default_rng(SEED).permutation(len(pile))]


def non_digits(data: Path, validation: bool, network: Network) -> Pile:
    """Letters and doodles of the split, evenly spread."""
    random = np.random.default_rng(SEED)
    letters = read_unipen(data / "unipen" / "letters-clear.jsonl.gz", validation)
    chosen = np.linspace(0, len(letters) - 1, NON_DIGITS // 2).astype(int)
    pictures = [draw_written(letters[i], random) for i in chosen]
    doodles = np.concatenate(
        list(read_doodles(data / "quickdraw" / "doodles.npz", validation).values())
    )
    chosen = np.linspace(0, len(doodles) - 1, NON_DIGITS // 2).astype(int)
    pictures += [255 - doodles[i].repeat(10, axis=0).repeat(10, axis=1) for i in chosen]
    return _read(pictures, [-1] * len(pictures), network)


def _read(pictures: Sequence[NDArray[np.uint8]], labels: Sequence[int], network: Network) -> Pile:
    readings = read_digits(pictures, model=network)
    both = zip(readings, labels, strict=True)
    seen = [(each, label) for each, label in both if isinstance(each, Reading)]
    return Pile([each for each, _ in seen], np.array([label for _, label in seen], np.int64))


def older_network(folder: Path, commit: str = "9c72e28") -> Network:
    """The network that shipped when this work began, from the project's own history.

    Raises:
        subprocess.CalledProcessError: the commit is not there, as in a shallow clone.
    """

    root = Path(__file__).resolve().parent.parent
    shown = ["git", "show", f"{commit}:digit_recognizer.h5"]
    path = folder / "older.h5"
    path.write_bytes(subprocess.run(shown, cwd=root, check=True, capture_output=True).stdout)
    return load_network(path)

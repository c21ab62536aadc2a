"""What corrections do to this person's answers, and what they cost: the goals of adaptation.

    python benchmarks/adaptation.py --data ../shared/data [--report] [--persons 12]
    python benchmarks/adaptation.py --data ../shared/data --fine-tuning [--report]

Validation writers choose; `--report` opens the report writers, once. Two networks are judged: the
one that ships, and the one that shipped before this work began, from the project's history. Errors
are pooled over writers, and intervals are 95%, by bootstrap over writers. Habits are written by
`habits.py`, which no training saw. What falls short of its goal is told so.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.correcting import (
    Pile,
    Session,
    answer,
    errors,
    habit_pile,
    is_wrong,
    non_digits,
    older_network,
    real_writers,
)
from benchmarks.habits import HABITS, write_habit
from digit_predictor import adapt, load_network, read_digit
from digits.common.errors import DigitError
from digits.evaluation.measures import measure_reliability
from digits.network.hand import Hand
from digits.network.serving import Network

ENOUGH_DIGITS, WATCHED = 60, 50
"""Writers with so many digits are judged, after so many."""
STREAM, FURTHER = 40, 40
"""Digits of a habit that are written until there are 10 corrections, and those that judge."""
CARELESS, OVERLOOKED, WRONG = 100, 0.05, 5
ROUNDS = 30
# The report's persons with habits are others than those of validation.
_FIRST_OF_REPORT = 1_000
_BOOTSTRAPS = 2_000
_SEED = 137_035_999


def told(what: str, is_reached: bool) -> None:
    """A line of the report."""
    print(f"  {'' if is_reached else 'FALLS SHORT: '}{what}", flush=True)


class Judge:
    """The goals of one network."""

    def __init__(self, network: Network, data: Path, validation: bool, persons: int) -> None:
        self.network = network
        self.writers = real_writers(data, validation, network)
        self.non_digits = non_digits(data, validation, network)
        first = 0 if validation else _FIRST_OF_REPORT
        self.persons = range(first, first + persons)
        self.hands: list[Hand] = []  # after twenty corrections
        self.judged: dict[str, list[tuple[NDArray[np.float32], NDArray[np.bool_]]]] = {}
        self.everything = Pile(
            [each for pile in self.writers.values() for each in pile.readings],
            np.concatenate([pile.labels for pile in self.writers.values()]),
        )

    def note(self, pile: Pile, hand: Hand | None, kind: str) -> NDArray[np.bool_]:
        """Errors of adapted answers, bool (n,), which are kept for calibration."""
        found = answer(pile, self.network, hand)
        right = found.digits == pile.labels
        for name, chosen in ((kind, right | True), (f"{kind}, undoubted", ~found.doubted)):
            self.judged.setdefault(name, []).append((found.confidences[chosen], right[chosen]))
        return found.digits != pile.labels

    # --- habits

    def habits(self) -> None:
        """Right on further digits of the habit, and what ordinary digits lose."""
        print("habits (right | right and not doubted):  before   after 3   after 10   ordinary")
        rows = [self._habit(habit) for habit in HABITS]
        for habit, row in zip(HABITS, rows, strict=True):
            print(f"  {habit:16}" + "  ".join(f"{each:7.2%}" for each in row))
        mean = np.mean(rows, axis=0)
        told(f"after 3 corrections {mean[2]:.2%} (80%), undoubted {mean[3]:.2%}", mean[2] >= 0.80)
        told(f"after 10 corrections {mean[4]:.2%} (95%), undoubted {mean[5]:.2%}", mean[4] >= 0.95)
        told(f"ordinary digits lose {mean[6]:.2%} (0.5%)", bool(mean[6] <= 0.005))

    def _habit(self, habit: str) -> NDArray[np.float64]:
        return np.mean([self._habit_of(habit, person) for person in self.persons], axis=0)

    def _habit_of(self, habit: str, person: int) -> list[float]:
        pile = habit_pile(habit, person, STREAM + FURTHER, self.network)
        stream, further = pile[:STREAM], pile[STREAM:]
        row = self._right(further, None)
        session = Session(self.network)
        for corrections in (3, 10):
            session.write(stream, corrections)
            row += self._right(further, session.hand)
        self.note(further, session.hand, "habits")
        if session.hand is None:
            return [*row, 0.0]
        self.hands.append(session.hand)
        ordinary = self._ordinary(pile)
        lost = errors(ordinary, self.network, session.hand).mean()
        return [*row, float(lost - errors(ordinary, self.network).mean())]

    def _right(self, pile: Pile, hand: Hand | None) -> list[float]:
        wrong = errors(pile, self.network, hand), is_wrong(pile, self.network, hand)
        return [1 - float(each.mean()) for each in wrong]

    def _ordinary(self, pile: Pile) -> Pile:
        """Real writers' digits of the class meant, and of that for which the habit is taken."""
        taken_for = answer(pile, self.network).digits
        classes = {int(pile.labels[0]), int(np.bincount(taken_for, minlength=10).argmax())}
        return self.everything[np.isin(self.everything.labels, list(classes))]

    # --- real writers

    def real_writers(self, goal: float) -> None:
        """Errors of writers with many digits after fifty, of which the misread ones were corrected.

        Args:
            goal: of the errors, what share is to go.
        """
        counts = []
        for pile in self.writers.values():
            if len(pile) < ENOUGH_DIGITS:
                continue
            session = Session(self.network)
            session.write(pile[:WATCHED])
            later = pile[WATCHED:]
            before, after = (
                errors(later, self.network),
                self.note(later, session.hand, "real writers"),
            )
            counts.append((before.sum(), after.sum(), len(later)))
        table = np.array(counts)
        before, after, total = table.sum(axis=0)
        change = after / max(before, 1) - 1
        low, high = _interval(table)
        told(
            f"{len(table)} writers, {total} digits: errors {before} -> {after}, {change:+.0%} "
            f"(95% interval {low:+.0%} to {high:+.0%}; goal {goal:+.0%})",
            change <= goal,
        )

    def wrong_three(self) -> None:
        """What one correction costs that was wrong: a 3 called 8."""
        lost, total = 0, 0
        for pile in self.writers.values():
            threes = pile[pile.labels == 3]
            if len(threes) < 2:
                continue
            hand = adapt([(threes.readings[0], 8)], model=self.network)
            others = threes[1:]
            lost += int(errors(others, self.network, hand).sum())
            lost -= int(errors(others, self.network).sum())
            total += len(others)
        share = lost / total
        told(f"one 3 called 8: {share:.2%} of {total} other threes lost (2%)", share <= 0.02)

    def careless(self) -> None:
        """What it costs to correct wrongly and to overlook errors."""
        random = np.random.default_rng(_SEED)
        lost, total = 0, 0
        for pile in self.writers.values():
            if len(pile) < CARELESS + 20:
                continue
            session = Session(self.network)
            session.write(pile[:CARELESS], overlooks=random.random(CARELESS) < OVERLOOKED)
            for index in random.choice(CARELESS, WRONG, replace=False):
                wrong = (int(pile.labels[index]) + random.integers(1, 10)) % 10
                session.correct(pile.readings[index], int(wrong))
            later = pile[CARELESS:]
            lost += int(errors(later, self.network, session.hand).sum())
            lost -= int(errors(later, self.network).sum())
            total += len(later)
        share = lost / max(total, 1)
        told(f"careless corrections: {share:.2%} of {total} digits lost (0.3%)", share <= 0.003)

    # --- doubt and confidence

    def doubt(self) -> None:
        """Non-digits still doubted, after the twenty corrections of two habits."""
        plain = answer(self.non_digits, self.network).doubted.mean()
        changes = []
        for person in self.persons:
            one, two = (list(HABITS)[(person + step) % len(HABITS)] for step in (0, 1))
            session = Session(self.network)
            for habit, most in ((one, 10), (two, 20)):
                session.write(habit_pile(habit, person, STREAM, self.network), most)
            doubted = answer(self.non_digits, self.network, session.hand).doubted
            changes.append(float(plain - doubted.mean()))
        fewer = statistics.mean(changes)
        told(
            f"non-digits doubted {plain:.1%}, after 20 corrections {fewer:.1%} fewer (2%), "
            f"at worst {max(changes):.1%}",
            fewer <= 0.02,
        )
        missed = self.non_digits[~answer(self.non_digits, self.network).doubted]
        said, others = missed[:20], missed[20:]
        hand = adapt([(each, None) for each in said.readings], model=self.network)
        raised = answer(others, self.network, hand).doubted.mean()
        kept = answer(self.everything, self.network, hand).doubted.mean()
        before = answer(self.everything, self.network).doubted.mean()
        print(
            f"  no digit, said of 20 that were not doubted: of {len(others)} others that were not, "
            f"{raised:.0%} are; of digits {before:.2%} -> {kept:.2%}"
        )

    def calibration(self) -> None:
        """Whether the confidence of all adapted answers above can be believed."""
        for kind, judged in self.judged.items():
            confidences = np.concatenate([each for each, _ in judged]).astype(np.float64)
            right = np.concatenate([each for _, each in judged])
            error = measure_reliability(confidences, right).calibration_error
            told(
                f"calibration error of {len(right)} adapted answers, {kind}: {error:.2%} (2%)",
                error <= 0.02,
            )

    # --- time, and several people

    def speed(self) -> None:
        """Adapting beside one pass, and an adapted answer beside the plain one, by turns."""
        pile = habit_pile("barred_z", self.persons[0], 11, self.network)
        corrections = [(each, 2) for each in pile.readings[:10]]
        picture = write_habit("barred_z", self.persons[0], 11)
        hand = adapt(corrections, model=self.network)
        inputs = pile.network_inputs[:1]
        contestants: dict[str, Callable[[], object]] = {
            "pass": lambda: self.network.compute_logits(inputs),
            "adapt": lambda: adapt(corrections, model=self.network),
            "plain": lambda: read_digit(picture, model=self.network),
            "adapted": lambda: read_digit(picture, model=self.network, hand=hand),
        }
        seconds = by_turns(contestants)
        passes, answers = seconds["adapt"] / seconds["pass"], seconds["adapted"] / seconds["plain"]
        told(f"adapting takes {passes:.1f} passes (20)", passes <= 20)
        told(f"an adapted answer takes {answers:.2f} of a plain one (1.1)", answers <= 1.1)

    def eight_people(self) -> None:
        """Eight threads, each with another hand, at once: nobody's answers are another's."""
        piles, hands = [], []
        for person in range(8):
            habit = list(HABITS)[person % len(HABITS)]
            piles.append(habit_pile(habit, self.persons[0] + person, 20, self.network))
            hands.append(adapt([(each, 3) for each in piles[-1].readings[:5]], model=self.network))
        alone = [answer(p, self.network, h).confidences for p, h in zip(piles, hands, strict=True)]
        with ThreadPoolExecutor(8) as pool:
            jobs = [(p, self.network, h) for p, h in zip(piles, hands, strict=True)] * 5
            together = list(pool.map(lambda job: answer(*job).confidences, jobs))
        same = all(np.array_equal(alone[i % 8], each) for i, each in enumerate(together))
        told("eight people at once: nobody's answers change by another's corrections", same)

    def all(self, goal: float) -> None:
        """Everything but fine-tuning."""
        self.habits()
        self.real_writers(goal)
        self.wrong_three()
        self.careless()
        self.doubt()
        self.calibration()
        self.speed()
        self.eight_people()


def by_turns(contestants: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of each, which take turns so that a noisy machine is noisy for all."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, do in contestants.items():
            start = time.perf_counter()
            do()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(each) for name, each in seconds.items()}


def _interval(table: NDArray[np.int64]) -> tuple[float, float]:
    """Of the relative change of errors, by bootstrap over writers (Efron, 1979)."""
    random = np.random.default_rng(_SEED)
    drawn = table[random.integers(0, len(table), (_BOOTSTRAPS, len(table)))].sum(axis=1)
    changes = drawn[:, 1] / np.maximum(drawn[:, 0], 1) - 1
    low, high = np.quantile(changes, [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with all data")
    parser.add_argument("--report", action="store_true", help="open the report writers")
    parser.add_argument("--persons", type=int, default=12, help="of each habit (12)")
    parser.add_argument("--fine-tuning", action="store_true", help="judge that, and nothing else")
    options = parser.parse_args()
    if options.fine_tuning:
        from benchmarks.fine_tuning import judge_fine_tuning

        judge_fine_tuning(options.data, _FIRST_OF_REPORT if options.report else 0)
        return
    with tempfile.TemporaryDirectory() as folder:
        bases = {
            "the older network": (older_network(Path(folder)), -0.25),
            "the shipped network": (load_network(), 0.0),
        }
        for name, (network, goal) in bases.items():
            print(f"\n{name}")
            Judge(network, options.data, not options.report, options.persons).all(goal)


if __name__ == "__main__":
    try:
        main()
    except DigitError as error:
        sys.exit(str(error))

"""How well digits are read that are no longer MNIST's, and how honestly doubt is told.

    python benchmarks/robustness.py --data mnist.npz --pen-strokes pendigits-orig.tra.gz
    python benchmarks/robustness.py --data-folder ../shared/data           # and all collections
    python benchmarks/robustness.py … --validation --sheet mistakes.png    # while developing

The report opens MNIST's test split and pen writers 27 to 30, what was drawn with the mouse, and of
the collections named UNIPEN's tenth 0 of the writers, all of Semeion, optdigits' windep, Quick,
Draw!'s eyes and fish, and Omniglot's small2. With --validation the same rows are made of MNIST's
validation digits, writers 23 to 26, UNIPEN's tenth 1, optdigits' tes, Quick, Draw!'s diamonds and
Omniglot's Balinese, and of other scenes and drawings; Semeion and what was drawn with the mouse
stay closed.

Four columns: this project; its network behind plain shrinking; and `classic`, the network of the
Keras examples trained on MNIST alone, behind both. The calibration error is that of 15 bins of
equal width; AUROC is the share of pairs, one of each kind, that a score puts in the right order.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.collection_rows import collection_groups
from benchmarks.doubt_comparison import SHARE_OF_DIGITS_DOUBTED, compare_doubt_methods
from benchmarks.mistake_sheet import Mistake, draw_mistake_sheet, find_mistakes
from benchmarks.other_collections import Collections
from benchmarks.preparation_speed import measure_canvas, measure_photo
from benchmarks.road_readings import Contestant, Readings, read_row
from benchmarks.robustness_rows import (
    NO_DIGIT,
    PEN_WRITERS,
    Digits,
    Group,
    all_groups,
    load_digits,
    mouse_group,
)
from benchmarks.writer_shares import FEWEST_DIGITS, share_over_digits, share_over_writers
from digit_predictor import load_model
from digits.common.atomic_file import atomic_write
from digits.common.command_line import count, run_script
from digits.common.errors import DigitError
from digits.evaluation.measures import measure_reliability
from digits.network.calibration import auroc
from digits.network.doubt import SCORES
from digits.network.loading import model_papers

if TYPE_CHECKING:
    import keras

OURS = "this project"
COLUMNS = (OURS, "network, shrunken", "classic, prepared", "classic, shrunken")
LIKE_WRITING = ("letters", "symbols", "doodles")
MISTAKES_A_ROW = 24
USUAL_DIGITS = ("MNIST", "MNIST as pictures")
SURE = 0.9
SURELY_WRONG_GOAL = 0.003

Table = Mapping[str, Mapping[str, Mapping[str, Readings]]]
"""Readings by group, row and column."""


def load_contestants(options: argparse.Namespace) -> tuple[Contestant, ...]:
    """Both networks behind both roads.

    Raises:
        DigitError: a model cannot be loaded or trained.
    """
    ours = load_model(options.model)
    classic = load_model(options.classic) if options.classic else train_classic(options.data)
    return (
        Contestant(COLUMNS[0], ours, "prepared"),
        Contestant(COLUMNS[1], ours, "shrunken"),
        Contestant(COLUMNS[2], classic, "prepared"),
        Contestant(COLUMNS[3], classic, "shrunken"),
    )


def train_classic(mnist_file: str | None) -> keras.Model:
    """The network of the Keras examples, trained on MNIST alone.

    Raises:
        DigitError: it could not be trained.
    """
    from digits.training.command import main as train

    data = [] if mnist_file is None else ["--data", mnist_file]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "classic.h5"
        if train([*data, "--architecture", "classic", "--output", str(file)]):
            raise DigitError("The classic network could not be trained.")
        return load_model(file)


# --- The table -------------------------------------------------------------------------------


def print_head() -> None:
    """The names of the columns."""
    print(f"{'':36}{'n':>7}" + "".join(f"{name:>19}" for name in COLUMNS) + f"{'doubted':>10}")


def print_row(name: str, readings: Sequence[Readings], by_column: Iterable[float]) -> None:
    """A row of shares; what is doubted of digits stands in the last column."""
    shares = "".join(f"{share:>19.2%}" for share in by_column)
    doubted = np.mean([each.doubted.mean() for each in readings])
    last = "" if readings[0].labels is None else f"{doubted:>10.2%}"
    print(f"{name:36}{sum(len(each.refused) for each in readings):>7}{shares}{last}", flush=True)


def read_group(
    group: Group, contestants: tuple[Contestant, ...]
) -> dict[str, Mapping[str, Readings]]:
    """Read and print all rows of a group, and their mean."""
    print(f"{group.name} (goal {group.goal:.2%}{' in each row' if group.in_each else ''})")
    read = {}
    for row in group.rows:
        readings = read[row.name] = read_row(row, contestants)
        scores = [readings[name].score for name in COLUMNS]
        print_row(f"  {row.name}", [readings[OURS]], scores)
    if len(read) > 1:
        means = [mean_score(each[name] for each in read.values()) for name in COLUMNS]
        print_row(f"  mean of {len(read)}", [each[OURS] for each in read.values()], means)
    return read


def mean_score(rows: Iterable[Readings]) -> float:
    """The mean of the rows' shares, each row counting the same however long it is."""
    return float(np.mean([readings.score for readings in rows]))


# --- Writers, and what is surely wrong --------------------------------------------------------


def print_writers(groups: Sequence[Group], table: Table) -> None:
    """The share read right over digits and over writers, where writers are judged one by one."""
    for group in groups:
        for row in group.rows:
            if not row.writers:
                continue
            right = table[group.name][row.name][OURS].right
            print(
                f"\n{group.name}, with 95% intervals over writers (goal {group.goal:.2%} of both)"
            )
            for name, share in (
                ("over digits", share_over_digits(right, row.writers)),
                (
                    f"over those with {FEWEST_DIGITS} or more",
                    share_over_writers(right, row.writers),
                ),
            ):
                interval = f"{share.low:.2%} to {share.high:.2%}"
                print(f"  {name:34}{share.writers:>7} writers {share.value:>10.2%}   {interval}")


def print_surely_wrong(groups: Sequence[Group], table: Table) -> None:
    """How many real digits are read wrong, surely and without doubt; each set counts the same."""
    print(f"\nSurely wrong: over {SURE:.0%}, no doubt (goal {SURELY_WRONG_GOAL:.2%} in the mean)")
    by_set = {group.name: table[group.name] for group in groups if group.is_collection}
    shares = []
    for name, rows in by_set.items():
        shares.append(
            [mean_surely_wrong(each[column] for each in rows.values()) for column in COLUMNS]
        )
        print_row(f"  {name}", [each[OURS] for each in rows.values()], shares[-1])
    every = [each[OURS] for rows in by_set.values() for each in rows.values()]
    print_row(f"  mean of {len(shares)} sets of real digits", every, np.mean(shares, axis=0))


def mean_surely_wrong(rows: Iterable[Readings]) -> float:
    """The share that is read wrong with a confidence over `SURE` and not doubted, a row's mean."""
    return float(np.mean([is_surely_wrong(readings).mean() for readings in rows]))


def is_surely_wrong(readings: Readings) -> np.ndarray:
    """Whether each digit is read wrong, surely and without doubt: bool (n,)."""
    return ~readings.right & ~readings.doubted & (readings.confidences > SURE)


# --- Confidence and doubt --------------------------------------------------------------------


def print_confidence(groups: Sequence[Group], table: Table) -> None:
    """Whether confidence can be believed, and tells right answers from wrong ones."""
    print(f"\n{'Confidence':36}{'n':>7}{'calibration error':>19}{'AUROC, right':>19}")
    pools = {
        "MNIST, straight": ["MNIST"],
        "MNIST-C": ["MNIST-C"],
        "Photo simulation": ["Photo simulation"],
        "MNIST-C and photo simulation": ["MNIST-C", "Photo simulation"],
        "the hard sets": hard_groups(groups),
        "all digits": [name for name, group in table.items() if shows_digits(group)],
    }
    for name, pooled in pools.items():
        confidences, right = pool_confidence(
            each[OURS] for group in pooled for each in table[group].values()
        )
        error = measure_reliability(confidences, right).calibration_error
        print(f"  {name:34}{len(right):>7}{error:>19.2%}{auroc(confidences, right):>19.4f}")


def hard_groups(groups: Sequence[Group]) -> list[str]:
    """The names of all groups of digits but MNIST's own and the pen writers."""
    shown = [group.name for group in groups if group.rows[0].labels is not None]
    return [name for name in shown if name not in USUAL_DIGITS and not name.startswith(PEN_WRITERS)]


def pool_confidence(rows: Iterable[Readings]) -> tuple[np.ndarray, np.ndarray]:
    """Confidence, and whether it was right, of all pictures that were answered."""
    listed = list(rows)
    confidences = np.concatenate([each.confidences[~each.refused] for each in listed])
    return confidences, np.concatenate([each.right[~each.refused] for each in listed])


def shows_digits(group: Mapping[str, Mapping[str, Readings]]) -> bool:
    """Whether the group's pictures show digits."""
    return next(iter(group.values()))[OURS].labels is not None


def print_doubt(table: Table, score: Callable[[np.ndarray], np.ndarray]) -> None:
    """How many digits of each group are doubted, and how well the score tells them from others.

    Args:
        table: all readings.
        score: of `network.doubt.SCORES`, that the model decides by.
    """
    shown = {name: [each[OURS] for each in group.values()] for name, group in table.items()}
    digits = {name: rows for name, rows in shown.items() if rows[0].labels is not None}
    others = [each for name, rows in shown.items() if name not in digits for each in rows]
    digits["all digits but MNIST-C"] = [
        each for name, rows in digits.items() if name != "MNIST-C" for each in rows
    ]
    print(f"\n{'Doubt (mean of rows)':36}{'n':>7}{'doubted':>19}{'AUROC':>19}")
    for name, rows in digits.items():
        _print_doubt(name, rows, f"{doubt_auroc(rows, others, score):.4f}")
    drawn = [each[OURS] for each in (table[NO_DIGIT][kind] for kind in LIKE_WRITING)]
    _print_doubt(", ".join(LIKE_WRITING), drawn)
    _print_doubt("all that is no digit", others)


def _print_doubt(name: str, rows: Sequence[Readings], area: str = "") -> None:
    doubted = np.mean([each.doubted.mean() for each in rows])
    print(f"  {name:34}{sum(len(each.doubted) for each in rows):>7}{doubted:>19.2%}{area:>19}")


def doubt_auroc(
    digits: Sequence[Readings],
    others: Sequence[Readings],
    score: Callable[[np.ndarray], np.ndarray],
) -> float:
    """How well the score tells digits from other things; what is refused scores lowest."""
    values = [np.where(each.refused, -np.inf, score(each.logits)) for each in (*digits, *others)]
    is_digit = [np.full(len(each.refused), each.labels is not None) for each in (*digits, *others)]
    return auroc(np.concatenate(values), np.concatenate(is_digit))


def print_doubt_methods(table: Table, model: keras.Model, options: argparse.Namespace) -> None:
    """The comparison of `doubt_comparison`."""
    non_digits = {
        row: each[OURS].network_inputs[~each[OURS].refused]
        for group in table.values()
        if not shows_digits(group)
        for row, each in group.items()
    }
    methods = compare_doubt_methods(model, non_digits, options.data, options.pen_strokes)
    print(f"\nMethods of doubt: share doubted where {SHARE_OF_DIGITS_DOUBTED:.0%} of validation")
    print("digits are; pictures without ink are left out")
    print(f"{'':20}" + "".join(f"{kind:>17}" for kind in non_digits) + f"{'mean':>9}{'AUROC':>9}")
    for method in methods:
        shares = "".join(f"{share:>17.1%}" for share in method.doubted.values())
        print(f"  {method.name:18}{shares}{method.mean_doubted:>9.1%}{method.auroc:>9.4f}")


def print_speed(digits: Digits) -> None:
    """How long the preparation takes."""
    ink = digits.ink(digits.first)
    print("\nPreparation, median:", end=" ")
    print(f"{measure_canvas(ink) * 1e3:.1f} ms for a canvas of 280×280 (goal 2 ms),", end=" ")
    print(f"{measure_photo(ink) * 1e3:.0f} ms for a photo of 12 megapixels (goal 60 ms)")


def write_sheet(groups: Sequence[Group], table: Table, file: Path) -> None:
    """The contact sheet of this project's mistakes, as PNG."""
    rows: list[tuple[str, list[Mistake]]] = []
    for group in groups:
        for row in group.rows:
            mistakes = find_mistakes(row, table[group.name][row.name][OURS], MISTAKES_A_ROW)
            rows.append((f"{group.name}: {row.name}", mistakes))
    with atomic_write(file) as temporary:
        draw_mistake_sheet(rows).save(temporary, "PNG")


# --- The program -----------------------------------------------------------------------------


def report(options: argparse.Namespace) -> None:
    """Print everything, and draw the sheet if one is asked for."""
    contestants = load_contestants(options)
    digits = load_digits(options.data, options.pen_strokes, options.validation)
    collections = collections_of(options)
    groups = [
        *all_groups(digits, options.digits),
        *([] if options.validation else [mouse_group()]),
        *collection_groups(collections, digits.first, options.digits, options.validation),
    ]
    print_head()
    table = {group.name: read_group(group, contestants) for group in groups}
    print_writers(groups, table)
    print_surely_wrong(groups, table)
    print_confidence(groups, table)
    model = contestants[0].model
    print_doubt(table, SCORES[model_papers(model).doubt_score])
    print_doubt_methods(table, model, options)
    print_speed(digits)
    if options.sheet is not None:
        write_sheet(groups, table, options.sheet)


def collections_of(options: argparse.Namespace) -> Collections:
    """The collections that are named, or lie in the folder of all data."""
    named = Collections(
        options.unipen, options.semeion, options.optdigits, options.quickdraw, options.omniglot
    )
    return named if options.data_folder is None else named.found_in(options.data_folder)


def find_digits(options: argparse.Namespace) -> None:
    """Take MNIST and the pen strokes from the folder of all data, where they are not named."""
    if options.data_folder is not None:
        for name, file in (("data", "mnist.npz"), ("pen_strokes", "pendigits-orig.tra.gz")):
            there = options.data_folder / file
            if getattr(options, name) is None and there.exists():
                setattr(options, name, str(there))


def main(arguments: list[str] | None = None) -> int:
    """Print the report; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", metavar="FILE", help="a local mnist.npz (downloaded otherwise)")
    parser.add_argument("--pen-strokes", metavar="FILE", help="pendigits-orig.tra of UCI")
    parser.add_argument(
        "--unipen", type=Path, metavar="FOLDER", help="digits and letters, .jsonl.gz"
    )
    parser.add_argument("--semeion", type=Path, metavar="FILE", help="semeion.data.gz of UCI")
    parser.add_argument("--optdigits", type=Path, metavar="FOLDER", help="optdigits-orig of UCI")
    parser.add_argument("--quickdraw", type=Path, metavar="FILE", help="doodles.npz")
    parser.add_argument("--omniglot", type=Path, metavar="FOLDER", help="images_background_small*")
    parser.add_argument("--data-folder", type=Path, metavar="FOLDER", help="with all of these")
    parser.add_argument("--model", metavar="FILE", help="another model, .h5 or .keras")
    parser.add_argument("--classic", metavar="FILE", help="a classic model, not to train one")
    parser.add_argument("--digits", type=count, default=400, metavar="N", help="a row (400)")
    parser.add_argument("--validation", action="store_true", help="not the report's digits")
    parser.add_argument("--sheet", type=Path, metavar="FILE.png", help="draw the mistakes")
    options = parser.parse_args(arguments)
    find_digits(options)
    return run_script(lambda: report(options), lambda: "Stopped.")


if __name__ == "__main__":
    sys.exit(main())

"""The command `evaluate_model.py`: a model measured, and told as text, JSON or a report."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digits.common.command_line import check_new_folder, run_script
from digits.common.errors import DataError
from digits.common.sentences import count_of
from digits.evaluation.measures import (
    Accuracy,
    DigitScore,
    average_heatmaps,
    embed,
    evaluate,
    find_mistakes,
)
from digits.evaluation.report import Report, write_report
from digits.network.layers import layer_table
from digits.network.loading import load_model, model_papers
from digits.network.model_file import SHIPPED_MODEL
from digits.network.model_findings import ModelFindings, findings_of
from digits.network.prediction import are_digits, predict_logits
from digits.training.digit_sets import NO_DIGIT, DigitSet, as_network_input, load_mnist
from digits.training.picture_folder import read_picture_folder

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Source:
    """Digits to measure on, and in words what they are; `files` and `unreadable` as in `Report`.

    `others` are pictures that show no digit, float32 (n, 28, 28).
    """

    digits: DigitSet
    description: str
    files: tuple[str, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()
    others: NDArray[np.float32] | None = None


def main(arguments: list[str] | None = None) -> int:
    """Measure as the command line says; 1 and one plain sentence if that is not possible."""
    options = _parser().parse_args(arguments)
    return run_script(
        lambda: _measure_and_tell(options), lambda: "Stopped before the report was finished."
    )


def _measure_and_tell(options: argparse.Namespace) -> None:
    page = None
    # Keras prints its download's progress, and --json promises one object and nothing else.
    with contextlib.redirect_stdout(sys.stderr):
        if not options.no_report:
            _check_output(options.output)
        report = _measure(options)
        if not options.no_report:
            page = write_report(report, options.output)
    print(_as_json(report, page) if options.json else _as_text(report, page), flush=True)


def _check_output(folder: Path) -> None:
    """Fail before the work, not after it, where the report could never be written."""
    sentence = f"The --output {folder.name} would be in a file or is one: name a folder."
    check_new_folder(folder, "--output", sentence)


def _measure(options: argparse.Namespace) -> Report:
    model = load_model(options.model)
    source = _read_source(options.data)
    digits = source.digits
    _say(f"Reading {len(digits):,} digits.")
    report = Report(
        model_name=options.model.name,
        data=source.description,
        evaluation=evaluate(model, digits),
        layer_rows=layer_table(model),
        papers=model_papers(model),
        findings=findings_of(model) or ModelFindings(),
        files=source.files,
        unreadable=source.unreadable,
        others_doubted=_doubted(source.others, model),
    )
    return report if options.no_report else _with_pictures(report, model, digits)


def _with_pictures(report: Report, model: keras.Model, digits: DigitSet) -> Report:
    """The report with what takes time: heatmaps and maps."""
    _say("Asking where the network looked.")
    mistakes = find_mistakes(model, digits, report.evaluation)
    averages = average_heatmaps(model, digits, report.evaluation)
    _say("Mapping digits by likeness; this takes the longest, up to a minute or two.")
    return replace(report, mistakes=mistakes, averages=averages, embedding=embed(model, digits))


def _say(sentence: str) -> None:
    """Tell a person who waits what goes on; a program that reads along is told nothing."""
    if sys.stderr.isatty():
        print(sentence, file=sys.stderr, flush=True)


def _read_source(data: Path | None) -> Source:
    is_folder = data is not None and (data.is_dir() or data.suffix.lower() == ".zip")
    if data is None or data.suffix == ".npz" or (data.is_file() and not is_folder):
        test = load_mnist(data).test
        name = f"the test split of {data.name}" if data else "MNIST's test split"
        return Source(test, f"{name}, {len(test):,} digits")
    folder = read_picture_folder(data)
    is_digit = folder.digits.labels != NO_DIGIT
    digits = DigitSet(folder.digits.images[is_digit], folder.digits.labels[is_digit])
    if not len(digits):
        raise DataError(
            f"{data.name or data} holds no digit that could be read right or wrong: add some in "
            "folders 0 to 9."
        )
    kind = "ZIP" if data.is_file() else "folder"
    description = f"the {kind} {data.name or data}, {count_of(len(digits), 'picture')} of digits"
    if folder.unreadable:
        unreadable = count_of(len(folder.unreadable), "file")
        description += f" and {unreadable} that could not be read"
    files = tuple(name for name, each in zip(folder.files, is_digit, strict=True) if each)
    others = as_network_input(folder.digits.images[~is_digit])[..., 0]
    return Source(digits, description, files, folder.unreadable, others)


def _doubted(others: NDArray[np.float32] | None, model: keras.Model) -> Accuracy | None:
    """How many of the pictures that show no digit are doubted."""
    if others is None or not len(others):
        return None
    doubted = ~are_digits(predict_logits(others, model), model)
    return Accuracy(int(doubted.sum()), len(others))


def _as_text(report: Report, page: Path | None) -> str:
    accuracy = report.evaluation.accuracy
    error = report.evaluation.reliability.calibration_error
    lines = [
        f"{report.model_name}, measured on {report.data}:",
        f"{_share(accuracy)}, errors: {accuracy.errors:,}, calibration error: {error:.2%}.",
    ]
    if report.unreadable:
        lines.append(
            f"Counting what could not be read as errors: {_share(report.accuracy_of_all)}."
        )
    others = report.others_doubted
    if others is not None:
        lines.append(f"Of {others.total:,} pictures of no digit {others.right:,} are doubted.")
    lines.extend(report.findings.told)
    if page:
        lines.append(f"The report is {page}.")
    return "\n".join(lines)


def _share(accuracy: Accuracy) -> str:
    low, high = accuracy.interval
    return f"{accuracy.value:.2%} read right (95% interval {low:.2%} to {high:.2%})"


def _as_json(report: Report, page: Path | None) -> str:
    evaluation, whole = report.evaluation, report.accuracy_of_all
    others = report.others_doubted
    answer: dict[str, Any] = {
        "model": report.model_name,
        "data": report.data,
        "n": evaluation.accuracy.total,
        "errors": evaluation.accuracy.errors,
        "accuracy": evaluation.accuracy.value,
        "interval": evaluation.accuracy.interval,
        "ece": evaluation.reliability.calibration_error,
        "digits": [_score(score) for score in evaluation.scores],
        "confusion_matrix": evaluation.confusion.tolist(),
        "unreadable": [{"file": name, "reason": reason} for name, reason in report.unreadable],
        "accuracy_of_all_files": whole.value,
        "interval_of_all_files": whole.interval,
        "no_digit": others and {"n": others.total, "doubted": others.right},
        "parameters": report.parameters,
        "papers": asdict(report.papers),
        "input": report.findings.input_in_words,
        "told": list(report.findings.told),
        "report": page and str(page),
    }
    return json.dumps(answer)


def _score(score: DigitScore) -> dict[str, float | None]:
    return {
        "digit": score.digit,
        "precision": score.precision,
        "recall": score.recall,
        "f1": score.f1,
        "support": score.count,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Measure how well a model reads digits, and write a report with pictures.",
        epilog="The report is one page, report.html, that loads nothing, and its figures as PNG.",
    )
    parser.add_argument(
        "model",
        nargs="?",
        type=Path,
        default=SHIPPED_MODEL,
        metavar="MODEL",
        help="a model file, .h5 or .keras (the one shipped)",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DATA",
        help="a local mnist.npz, whose test split is read, or a folder or ZIP with a subfolder for "
        "each digit, 0 to 9, and none, with pictures in it, as page and window keep corrections "
        "(MNIST, downloaded)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("evaluation"),
        metavar="DIR",
        help="the folder for the report, made where it is missing (evaluation)",
    )
    parser.add_argument("--no-report", action="store_true", help="write no report; much faster")
    parser.add_argument("--json", action="store_true", help="print one JSON object, nothing else")
    return parser

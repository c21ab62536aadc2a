"""The command `digit_predictor.py`: what is read in the pictures that it is given."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from digits.common.command_line import complain, run_script
from digits.common.errors import DigitError, ModelError
from digits.network.architectures import CLASSES
from digits.network.loading import file_of_model, load_network
from digits.picture.pixels import Ink
from digits.reading.digit import Reading, format_confidence, read_digit
from digits.reading.number import NumberReading, read_number

if TYPE_CHECKING:
    from digits.network.serving import Network

TOP_K = 3


def main(arguments: list[str] | None = None) -> int:
    """Print the likeliest digits of each picture named.

    Returns:
        0, 2 if any could not be read, 1 if the answers could not be written, 130 after Ctrl-C.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.number and options.top_k and not options.json:
        parser.error("--top-k goes with single digits, or with --json: leave it out.")
    statuses: list[int] = []
    status = run_script(lambda: statuses.append(_answer_all(options)), lambda: "Stopped.")
    return status or statuses[0]


def _answer_all(options: argparse.Namespace) -> int:
    try:
        network = load_network(options.model)
    except ModelError as error:
        complain(str(error))
        return 2
    status = 0
    for name in options.pictures:
        try:
            answer = _answer(name, options, network)
        except ModelError as error:  # for the other pictures, too
            complain(str(error))
            return 2
        except DigitError as error:
            complain(f"{name}: {error}")
            status = 2
        else:
            print(answer, flush=True)
    return max(status, _tell_findings(options.model, network))


def _tell_findings(model: str | None, network: Network) -> int:
    """Say what a model of somebody's own expects, and what may be wrong; 2 if it is unusable."""
    try:
        for sentence in network.findings.told:
            complain(f"{file_of_model(model).name}: {sentence}")
    except ModelError as error:
        return complain(str(error), 2)
    return 0


def _answer(name: str, options: argparse.Namespace, network: Network) -> str:
    """A line about a picture."""
    if options.number:
        number = read_number(name, ink=options.ink, model=network)
        if options.json:
            return _number_as_json(name, number, options.top_k or CLASSES)
        return _number_as_text(name, number)
    reading = read_digit(name, options.top_k or TOP_K, ink=options.ink, model=network)
    return _as_json(name, reading) if options.json else _as_text(name, reading)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Read the handwritten digit in each picture.")
    parser.add_argument("pictures", nargs="+", metavar="PICTURE", help="a file with one digit")
    parser.add_argument(
        "--number", action="store_true", help="read a whole number, of 1 digit or many, in each"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON object a line")
    parser.add_argument(
        "--top-k",
        type=int,
        choices=range(1, CLASSES + 1),
        metavar="K",
        help=f"how many of the likeliest digits to print, 1 to 10 ({TOP_K}; with --number --json "
        "all)",
    )
    parser.add_argument("--ink", choices=get_args(Ink), default="auto", help="ink on paper (auto)")
    parser.add_argument("--model", metavar="FILE", help="another model, .h5 or .keras")
    return parser


def _as_text(name: str, reading: Reading) -> str:
    answers = ", ".join(
        f"{digit} {format_confidence(confidence)}" for digit, confidence in reading.top_k
    )
    if reading.doubt is not None:
        return f"{name}: no digit? {reading.doubt} If it is one: {answers}"
    return f"{name}: {answers}"


def _as_json(name: str, reading: Reading) -> str:
    answer = {"picture": name, "top_k": _top_k(reading.top_k)}
    return json.dumps(answer | {"is_digit": reading.is_digit, "doubt": reading.doubt})


def _top_k(candidates: Sequence[tuple[int, float]]) -> list[dict[str, float]]:
    return [{"digit": digit, "confidence": confidence} for digit, confidence in candidates]


def _number_as_text(name: str, number: NumberReading) -> str:
    """Rows are set apart by " / ", so that a picture has one line."""
    written = number.written.replace("\n", " / ")
    answer = f"{written} {format_confidence(number.confidence)}"
    if number.doubt is not None:
        return f"{name}: no number? {number.doubt} If it is one: {answer}"
    return f"{name}: {answer}"


def _number_as_json(name: str, number: NumberReading, top_k: int) -> str:
    digits = [
        {
            "top_k": _top_k(each.reading.top_k[:top_k]),
            "doubt": each.reading.doubt,
            "box": each.box,
            "row": each.row,
        }
        for each in number.digits
    ]
    marks = [{"kind": mark.kind, "box": mark.box, "row": mark.row} for mark in number.marks]
    answer = {
        "picture": name,
        "text": number.text,
        "written": number.written,
        "confidence": number.confidence,
        "is_number": number.is_number,
        "doubt": number.doubt,
        "digits": digits,
        "marks": marks,
    }
    return json.dumps(answer)

"""How long whole numbers take, and how much memory, held against one digit.

    python benchmarks/number_speed.py

All times are medians of runs that take turns, so that only their ratios are to be believed; those
of all processors together are less troubled by what else the machine does.
"""

from __future__ import annotations

import argparse
import io
import resource
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.mouse_drawings import load_mouse_drawings
from benchmarks.mouse_numbers import load_mouse_numbers
from digits.common.command_line import count, run_script
from digits.explanation.explaining import grad_cam, read_and_explain_number
from digits.network.loading import load_network
from digits.picture.decoding import decode_picture
from digits.picture.preparation import prepare_digit
from digits.reading.digit import read_digit
from digits.reading.number import NumberReading, read_number

SIX_GOAL, ONE_GOAL, SHEET_GOAL = 3.0, 1.25, 3.0
"""How many times as long as what stands beside it."""
MEMORY_GOAL = 150
"""Megabytes above the decoded picture."""
SHEET = 3000, 4000
_SIDE = 220


def medians(runs: int, *calls: Callable[[], object]) -> np.ndarray:
    """Seconds that each call takes, the median of so many runs, by turns.

    Returns:
        float (calls, 2), by the wall's clock and of all processors together.
    """
    took = np.zeros((runs, len(calls), 2))
    for call in calls:
        call()
    for run in range(runs):
        for number, call in enumerate(calls):
            start = np.array([time.perf_counter(), time.process_time()])
            call()
            took[run, number] = np.array([time.perf_counter(), time.process_time()]) - start
    return np.asarray(np.median(took, axis=0))


def times(long: np.ndarray, short: np.ndarray) -> str:
    """How many times as long one is as the other, by both clocks."""
    wall, processors = long / short
    return f"{wall:.2f} times that, {processors:.2f} by processor time"


def explained_number(picture: bytes) -> NumberReading:
    """A number and the heatmaps of all its digits, each for all ten classes."""
    number, explained = read_and_explain_number(picture, ink="dark", class_indices=range(10))
    for digit, own in zip(number.digits, explained, strict=True):
        own[digit.reading.top_k[0][0]].heatmap()
    return number


def explained_digit(picture: bytes) -> object:
    """A digit and its heatmap."""
    reading = read_digit(picture, ink="dark")
    return grad_cam(reading.network_input, reading.top_k[0][0])


def sheet_of_a_hundred_digits() -> bytes:
    """A photograph of a sheet of 12 megapixels, as JPEG."""
    random = np.random.default_rng(0)
    drawn = [each.picture for each in load_mouse_drawings() if each.kind == "hurried_digits"]
    height, width = SHEET
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    paper = 225 - 30 * rows / height - 20 * columns / width
    paper += random.normal(0, 2, paper.shape).astype(np.float32)
    for number in range(100):
        y, x = 80 + 285 * (number // 10), 150 + 375 * (number % 10)
        small = np.asarray(Image.fromarray(drawn[number % len(drawn)]).resize((_SIDE, _SIDE)))
        window = paper[y : y + _SIDE, x : x + _SIDE]
        window *= 0.25 + 0.75 * small.astype(np.float32) / 255
    file = io.BytesIO()
    pixels = np.clip(paper, 0, 255).astype(np.uint8)
    Image.fromarray(np.repeat(pixels[..., None], 3, axis=2)).save(file, "JPEG", quality=92)
    return file.getvalue()


def megabytes_above_decoding(picture: bytes) -> float:
    """By how much reading a number raises the most memory that a process of its own ever took."""
    with get_context("spawn").Pool(1) as pool:
        return float(pool.apply(_megabytes, (picture,)))


def _megabytes(picture: bytes) -> float:
    read_number(np.full((60, 60), 255, np.uint8) - np.eye(60, dtype=np.uint8) * 255)
    decoded = decode_picture(picture)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    del decoded
    read_number(picture)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def as_png(pixels: np.ndarray) -> bytes:
    """The bytes of a file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def report(runs: int) -> None:
    """Print everything."""
    load_network()
    six = next(as_png(each.picture) for each in load_mouse_numbers() if each.text == "380251")
    drawings = [each for each in load_mouse_drawings() if each.kind == "hurried_digits"]
    one = as_png(drawings[0].picture)
    of_six, number_of_one, of_one = medians(
        runs,
        lambda: explained_number(six),
        lambda: explained_number(one),
        lambda: explained_digit(one),
    )
    print(f"one digit and its heatmap: {1e3 * of_one[0]:.1f} ms")
    print(f"through read_number: {times(number_of_one, of_one)} (goal {ONE_GOAL})")
    print(f"six digits and six heatmaps: {times(of_six, of_one)} (goal {SIX_GOAL})")
    sheet = sheet_of_a_hundred_digits()
    decoding, preparing, reading = medians(
        max(3, runs // 10),
        lambda: decode_picture(sheet),
        lambda: prepare_digit(decode_picture(sheet)),
        lambda: read_number(sheet),
    )
    found = len(read_number(sheet).digits)
    beyond, as_one = reading - decoding, preparing - decoding
    print(f"a sheet of 12 megapixels with 100 digits, of which {found} are found:")
    print(f"  beyond decoding its preparation as one digit takes {1e3 * as_one[0]:.0f} ms")
    print(f"  and reading it {times(beyond, as_one)} (goal {SHEET_GOAL})")
    print(f"  {megabytes_above_decoding(sheet):.0f} MB above the decoded picture", end=" ")
    print(f"(goal {MEMORY_GOAL})")


def main(arguments: list[str] | None = None) -> int:
    """Print the report; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=count, default=60, metavar="N", help="of each (60)")
    options = parser.parse_args(arguments)
    return run_script(lambda: report(options.runs), lambda: "Stopped.")


if __name__ == "__main__":
    sys.exit(main())

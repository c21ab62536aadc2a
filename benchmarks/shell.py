"""What one answer in a shell costs: `python benchmarks/shell.py [--runs 15]`.

`python digit_predictor.py PICTURE` beside a process that decodes and prepares the same picture and
asks no network; by turns, medians of the whole process: its seconds, and its largest memory, which
the system tells (so it takes a POSIX system).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.drawings import DIGITS, draw

FLOOR, OURS = "decodes and prepares, no network", "digit_predictor.py"
PREPARE = """
import sys
from digits.reading.digit import prepare_picture
prepare_picture(sys.argv[1])
"""
GOAL = 2.0


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=15, metavar="N", help="of each (15)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        picture = f"{folder}/seven.png"
        Image.fromarray(draw(DIGITS[7])).save(picture)
        commands = {FLOOR: ["-c", PREPARE, picture], OURS: ["digit_predictor.py", picture]}
        measured: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for number in range(runs + 1):
            for name, command in commands.items():
                found = seconds_and_megabytes(command)
                if number:  # the first fills the system's cache
                    measured[name].append(found)
    medians = {
        name: [statistics.median(each) for each in zip(*pairs, strict=True)]
        for name, pairs in measured.items()
    }
    for name, (seconds, megabytes) in medians.items():
        floor = medians[FLOOR]
        print(f"{name:36}{seconds:7.2f} s{seconds / floor[0]:6.2f} ×", end="")
        print(f"{megabytes:8.0f} MB{megabytes / floor[1]:6.2f} ×")
    print(f"Goals: at most {GOAL} × both.")


def seconds_and_megabytes(command: list[str]) -> tuple[float, float]:
    """Of a Python process, from its start to its end."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} failed")
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_maxrss * unit / 1e6


if __name__ == "__main__":
    main()

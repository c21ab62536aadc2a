"""What many pictures cost: `python benchmarks/many.py [PART…] [--pictures 20000] [--runs 3]`.

Whole commands, from their start to their end, by turns; the medians' ratios are what counts.

digit    drawings of 280×280 as single digits, against decoding and preparing them alone
number   drawings of numbers, 1 to 6 digits, against `read_numbers` in bare processes
ray      `--ray` on this machine, start-up apart, against the default
workers  one worker against two, beside two shells that have half of the pictures each
memory   a worker's memory over many pictures (five times as many as the others)
killed   killed ten times at random: which pictures are in the table, and how often
photos   photos of 12 megapixels, against decoding and preparing them alone (200)
links    a folder of a million links: until the first picture is read, against walk and sort

It reads /proc, and so needs Linux.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.mouse_drawings import load_mouse_drawings
from digits.common.command_line import count, run_script

PROCESSES = 2
PHOTOS, PHOTO = 200, (3000, 4000)
LINKS, LINKED = 1_000_000, 1_000
_SIDE, _HEIGHT = 280, 140
_DIFFERENT = 500  # pictures; further ones are links, for a disk is not what is measured


def command(folder: Path, output: Path, *options: str) -> list[str]:
    """Our own."""
    return ["read_pictures.py", str(folder), "--output", str(output), "--restart", *options]


def bare(what: str, folder: Path) -> list[str]:
    """What stands against it."""
    return ["-m", "benchmarks.many_bare", what, str(folder), str(PROCESSES)]


class Cost(NamedTuple):
    """What a program took.

    Attributes:
        wall: seconds from its start to its end.
        cores: seconds of all cores together, which others on the machine disturb less.
    """

    wall: float
    cores: float


def cost(arguments: Sequence[str]) -> Cost:
    """What a Python program takes, with all processes that it starts and waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = seconds(arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def seconds(arguments: Sequence[str]) -> float:
    """How long a Python program runs."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, check=False, text=True
    )
    if done.returncode not in (0, 2):
        raise RuntimeError(done.stderr)
    return time.perf_counter() - start


def costs_by_turns(runs: int, *commands: Sequence[str]) -> list[Cost]:
    """The median cost of each command, likewise."""
    costs: list[list[Cost]] = [[] for _ in commands]
    for number in range(runs + 1):
        for arguments, own in zip(commands, costs, strict=True):
            value = cost(arguments)
            if number:
                own.append(value)
    return [Cost(*map(statistics.median, zip(*own, strict=True))) for own in costs]


def by_turns(runs: int, *calls: Callable[[], float]) -> list[float]:
    """The median of what each call gives, after one that only fills the system's cache."""
    found: list[list[float]] = [[] for _ in calls]
    for number in range(runs + 1):
        for call, own in zip(calls, found, strict=True):
            value = call()
            if number:
                own.append(value)
    return list(map(statistics.median, found))


# ---- Pictures


def drawing(random_numbers: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """A digit drawn with a mouse, a little turned, moved and scaled: uint8 (side, side)."""
    chosen = _DRAWINGS[random_numbers.integers(len(_DRAWINGS))]
    centre = chosen.shape[1] / 2, chosen.shape[0] / 2
    scale = side / chosen.shape[0] * random_numbers.uniform(0.7, 1)
    turn = cv2.getRotationMatrix2D(centre, random_numbers.uniform(-10, 10), scale)
    shift = side / 2 - np.array(centre) + random_numbers.uniform(-0.05, 0.05, 2) * side
    turn = turn + np.column_stack([np.zeros((2, 2)), shift])
    moved = cv2.warpAffine(chosen, turn, (side, side), flags=cv2.INTER_AREA, borderValue=255.0)
    return np.asarray(moved, np.uint8)


_DRAWINGS = [each.picture for each in load_mouse_drawings() if each.kind == "hurried_digits"]


def number_drawing(random_numbers: np.random.Generator) -> NDArray[np.uint8]:
    """A number of 1 to 6 digits: uint8 (140, 140 times its digits)."""
    digits = random_numbers.integers(1, 7)
    return np.hstack([drawing(random_numbers, _HEIGHT) for _ in range(digits)])


def photo(random_numbers: np.random.Generator) -> NDArray[np.uint8]:
    """A drawn digit on paper in uneven light: uint8 (3000, 4000)."""
    height, width = PHOTO
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    paper = 225 - 30 * rows / height - 20 * columns / width
    side = int(random_numbers.integers(900, 2000))
    y, x = (int(random_numbers.integers(0, room - side)) for room in PHOTO)
    ink = cv2.resize(drawing(random_numbers, 320), (side, side)).astype(np.float32) / 255
    paper[y : y + side, x : x + side] *= 0.25 + 0.75 * ink
    paper += random_numbers.normal(0, 2, paper.shape).astype(np.float32)
    return np.clip(paper, 0, 255).astype(np.uint8)


def fill(
    folder: Path, pictures: int, make: Callable[[np.random.Generator], NDArray], kind: str
) -> Path:
    """A folder of pictures, of which a few hundred differ and the others are links to them."""
    folder.mkdir()
    random_numbers = np.random.default_rng(0)
    different = min(pictures, _DIFFERENT if kind == "png" else 20)
    for number in range(pictures):
        path = folder / f"{number:07}.{kind}"
        if number < different:
            Image.fromarray(make(random_numbers)).save(path)
        else:
            os.link(folder / f"{number % different:07}.{kind}", path)
    return folder


def drawings(folder: Path, pictures: int) -> Path:
    """Drawings of 280×280."""
    return fill(folder / "drawings", pictures, lambda each: drawing(each, _SIDE), "png")


# ---- Parts


def measure_digit(folder: Path, pictures: int, runs: int) -> None:
    """Single digits."""
    of = drawings(folder, pictures)
    ours = command(of, folder / "answers.csv", "--digit")
    floor, own = costs_by_turns(runs, bare("prepare", of), ours)
    told("digit", floor, own, 1.15, pictures)


def measure_number(folder: Path, pictures: int, runs: int) -> None:
    """Whole numbers."""
    of = fill(folder / "numbers", pictures, number_drawing, "png")
    ours = command(of, folder / "answers.csv", "--number")
    floor, own = costs_by_turns(runs, bare("numbers", of), ours)
    told("number", floor, own, 1.15, pictures)


def measure_photos(folder: Path, pictures: int, runs: int) -> None:
    """Photos."""
    of = fill(folder / "photos", min(pictures, PHOTOS), photo, "jpg")
    ours = command(of, folder / "answers.csv", "--digit")
    floor, own = costs_by_turns(runs, bare("prepare", of), ours)
    told("photos", floor, own, 1.2, min(pictures, PHOTOS))


def measure_ray(folder: Path, pictures: int, runs: int) -> None:
    """Ray, without what it takes to start for a few pictures; the default likewise."""
    of, few = drawings(folder, pictures), fill(folder / "few", 16, lambda e: drawing(e, 280), "png")
    output = folder / "answers.csv"
    values = by_turns(
        runs,
        lambda: seconds(command(few, output, "--digit")),
        lambda: seconds(command(of, output, "--digit")),
        lambda: seconds(command(few, folder / "ray.csv", "--digit", "--ray")),
        lambda: seconds(command(of, folder / "ray.csv", "--digit", "--ray")),
    )
    same = output.read_bytes() == (folder / "ray.csv").read_bytes()
    print(f"ray      start-up {values[0]:.1f} s and {values[2]:.1f} s; the same table: {same}")
    told("ray", Cost(values[1] - values[0], 0), Cost(values[3] - values[2], 0), 1.4, pictures)


def measure_workers(folder: Path, pictures: int, runs: int) -> None:
    """What the second core brings."""
    of = drawings(folder, pictures)
    halves = [folder / "half-0", folder / "half-1"]
    for number, half in enumerate(halves):
        half.mkdir()
        for path in sorted(of.iterdir())[number::2]:
            os.link(path, half / path.name)

    def shells() -> float:
        start = time.perf_counter()
        with ThreadPoolExecutor(2) as pool:
            arguments = [
                command(half, folder / f"{half.name}.csv", "--digit", "--workers", "1")
                for half in halves
            ]
            list(pool.map(seconds, arguments))
        return time.perf_counter() - start

    one, two, apart = by_turns(
        runs,
        lambda: seconds(command(of, folder / "one.csv", "--digit", "--workers", "1")),
        lambda: seconds(command(of, folder / "two.csv", "--digit", "--workers", "2")),
        shells,
    )
    gain, wanted = one / two, one / apart
    print(f"workers  one {one:.1f} s, two {two:.1f} s, two shells {apart:.1f} s:", end=" ")
    print(f"{gain:.2f} times as fast, shells {wanted:.2f}; {gain / wanted:.2f} of it (goal 0.9)")


def measure_memory(folder: Path, pictures: int, runs: int) -> None:
    """A worker's memory, when a twentieth is read and at the most."""
    of = drawings(folder, 5 * pictures)
    arguments = command(of, folder / "answers.csv", "--digit", "--workers", "1")
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    parts, early, most = folder / "answers.csv.parts", 0.0, 0.0
    while process.poll() is None:
        time.sleep(0.2)
        now = max((megabytes(child) for child in children(process.pid)), default=0.0)
        is_early = len(list(parts.glob("0*.jsonl"))) <= 5 * pictures / 256 / 20
        early, most = (max(early, now) if is_early else early), max(most, now)
    print(f"memory   of a worker over {5 * pictures:,} drawings: {early:.0f} MB early,", end=" ")
    print(f"{most:.0f} MB at the most: {100 * (most / early - 1):+.1f}% (goals +5%, 200 MB)")


def children(process: int) -> list[int]:
    """The numbers of the processes that one has started."""
    found = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        found += [int(word) for word in path.read_text().split()]
    return found


def megabytes(process: int) -> float:
    """What a process holds of memory."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line[:6] == "VmRSS:")
    except (OSError, StopIteration):
        return 0.0


def measure_killed(folder: Path, pictures: int, runs: int) -> None:
    """Killed at random moments of what a whole run takes, ten times, then left in peace."""
    of, output = drawings(folder, pictures), folder / "answers.csv"
    whole = seconds(command(of, folder / "whole.csv", "--digit"))
    random.seed(0)
    arguments = command(of, output, "--digit")
    arguments.remove("--restart")
    for _ in range(10):
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, stderr=subprocess.DEVNULL
        )
        time.sleep(random.uniform(0, whole / 4))
        process.kill()
        process.wait()
    seconds(arguments)
    with output.open(encoding="utf-8", newline="") as file:
        times = Counter(row["path"] for row in csv.DictReader(file))
    lost = pictures - len(times)
    twice = sum(number > 1 for number in times.values())
    same = output.read_bytes() == (folder / "whole.csv").read_bytes()
    print(f"killed   ten times: {lost} of {pictures:,} lost, {twice} twice;", end=" ")
    print(f"the same bytes as undisturbed: {same}")


def measure_links(folder: Path, pictures: int, runs: int) -> None:
    """A great many names."""
    links = LINKS * min(pictures, 20_000) // 20_000
    of = folder / "links"
    files = fill(folder / "linked", LINKED, lambda each: drawing(each, _SIDE), "png")
    paths = sorted(files.iterdir())
    for number in range(links):
        if number % 1000 == 0:
            (of / f"{number // 1000:04}").mkdir(parents=True)
        os.link(paths[number % LINKED], of / f"{number // 1000:04}" / f"{number:07}.png")
    memory: list[float] = []

    def first() -> float:
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *bare("first", of)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        memory.append(float(done.stdout))
        return time.perf_counter() - start

    floor, ours = by_turns(runs, lambda: seconds(bare("walk", of)), first)
    told("links", Cost(floor, 0), Cost(ours, 0), 2.0, links)
    print(f"links    the driver's memory: {max(memory):.0f} MB (goal 400)")


def told(what: str, floor: Cost, ours: Cost, goal: float, pictures: int) -> None:
    """A line of the report."""
    print(f"{what:8} {pictures:,}: {floor.wall:.1f} s and {ours.wall:.1f} s,", end=" ")
    print(f"{ours.wall / floor.wall:.2f} times as long (goal {goal}),", end=" ")
    if ours.cores:
        print(f"{ours.cores / floor.cores:.2f} times the cores' time,", end=" ")
        print(f"{1e6 * ours.cores / pictures / 3600:.1f} hours of a core a million", end="")
    print(flush=True)


PARTS = {
    "digit": measure_digit,
    "number": measure_number,
    "ray": measure_ray,
    "workers": measure_workers,
    "memory": measure_memory,
    "killed": measure_killed,
    "photos": measure_photos,
    "links": measure_links,
}


def report(options: argparse.Namespace) -> None:
    """Measure part after part."""
    for name in options.parts or PARTS:
        with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
            PARTS[name](Path(folder), options.pictures, options.runs)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[*PARTS, []])
    parser.add_argument("--pictures", type=count, default=20_000, metavar="N", help="(20,000)")
    parser.add_argument("--runs", type=count, default=3, metavar="N", help="of each (3)")
    parser.add_argument("--scratch", metavar="FOLDER", help="where pictures are made")
    options = parser.parse_args(arguments)
    return run_script(lambda: report(options), lambda: "Stopped.")


if __name__ == "__main__":
    sys.exit(main())

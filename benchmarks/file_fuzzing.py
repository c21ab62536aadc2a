"""Broken files through `read_digit`: what becomes of each, and its cost in time and memory.

    python benchmarks/file_fuzzing.py [--cases 20000] [--seed 0] [--workers 1] [--largest]
    python benchmarks/file_fuzzing.py --number …    # through read_number instead
    python benchmarks/file_fuzzing.py --replay FILE

The cases are valid pictures of each format with bytes changed, random bytes behind a format's
beginning, and a corpus that is written to break readers. Each must end in an answer, a doubt or
one plain sentence, within 2 s and 300 MB; files that end otherwise are kept, to be replayed.
Time is the lesser of the clock's and the processor's, since other programs may be running.
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from digit_predictor import warm_up
from tests.broken_pictures import (
    FORMATS,
    arbitrary_file,
    as_file,
    corpus,
    mutated_file,
    number_outcome,
    outcome,
    valid_files,
)

KEPT = Path(__file__).parent / "out" / "broken"
MOST_SECONDS = 2.0
MOST_MEGABYTES = 300.0
HANGING = 60  # seconds after which a case is given up, with the process that runs it
SENTENCES = {
    "damaged": "is damaged",
    "no picture": "is not a picture",
    "too large": "the limit is",
    "too many parts": "too many parts",
    "nothing drawn": "Nothing is drawn",
}


@dataclass(frozen=True)
class Case:
    """A file by how it is made: `what` is a format, "arbitrary", or the name of a corpus file."""

    group: str
    what: str
    seed: int = 0
    is_number: bool = False

    def content(self) -> bytes:
        """The file's bytes."""
        if self.group == "corpus":
            return corpus()[self.what]
        if self.group == "largest":
            return LARGEST[self.what]()
        if self.group == "arbitrary":
            return arbitrary_file(self.seed)
        return mutated_file(self.what, self.seed)


@dataclass(frozen=True)
class Result:
    """What became of a case; `said` is "answer", "doubt", a sentence, or a broken promise."""

    case: Case
    said: str
    seconds: float
    megabytes: float
    is_kept: bool


def cases(count: int, seed: int) -> Iterator[Case]:
    """The corpus, then mutations of each format in turn until there are `count`."""
    yield from itertools.islice((Case("corpus", name) for name in corpus()), count)
    kinds = itertools.cycle((*FORMATS, "arbitrary"))
    for number in range(count - len(corpus())):
        what = next(kinds)
        yield Case(what, what, seed * 10_000_000 + number)


def run(case: Case, folder: Path) -> Result:
    """Read one file; it lies in the folder meanwhile, and stays there if it breaks a promise."""
    content = case.content()
    name = "".join(letter if letter.isalnum() else "-" for letter in f"{case.what} {case.seed}")
    path = folder / name
    path.write_bytes(content)
    signal.alarm(HANGING)
    said, seconds, megabytes = measure(content, is_number=case.is_number)
    signal.alarm(0)
    is_kept = said.startswith("broken") or seconds > MOST_SECONDS or megabytes > MOST_MEGABYTES
    if not is_kept:
        path.unlink()
    return Result(case, said, seconds, megabytes, is_kept)


def measure(content: bytes, *, is_number: bool) -> tuple[str, float, float]:
    """What is said, and how many seconds and MB more than before it took."""
    before = reset_peak()
    clock, processor = time.perf_counter(), time.process_time()
    try:
        said = number_outcome(content) if is_number else outcome(content)
    except Exception as error:
        said = f"broken promise: {error!r}"
    seconds = min(time.perf_counter() - clock, time.process_time() - processor)
    return said, seconds, max(0.0, memory("VmHWM") - before)


def reset_peak() -> float:
    """Give back what is free and forget the most memory there ever was; MB that there is now."""
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    return memory("VmRSS")


def memory(key: str) -> float:
    """Of this process: `VmRSS`, what it has now, or `VmHWM`, the most it had; MB (10⁶ bytes)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(key))


def prepare() -> None:
    """Pay for all first times, so that no case does."""
    warm_up()
    for kind in FORMATS:
        for content in valid_files(kind):
            outcome(content)
            number_outcome(content)


# ---- The largest valid pictures


def _scene(megapixels: float, mode: str = "RGB") -> Image.Image:
    """A digit on grainy paper, 4:3."""
    height = int((megapixels * 1e6 * 3 / 4) ** 0.5)
    width = int(megapixels * 1e6 / height)
    random = np.random.default_rng(0)
    grain = random.integers(225, 245, (height, width), np.uint8)
    grain[height // 5 : height * 4 // 5, width // 2 - width // 40 : width // 2 + width // 40] = 40
    return Image.fromarray(grain).convert(mode)


def _sixteen_bits() -> Image.Image:
    return Image.fromarray(np.asarray(_scene(50, "L")).astype(np.uint16) * 257)


LARGEST: dict[str, Callable[[], bytes]] = {
    "PNG, grey": lambda: as_file(_scene(50, "L"), "PNG", compress_level=1),
    "PNG, RGB": lambda: as_file(_scene(50), "PNG", compress_level=1),
    "PNG, RGBA": lambda: as_file(_scene(50, "RGBA"), "PNG", compress_level=1),
    "PNG, 16 bits": lambda: as_file(_sixteen_bits(), "PNG", compress_level=1),
    "JPEG": lambda: as_file(_scene(50), "JPEG"),
    "JPEG, 36 megapixels": lambda: as_file(_scene(36), "JPEG"),
    "JPEG, progressive": lambda: as_file(_scene(50), "JPEG", progressive=True),
    "JPEG, CMYK": lambda: as_file(_scene(50, "CMYK"), "JPEG"),
    "BMP": lambda: as_file(_scene(50), "BMP"),
    "GIF": lambda: as_file(_scene(50, "L"), "GIF"),
    "TIFF": lambda: as_file(_scene(50), "TIFF"),
    "TIFF, LZW": lambda: as_file(_scene(50), "TIFF", compression="tiff_lzw"),
    "TIFF, floating point": lambda: as_file(_scene(50, "F"), "TIFF"),
    "WebP, 16 megapixels": lambda: as_file(_scene(15.9), "WEBP", method=0),
    "AVIF, 16 megapixels": lambda: as_file(_scene(15.9), "AVIF", speed=10),
    "HEIC": lambda: as_file(_scene(50), "HEIF", quality=50, tile_size=512),
}


# ---- The table


def table(results: Iterable[Result]) -> str:
    """A line for each group: what became of its cases, and the most that one of them took."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[result.case.group].append(result)
    columns = [
        "cases",
        "answer",
        "doubt",
        *SENTENCES,
        "other sentence",
        "BROKEN",
        "max s",
        "max MB",
    ]
    lines = [" " * 10 + "".join(f"{column:>16}" for column in columns)]
    groups["all"] = [result for group in groups.values() for result in group]
    for name, group in groups.items():
        counts = Counter(_kind(result.said) for result in group)
        cells = [str(len(group)), *(str(counts[column]) for column in columns[1:-2])]
        cells.append(f"{max(result.seconds for result in group):.2f}")
        cells.append(f"{max(result.megabytes for result in group):.0f}")
        lines.append(f"{name:10}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)


def _kind(said: str) -> str:
    if said in ("answer", "doubt"):
        return said
    if said.startswith("broken"):
        return "BROKEN"
    return next((kind for kind, words in SENTENCES.items() if words in said), "other sentence")


# ---- The program


def replay(path: Path, *, is_number: bool) -> int:
    prepare()
    said, seconds, megabytes = measure(path.read_bytes(), is_number=is_number)
    print(f"{said}\n{seconds:.2f} s, {megabytes:.0f} MB")
    return int(said.startswith("broken"))


def run_all(chosen: Iterable[Case], workers: int, folder: Path) -> list[Result]:
    """Every case, in processes of their own, for a decoder may take its process with it."""
    results: list[Result] = []
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=prepare) as pool:
        for result in pool.map(run, chosen, itertools.repeat(folder), chunksize=20):
            results.append(result)
            if len(results) % 1_000 == 0:
                print(f"{len(results)} cases", file=sys.stderr, flush=True)
    return results


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--number", action="store_true", help="through read_number")
    parser.add_argument("--cases", type=int, default=20_000, help="how many (20000)")
    parser.add_argument("--seed", type=int, default=0, help="of the mutations (0)")
    parser.add_argument("--workers", type=int, default=1, help="how many processes (1)")
    parser.add_argument("--largest", action="store_true", help="the largest valid pictures instead")
    parser.add_argument("--kept", type=Path, default=KEPT, help="folder (benchmarks/out/broken)")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="read one file again")
    options = parser.parse_args()
    if options.replay:
        return replay(options.replay, is_number=options.number)
    options.kept.mkdir(parents=True, exist_ok=True)
    chosen = list(cases(options.cases, options.seed))
    if options.largest:
        chosen = [Case("largest", name) for name in LARGEST]
    chosen = [replace(case, is_number=options.number) for case in chosen]
    try:
        results = run_all(chosen, options.workers, options.kept)
    except BrokenProcessPool:
        print(f"A case ended its process, or hung: it is among the files in {options.kept}.")
        return 1
    print(table(results))
    shown = results if options.largest else [result for result in results if result.is_kept]
    for result in shown:
        name = f"{result.case.what} {result.case.seed}"
        print(f"{name}: {result.seconds:.2f} s, {result.megabytes:.0f} MB: {result.said}")
    return int(any(result.is_kept for result in results))


if __name__ == "__main__":
    sys.exit(main())

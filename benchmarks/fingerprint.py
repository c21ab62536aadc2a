"""Did a change that should change nothing change nothing? One hash for each thing that is made.

Two thousand pictures of all kinds (MNIST's, corrupted, drawn with pens, photographed, no digits),
as arrays and as files of four formats, are read and explained; some pictures to learn from are
made. Run it before and after, on the same machine with the same packages: equal lines mean equal
bits.

    python -m benchmarks.fingerprint --data ../shared/data/mnist.npz \\
        --pen-strokes ../shared/data/pendigits-orig.tra.gz
"""

from __future__ import annotations

import argparse
import hashlib
import io
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.robustness_rows import Digits, Pixels, all_groups, load_digits
from digit_predictor import read_digit
from digits.common.errors import PictureError
from digits.network.architectures import CLASSES
from digits.network.prediction import predict_logits
from digits.training.pictures import PictureMaker
from gradcam_visualizer import explain, overlay_heatmap

FORMATS = (None, "PNG", "JPEG", "WEBP", "BMP")
METHODS = ("grad-cam", "grad-cam++", "hirescam", "layercam")
A_ROW = 40
MADE = 150


def main(arguments: list[str] | None = None) -> int:
    """Print the hashes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--data", metavar="FILE", help="a local mnist.npz (downloaded otherwise)")
    parser.add_argument("--pen-strokes", type=Path, metavar="FILE", help="pendigits-orig.tra")
    options = parser.parse_args(arguments)
    digits = load_digits(options.data, options.pen_strokes, validation=True)
    hashes: dict[str, hashlib._Hash] = defaultdict(hashlib.sha256)
    count = 0
    for picture in _pictures(digits):
        count += 1
        for name, array in _read(picture):
            hashes[name].update(np.ascontiguousarray(array).tobytes())
    maker = PictureMaker(digits.mnist, digits.pen_digits)
    for kind in ("drawings", "scenes", "non_digits"):
        for number in range(MADE):
            made = maker.make(kind, number)
            hashes[f"made {kind}"].update(b"" if made is None else made[0].tobytes())
    print(f"{count:,} pictures")
    for name, digest in hashes.items():
        print(f"{digest.hexdigest()}  {name}")
    return 0


def _pictures(digits: Digits) -> Iterator[Pixels | bytes]:
    for group in all_groups(digits, A_ROW):
        for row in group.rows:
            for number in range(min(A_ROW, row.count)):
                pixels = row.picture(number)
                file_format = FORMATS[number % len(FORMATS)]
                yield pixels if file_format is None else _as_file(pixels, file_format)


def _as_file(pixels: Pixels, file_format: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, file_format)
    return file.getvalue()


def _read(picture: Pixels | bytes) -> Iterator[tuple[str, np.ndarray]]:
    """What is made on the way from a picture to its answer and its heatmaps, by name."""
    try:
        reading = read_digit(picture)
    except PictureError as error:
        yield "refusals", np.frombuffer(str(error).encode(), np.uint8)
        return
    network_input = reading.network_input
    yield "network inputs", network_input
    yield "placements", reading.placement
    yield "steps", np.concatenate([step.ravel() for _, step in reading.steps])
    yield "logits", predict_logits(network_input[None])
    yield "probabilities", reading.probabilities
    yield "doubts", np.frombuffer(str(reading.doubt).encode(), np.uint8)
    for method in METHODS:
        explained = explain(network_input, range(CLASSES), methods=[method])
        heatmaps = [each.heatmap() for each in explained]
        yield f"heatmaps of {method}", np.stack(heatmaps)
    overlay = overlay_heatmap(reading.picture, heatmaps[0], reading.placement)
    yield "overlays", np.asarray(overlay)


if __name__ == "__main__":
    sys.exit(main())

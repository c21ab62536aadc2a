"""The command that adds to a model's file what answers without TensorFlow.

    python -m digits.training.exporting MODEL.h5 [--data mnist.npz]

A network that ends in an average over places and linear layers then explains its last convolution
without TensorFlow, too; any other is explained by TensorFlow, if that is there.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from digits.common.atomic_file import atomic_write
from digits.common.command_line import begin_script, leave, run_script
from digits.common.errors import ModelError
from digits.network.exporting import add_export, can_export
from digits.network.loading import list_convolutions
from digits.network.model_config import HDF5_SUFFIXES
from digits.network.stored_export import HOW_TO_EXPORT, read_export
from digits.training.digit_sets import MNIST_VALIDATION_DIGITS, as_network_input, load_mnist


def main(arguments: list[str] | None = None) -> int:
    """Add an export to the file named; 1 and one plain sentence if that is not possible."""
    options = _parser().parse_args(arguments)
    return run_script(lambda: _export(options), lambda: "Stopped; the file is as it was.")


def _export(options: argparse.Namespace) -> None:
    path: Path = options.model
    if path.suffix not in HDF5_SUFFIXES:
        raise ModelError("Only an .h5 file can hold an export: save the model as one.")
    list_convolutions(path)  # or says why it cannot
    if not can_export():
        raise ModelError(HOW_TO_EXPORT)
    digits = as_network_input(load_mnist(options.data).validation().images)[..., 0]
    with atomic_write(path) as temporary:
        shutil.copyfile(path, temporary)
        add_export(temporary, digits)
        export = read_export(temporary)
    if export is not None:
        print(f"{path.name} answers without TensorFlow, {_of_keras(export.largest_difference)}.")


def _of_keras(difference: float) -> str:
    return f"its logits within {difference:.1e} of Keras's on {MNIST_VALIDATION_DIGITS:,} digits"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m digits.training.exporting",
        description="Add to a model's file what answers without TensorFlow.",
    )
    parser.add_argument("model", type=Path, metavar="MODEL.h5", help="is written anew, whole")
    parser.add_argument("--data", metavar="FILE", help="a local mnist.npz (downloaded otherwise)")
    return parser


if __name__ == "__main__":
    begin_script()
    leave(main())

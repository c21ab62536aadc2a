"""Which digits to learn from, on a command line: what trainer and tuner have in common."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_digit_options(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Let a command line name what `data.load_training_data` loads; returns the group."""
    data = parser.add_argument_group("digits")
    data.add_argument("--data", metavar="FILE", help="a local mnist.npz (downloaded otherwise)")
    data.add_argument(
        "--pen-strokes",
        type=Path,
        metavar="FILE",
        help="pen strokes in UNIPEN format, gzip or plain: pendigits-orig.tra of UCI",
    )
    data.add_argument(
        "--extra", type=Path, metavar="DIR", help="your own pictures, in subfolders named 0 to 9"
    )
    return data

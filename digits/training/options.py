"""Which digits to learn from, on a command line: what trainer and tuner have in common."""

from __future__ import annotations

import argparse
from pathlib import Path

from digits.training.collected import CollectedFiles

_LISTS = {
    "--pen-strokes": "pen strokes of digits: pendigits-orig.tra of UCI, or JSON lines",
    "--bitmaps": "digits of 32×32: optdigits-orig.tra and .tes of UCI",
    "--letters": "pen strokes of letters that are no digits, in JSON lines",
}
_DOODLES = "doodles of Quick, Draw!, in an .npz: apple, bicycle, cat and diamond"
_ALPHABETS = "images_background_small1.zip of Omniglot"


def add_digit_options(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Let a command line name what `data.load_training_data` loads; returns the group."""
    data = parser.add_argument_group("digits")
    data.add_argument("--data", metavar="FILE", help="a local mnist.npz (downloaded otherwise)")
    for option, help_text in _LISTS.items():
        data.add_argument(
            option,
            type=Path,
            nargs="+",
            default=[],
            metavar="FILE",
            help=f"{help_text}, gzip or plain",
        )
    data.add_argument("--doodles", type=Path, metavar="FILE", help=_DOODLES)
    data.add_argument("--alphabets", type=Path, metavar="ZIP", help=_ALPHABETS)
    data.add_argument(
        "--extra",
        type=Path,
        nargs="+",
        default=[],
        metavar="DIR|ZIP",
        help="your own pictures, in subfolders named 0 to 9, and none for no digit, such as the "
        "corrections that the page keeps as a ZIP and the window in a folder",
    )
    return data


def collected_files(options: argparse.Namespace) -> CollectedFiles:
    """What such a command line names beside MNIST, pen strokes and one's own pictures."""
    return CollectedFiles(options.letters, options.bitmaps, options.doodles, options.alphabets)


def words_of(options: argparse.Namespace) -> list[str]:
    """The options of such a command line again, with the names of files but not their folders."""
    words: list[str] = []
    for option in _LISTS:
        files = getattr(options, option.strip("-").replace("-", "_"))
        words += [option, *(file.name for file in files)] if files else []
    for option in ("--doodles", "--alphabets"):
        file = getattr(options, option.strip("-"))
        words += [option, file.name] if file else []
    words += ["--extra", *(file.name for file in options.extra)] if options.extra else []
    return words

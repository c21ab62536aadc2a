"""The command `digit_gui.py`: what a person asks for, and the window that opens."""

from __future__ import annotations

import argparse
import os
import sys
import tkinter as tk
from pathlib import Path

from digits.common.command_line import FAILED, complain
from digits.common.errors import DigitError
from digits.window.app import DigitWindow

NO_DISPLAY = (
    "There is no screen to open a window on: start this on a desktop, or open the page instead: "
    "streamlit run streamlit_app.py"
)
NO_MODEL = 2


def main(arguments: list[str] | None = None) -> int:
    """Open the window; 1 if there is no screen for it, 2 for a model that is none, else 0."""
    options = _parser().parse_args(arguments)
    if options.model:
        try:
            _use_model(options.model)
        except DigitError as error:
            return complain(str(error), NO_MODEL)
    _be_sharp()
    try:
        root = tk.Tk(className="Digits")
    except tk.TclError:
        return complain(NO_DISPLAY, FAILED)
    window = DigitWindow(root, options.theme)
    if options.picture:
        window.open_picture(options.picture)
    root.mainloop()
    return 0


def _use_model(path: str) -> None:
    """Let the process that answers load another model, whose file is looked into without Keras."""
    from digits.network.loading import MODEL_VARIABLE, list_convolutions

    list_convolutions(path)
    os.environ[MODEL_VARIABLE] = path


def _be_sharp() -> None:
    """Tell Windows that this program knows of high-density screens, lest it blurs the window."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.shcore.SetProcessDpiAwareness(1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Draw a digit in a window and see what it is.")
    parser.add_argument("picture", nargs="?", type=Path, metavar="PICTURE", help="opened at once")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--model", metavar="FILE", help="another model, .h5 or .keras")
    return parser

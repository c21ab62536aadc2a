"""The window's menu for telling it that it is wrong: which digit it is, and what is kept."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tkinter import filedialog, ttk

from digits.window.explained_answer import CorrectJob, Question

TITLE = "That's wrong, it is a …"


class CorrectionMenu:
    """A button with a menu.

    Args:
        parent: where the button stands.
        ask: is given what was chosen, but for the question.
    """

    def __init__(
        self, parent: ttk.Frame, ask: Callable[[Callable[[Question], CorrectJob]], None]
    ) -> None:
        self._ask = ask
        self.button = ttk.Menubutton(parent, text=TITLE, underline=0)
        self.menu = tk.Menu(self.button, tearoff=False)
        self.button.configure(menu=self.menu)
        for digit in (*range(10), None):
            name = "No digit" if digit is None else str(digit)
            self.menu.add_command(label=name, command=partial(self._say, digit))
        self.menu.add_separator()
        self.menu.add_command(
            label="Take the last back", command=lambda: ask(lambda q: CorrectJob(q, "back"))
        )
        self.menu.add_command(
            label="With my hand, or without", command=lambda: ask(lambda q: CorrectJob(q, "switch"))
        )
        self.menu.add_command(label="Keep corrections in a folder…", command=self.keep)

    def _say(self, digit: int | None) -> None:
        self._ask(lambda question: CorrectJob(question, "right", digit))

    def keep(self) -> None:
        """Ask for a folder, and keep corrections there from now on."""
        chosen = filedialog.askdirectory(
            parent=self.button, title="Keep corrections in", mustexist=True
        )
        if chosen:
            self._ask(lambda question: CorrectJob(question, "keep", folder=Path(chosen)))

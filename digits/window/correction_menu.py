"""The window's menu for telling it that it is wrong: which digit it is, and what is kept."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tkinter import filedialog, ttk

TITLE = "That's wrong, it is a …"


class CorrectionMenu:
    """A button with a menu.

    Args:
        parent: where the button stands.
        say: is given the right digit of the answer that is shown; None for no digit.
        ask: is given what becomes of all that was said, but for the question.
        show_list: opens the list of all that was said.
    """

    def __init__(
        self,
        parent: ttk.Frame,
        say: Callable[[int | None], None],
        ask: Callable[..., None],
        show_list: Callable[[], None],
    ) -> None:
        self._ask = ask
        self.button = ttk.Menubutton(parent, text=TITLE, underline=0)
        self.menu = tk.Menu(self.button, tearoff=False)
        self.button.configure(menu=self.menu)
        for digit in (*range(10), None):
            name = "No digit" if digit is None else str(digit)
            self.menu.add_command(label=name, command=partial(say, digit))
        self.menu.add_separator()
        self.menu.add_command(label="Take the last back", command=partial(ask, "back"))
        self.menu.add_command(label="What I said…", command=show_list)
        self.menu.add_command(label="With my hand, or without", command=partial(ask, "switch"))
        self.menu.add_command(label="Keep corrections in a folder…", command=self.keep)

    def keep(self) -> None:
        """Ask for a folder, and keep corrections there from now on."""
        chosen = filedialog.askdirectory(
            parent=self.button, title="Keep corrections in", mustexist=True
        )
        if chosen:
            self._ask("keep", folder=Path(chosen))

"""The digits of a number, a button each, of which one may be looked at."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from functools import partial
from tkinter import ttk

from digits.window.theme import WindowTheme

ALL = -1
"""Chosen where all digits are looked at together."""


class DigitStrip:
    """A row of buttons, which can be pushed along where there are many.

    Attributes:
        frame: the widget.
        buttons: the first for all of the number, then one for each digit.
        chosen: number of the digit, or `ALL`.
    """

    def __init__(
        self, parent: ttk.Frame, theme: WindowTheme, when_chosen: Callable[[], None]
    ) -> None:
        self._theme = theme
        self._when_chosen = when_chosen
        self._labels: tuple[str, ...] = ()
        self.buttons: list[ttk.Radiobutton] = []
        self.chosen = tk.IntVar(parent, value=ALL)
        self.frame = ttk.Frame(parent)
        self.frame.columnconfigure(0, weight=1)
        self.canvas = tk.Canvas(self.frame, highlightthickness=0, height=1)
        self.canvas.grid(row=0, sticky="ew")
        self._bar = ttk.Scrollbar(self.frame, orient="horizontal", command=self.canvas.xview)
        self.canvas.configure(xscrollcommand=self._show_bar)
        self._row = ttk.Frame(self.canvas)
        self.canvas.create_window(0, 0, window=self._row, anchor="nw")
        self._row.bind("<Configure>", self._fit)
        for key, step in (("<Left>", -1), ("<Right>", 1)):
            self.frame.bind_class("DigitOfNumber", key, partial(self._step, step))

    @property
    def place(self) -> int | None:
        """Which digit is looked at; None for all."""
        return None if self.chosen.get() == ALL else self.chosen.get()

    def forget_choice(self) -> None:
        """Look at all digits together again."""
        self.chosen.set(ALL)

    def show(self, labels: tuple[str, ...], place: int | None) -> None:
        """Show a button for each label; without any the strip takes no room."""
        if labels != self._labels:
            self._labels = labels
            for button in self.buttons:
                button.destroy()
            names = [("All", ALL), *((label, at) for at, label in enumerate(labels))]
            self.buttons = [self._button(*each) for each in names] if labels else []
            self.canvas.xview_moveto(0)
        self.chosen.set(ALL if place is None else place)
        if labels:
            self.frame.grid()
        else:
            self.frame.grid_remove()

    def _button(self, text: str, value: int) -> ttk.Radiobutton:
        button = ttk.Radiobutton(
            self._row,
            text=text,
            value=value,
            variable=self.chosen,
            style="Segment.Toolbutton",
            command=self._when_chosen,
        )
        button.bindtags(("DigitOfNumber", *button.bindtags()))
        button.bind("<FocusIn>", lambda event: self._bring_to_sight(button))
        button.pack(side="left", padx=(0, self._theme.pixels(6)))
        return button

    def _step(self, step: int, event: tk.Event[tk.Misc]) -> str:
        """Choose the neighbour of the button that has the focus."""
        at = self.buttons.index(event.widget) + step  # type: ignore[arg-type]
        if 0 <= at < len(self.buttons):
            self.buttons[at].focus_set()
            self.buttons[at].invoke()
        return "break"

    def _bring_to_sight(self, button: ttk.Radiobutton) -> None:
        whole = max(1, self._row.winfo_width())
        left, right = (each * whole for each in self.canvas.xview())
        first, last = button.winfo_x(), button.winfo_x() + button.winfo_width()
        if first < left:
            self.canvas.xview_moveto(first / whole)
        elif last > right:
            self.canvas.xview_moveto((last - self.canvas.winfo_width()) / whole)

    def _fit(self, event: tk.Event[tk.Misc]) -> None:
        box = 0, 0, self._row.winfo_reqwidth(), self._row.winfo_reqheight()
        self.canvas.configure(scrollregion=box, height=box[3])

    def _show_bar(self, first: float, last: float) -> None:
        """The bar is there only where it pushes something."""
        self._bar.set(float(first), float(last))
        if float(first) <= 0 and float(last) >= 1:
            self._bar.grid_remove()
        else:
            self._bar.grid(row=1, sticky="ew", pady=(self._theme.pixels(2), 0))

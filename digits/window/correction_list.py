"""The window's list of all that a person has corrected, each of which can be taken back."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

from PIL import Image, ImageTk

from digits.window.explained_answer import SaidOfDigit
from digits.window.theme import WindowTheme

TITLE = "What I said"
NOTHING_SAID = "Nothing is corrected yet: say under an answer what it should be."
SIDE = 40  # of a digit, in pixels of a plain screen


class CorrectionList:
    """A window of its own, open or not; it shows what the other process last said of it.

    Args:
        parent: the window that it belongs to.
        theme: how it looks.
        take_back: is given the key of a correction that shall be forgotten.

    Attributes:
        said: the corrections, the newest first.
        rows: the list's widget; None while it is not open.
    """

    def __init__(
        self, parent: tk.Misc, theme: WindowTheme, take_back: Callable[[int], None]
    ) -> None:
        self.said: tuple[SaidOfDigit, ...] = ()
        self.rows: ttk.Treeview | None = None
        self._parent = parent
        self._theme = theme
        self._take_back = take_back
        self._window: tk.Toplevel | None = None
        self._images: list[ImageTk.PhotoImage] = []  # Tk shows only what Python still holds

    def open(self) -> None:
        """Show the list, or bring it to the front."""
        if self._window is None:
            self._build()
        if self._window is not None and self.rows is not None:
            self._window.lift()
            self.rows.focus_set()

    def close(self) -> None:
        """Put the list away."""
        if self._window is not None:
            self._window.destroy()
        self._window = self.rows = None
        self._images = []

    def show(self, said: tuple[SaidOfDigit, ...]) -> None:
        """Take in what is said now."""
        self.said = said
        rows = self.rows
        if rows is None:
            return
        rows.delete(*rows.get_children())
        self._images = [self._picture(each) for each in said]
        for each, image in zip(said, self._images, strict=True):
            rows.insert("", "end", str(each.key), text=f"  {each.sentence}", image=image)
        if said:
            rows.selection_set(str(said[0].key))
            rows.focus(str(said[0].key))
        self._hint.configure(text="" if said else NOTHING_SAID)
        self.button.state(["!disabled" if said else "disabled"])

    def use_theme(self) -> None:
        """Take the theme's colours."""
        if self._window is not None:
            self._window.configure(background=self._theme.palette.ground)

    def _build(self) -> None:
        pixels = self._theme.pixels
        window = self._window = tk.Toplevel(self._parent)
        window.title(TITLE)
        window.geometry(f"{pixels(340)}x{pixels(420)}")
        window.transient(self._parent.winfo_toplevel())
        window.columnconfigure(0, weight=1)
        window.rowconfigure(0, weight=1)
        body = ttk.Frame(window, padding=pixels(14))
        body.grid(sticky="nsew")
        body.columnconfigure(0, weight=1)
        body.rowconfigure(1, weight=1)
        self._hint = ttk.Label(body, style="Quiet.TLabel", wraplength=pixels(300))
        self._hint.grid(row=0, columnspan=2, sticky="w")
        rows = self.rows = ttk.Treeview(body, show="tree", style="Corrections.Treeview")
        rows.grid(row=1, column=0, sticky="nsew")
        bar = ttk.Scrollbar(body, orient="vertical", command=rows.yview)
        bar.grid(row=1, column=1, sticky="ns")
        rows.configure(yscrollcommand=bar.set)
        self.button = ttk.Button(body, text="Take back", command=self._forget_chosen)
        self.button.grid(row=2, columnspan=2, sticky="e", pady=(pixels(12), 0))
        for key in ("<Delete>", "<BackSpace>"):
            rows.bind(key, lambda event: self._forget_chosen())
        window.bind("<Escape>", lambda event: self.close())
        window.protocol("WM_DELETE_WINDOW", self.close)
        self.use_theme()
        self.show(self.said)

    def _forget_chosen(self) -> None:
        if self.rows is not None:
            for key in self.rows.selection():
                self._take_back(int(key))

    def _picture(self, said: SaidOfDigit) -> ImageTk.PhotoImage:
        side = self._theme.pixels(SIDE)
        paper = Image.fromarray(255 - said.network_input)
        enlarged = paper.resize((side, side), Image.Resampling.BICUBIC)
        return ImageTk.PhotoImage(enlarged, master=self._parent)

"""The window's answer: the likeliest digit, how sure the network is, and where it looked."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import Any

import numpy as np
from PIL import Image, ImageColor, ImageTk

from digits.screen.constants import SHOWN_CANDIDATES
from digits.screen.stroke_drawing import SHEET_ASPECT
from digits.window.digit_strip import DigitStrip
from digits.window.explained_answer import ExplainedAnswer
from digits.window.theme import WindowTheme, fitted

BAR_HEIGHT = 8  # pixels of a plain screen, as all measures here
LEAST_BAR_WIDTH = 120  # or its numbers have no room
SEEN_SIDE = 112
ROOM_FOR_LARGE = 10  # signs of a number


class AnswerPanel:
    """All that is shown of an answer; every part has its place, whether there is one or not.

    Attributes:
        answer: what is shown; None where a sentence stands instead.
        frame: the widget.
        digit, words: the number or the likeliest digit, large, and what is said of it.
        strip: the digits of a number, to choose one.
        bars: of each of the likeliest digits its name, its bar and its confidence.
        anyway_button: stands in their place while an answer is in doubt, and brings the rest.
        views: the choice between why and why not another, which is in `is_contrast`.
        is_heatmap_shown: whether the heatmap lies over the picture.
        caption: what the heatmap shows.
    """

    def __init__(
        self, parent: ttk.Frame, theme: WindowTheme, when_view_chosen: Callable[[], None]
    ) -> None:
        self.answer: ExplainedAnswer | None = None
        self._theme = theme
        self._is_wanted_anyway = False
        self._images: dict[str, ImageTk.PhotoImage] = {}  # Tk shows only what Python still holds
        self.is_contrast = tk.BooleanVar(parent, value=False)
        self.is_heatmap_shown = tk.BooleanVar(parent, value=True)
        self.frame = ttk.Frame(parent)
        self.frame.columnconfigure(0, weight=1)
        self.frame.rowconfigure(3, weight=1)
        self._build_answer().grid(row=0, sticky="ew")
        self.strip = DigitStrip(self.frame, theme, when_view_chosen)
        self.strip.frame.grid(row=1, sticky="ew", pady=(0, theme.pixels(10)))
        self.strip.frame.grid_remove()
        self._views_frame = self._build_views(when_view_chosen)
        self._views_frame.grid(row=2, sticky="ew", pady=(0, theme.pixels(10)))
        self._build_pictures().grid(row=3, sticky="nsew")
        self.colour_bar = tk.Canvas(self.frame, height=theme.pixels(28), highlightthickness=0)
        self.colour_bar.grid(row=4, sticky="ew", pady=(theme.pixels(8), 0))
        self.colour_bar.bind("<Configure>", lambda event: self._show_colour_bar())
        self.caption = ttk.Label(self.frame, style="Quiet.TLabel", width=1)
        self.caption.grid(row=5, sticky="ew")

    # ---- Widgets

    def _build_answer(self) -> ttk.Frame:
        pixels = self._theme.pixels
        frame = ttk.Frame(self.frame, height=pixels(152))
        frame.grid_propagate(flag=False)
        frame.columnconfigure(1, weight=1)
        self.digit = ttk.Label(frame, text="?", style="Faint.Digit.TLabel", width=2)
        self.digit.grid(row=0, column=0, sticky="w")
        bars = self._bars_frame = ttk.Frame(frame)
        bars.grid(row=0, column=1, sticky="ew")
        bars.columnconfigure(1, weight=1)
        self.bars = [self._build_bar(bars, row) for row in range(SHOWN_CANDIDATES)]
        self.anyway_button = ttk.Button(frame, command=self._show_anyway)
        self.anyway_button.grid(row=0, column=1, sticky="e")
        self.words = ttk.Label(frame, style="Words.TLabel", justify="left", anchor="nw")
        self.words.grid(row=1, column=0, columnspan=2, sticky="new")
        frame.bind(
            "<Configure>",
            lambda event: self.words.configure(wraplength=event.width - pixels(8)),
        )
        return frame

    def _build_bar(self, parent: ttk.Frame, row: int) -> tuple[ttk.Label, tk.Canvas, ttk.Label]:
        pixels = self._theme.pixels
        digit = ttk.Label(parent, style="Strong.TLabel", width=2)
        bar = tk.Canvas(parent, height=pixels(BAR_HEIGHT), width=1, highlightthickness=0)
        number = ttk.Label(parent, width=7, anchor="e")
        for column, widget in enumerate((digit, bar, number)):
            widget.grid(row=row, column=column, sticky="ew", pady=pixels(5))
        bar.bind("<Configure>", lambda event: self._show_bars())
        return digit, bar, number

    def _build_views(self, when_chosen: Callable[[], None]) -> ttk.Frame:
        frame = ttk.Frame(self.frame)
        self.views = [
            ttk.Radiobutton(
                frame,
                value=is_contrast,
                variable=self.is_contrast,
                style="Segment.Toolbutton",
                command=when_chosen,
            )
            for is_contrast in (False, True)
        ]
        for view in self.views:
            view.pack(side="left", padx=(0, self._theme.pixels(6)))
        return frame

    def _build_pictures(self) -> ttk.Frame:
        theme, pixels = self._theme, self._theme.pixels
        frame = ttk.Frame(self.frame)
        frame.columnconfigure(0, weight=1)
        frame.rowconfigure(0, weight=1)
        self.heatmap = theme.sheet(frame, "nw", SHEET_ASPECT)
        self.heatmap.master.grid(row=0, column=0, rowspan=3, sticky="nsew")  # type: ignore[attr-defined]
        self._heatmap_item = self.heatmap.create_image(0, 0)
        self.heatmap.bind("<Configure>", lambda event: self._show_heatmap_and_bar())
        side = pixels(SEEN_SIDE)
        self.seen = tk.Canvas(frame, highlightthickness=theme.edge, width=side, height=side)
        self.seen.grid(row=1, column=1, padx=(pixels(14), 0))
        self._seen_item = self.seen.create_image(theme.edge, theme.edge, anchor="nw")
        self._name_of_seen = ttk.Label(frame, text="What the network sees", style="Quiet.TLabel")
        self._name_of_seen.grid(row=2, column=1, padx=(pixels(14), 0), pady=(pixels(4), 0))
        return frame

    # ---- What is shown

    def show(self, answer: ExplainedAnswer) -> None:
        """Show an answer, or in words that this is doubted to be a digit or a number."""
        self._is_wanted_anyway &= _is_same_picture(answer, self.answer)
        is_number = answer.is_whole_number
        if answer.doubt is None or (is_number and self._is_wanted_anyway):
            style = _style_of_number(answer.written) if is_number else "Digit.TLabel"
            self.digit.configure(text=answer.written, style=style, width=0 if is_number else 2)
        else:
            self.digit.configure(text="?", style="Faint.Digit.TLabel", width=2)
        self._show_rest(answer, answer.doubt or answer.words)
        if answer.doubt is not None and self._is_wanted_anyway:
            self.subdue()

    def subdue(self) -> None:
        """Let what is shown look like the last answer, while the next is not yet certain."""
        if self.answer is not None:
            self.digit.configure(foreground=self._theme.palette.line)

    def say(self, sentence: str, *, is_problem: bool = False) -> None:
        """Say one sentence where the answer would stand."""
        style = "Alarm.Digit.TLabel" if is_problem else "Faint.Digit.TLabel"
        self.digit.configure(text="!" if is_problem else "?", style=style, width=2)
        self._show_rest(None, sentence)

    def show_colours(self) -> None:
        """Take the theme's colours."""
        theme = self._theme
        theme.colour(self.colour_bar, theme.palette.ground)
        for canvas in (self.heatmap, self.seen):
            theme.colour(canvas, theme.palette.raised)
        for _, bar, _ in self.bars:
            theme.colour(bar, theme.palette.faint)
        self._show_bars()
        self._show_colour_bar()

    def show_heatmap(self) -> None:
        """Show the person's picture, with the heatmap over it or without."""
        answer, canvas, edge = self.answer, self.heatmap, 2 * self._theme.edge
        if answer is None:
            canvas.itemconfigure(self._heatmap_item, image="")
            return
        is_shown = self.is_heatmap_shown.get() and not self._is_in_doubt
        pixels = answer.heatmap if is_shown else answer.picture
        width, height = canvas.winfo_width(), canvas.winfo_height()
        picture = fitted(Image.fromarray(pixels), width - edge, height - edge)
        self._show_image(canvas, self._heatmap_item, picture)
        canvas.coords(self._heatmap_item, width / 2, height / 2)

    def _show_heatmap_and_bar(self) -> None:
        """The colour bar is as wide as its picture."""
        self.show_heatmap()
        self._show_colour_bar()

    @property
    def _is_in_doubt(self) -> bool:
        """Whether a doubt is all that is said, for nobody asked for the likeliest."""
        answer = self.answer
        return answer is not None and answer.doubt is not None and not self._is_wanted_anyway

    def _show_anyway(self) -> None:
        self._is_wanted_anyway = True
        if self.answer is not None:
            self.show(self.answer)

    def _show_rest(self, answer: ExplainedAnswer | None, words: str) -> None:
        self.answer = answer
        self.digit.configure(foreground="")
        explained = None if self._is_in_doubt else answer
        if answer is None or (explained is None and answer.is_whole_number):
            self.strip.show((), None)
        else:
            self.strip.show(answer.labels_of_digits, answer.place)
        self.words.configure(text=words)
        self.caption.configure(text=explained.caption if explained else "")
        self._show_views()
        self._show_bars()
        self._show_heatmap_and_bar()
        self._show_seen()

    def _show_views(self) -> None:
        names = ("Why?", "Why not another?")
        is_number = self.answer is not None and self.answer.is_whole_number
        (self._views_frame.grid_remove if is_number else self._views_frame.grid)()
        has_digit = self.answer is not None and not is_number and not self._is_in_doubt
        if self.answer is not None and has_digit:
            first, second = (digit for digit, _ in self.answer.top_k[:2])
            names = (f"Why {first}?", f"Why {first} and not {second}?")
        for view, name in zip(self.views, names, strict=True):
            view.configure(text=name)
            view.state(["!disabled" if has_digit else "disabled"])

    def _show_bars(self) -> None:
        answer, palette = self.answer, self._theme.palette
        is_number = answer is not None and answer.is_whole_number
        what = "number" if is_number else "digit"
        self.anyway_button.configure(text=f"Show the likeliest {what} anyway")
        (self.anyway_button.grid if self._is_in_doubt else self.anyway_button.grid_remove)()
        if is_number or self._is_in_doubt:
            self._bars_frame.grid_remove()
            return
        self._bars_frame.grid()
        for row, (digit, bar, number) in enumerate(self.bars):
            bar.delete("all")
            digit.configure(text=str(answer.top_k[row][0]) if answer else "")
            number.configure(text=answer.confidences[row] if answer else "")
            if answer is not None:
                width = answer.top_k[row][1] * bar.winfo_width()
                is_best = row == 0 and answer.doubt is None
                colour = palette.accent if is_best else palette.quiet
                bar.create_rectangle(0, 0, width, bar.winfo_height(), fill=colour, width=0)

    def _show_seen(self) -> None:
        answer = self.answer
        for widget in (self.seen, self._name_of_seen):
            if answer is not None and answer.is_whole_number:
                widget.grid_remove()  # its room is the heatmap's
            else:
                widget.grid()
        if answer is None or answer.network_input is None:
            self.seen.itemconfigure(self._seen_item, image="")
            return
        side = self._theme.pixels(SEEN_SIDE)
        picture = Image.fromarray(answer.network_input)
        enlarged = picture.resize((side, side), Image.Resampling.NEAREST)
        self._show_image(self.seen, self._seen_item, enlarged)

    def _show_colour_bar(self) -> None:
        canvas, answer, pixels = self.colour_bar, self.answer, self._theme.pixels
        canvas.delete("all")
        if answer is None or not answer.colours or self._is_in_doubt:
            return
        picture = self._images[str(self.heatmap)].width()
        width, height = max(picture, pixels(LEAST_BAR_WIDTH)), pixels(BAR_HEIGHT)
        left = max(0, (self.heatmap.winfo_width() - width) // 2)
        stops = Image.new("RGB", (len(answer.colours), 1))
        stops.putdata([ImageColor.getrgb(each) for each in answer.colours])
        item = canvas.create_image(left, 0, anchor="nw")
        self._show_image(canvas, item, stops.resize((width, height), Image.Resampling.BILINEAR))
        low, middle, high = answer.labels
        look: dict[str, Any] = {"font": "SmallFont", "fill": self._theme.palette.quiet}
        top = height + pixels(3)
        canvas.create_text(left, top, text=low, anchor="nw", **look)
        canvas.create_text(left + width / 2, top, text=middle, anchor="n", **look)
        canvas.create_text(left + width, top, text=f"{high} logits", anchor="ne", **look)

    def _show_image(self, canvas: tk.Canvas, item: int, picture: Image.Image) -> None:
        image = self._images[str(canvas)] = ImageTk.PhotoImage(picture, master=canvas)
        canvas.itemconfigure(item, image=image)


def _is_same_picture(answer: ExplainedAnswer, other: ExplainedAnswer | None) -> bool:
    """Whether both are of the same digit of the same picture, or of all of it."""
    if other is None or answer.place != other.place:
        return False
    return np.array_equal(answer.picture, other.picture)


def _style_of_number(written: str) -> str:
    """Of the label of a number, so large that it has room."""
    rows = written.split("\n")
    if len(rows) == 1 and len(written) <= ROOM_FOR_LARGE:
        return "Number.TLabel"
    return "Long.Number.TLabel"

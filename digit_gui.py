"""The window: draw or open a digit; see what it is and where the network looked.

Run it with `python digit_gui.py [PICTURE] [--theme dark] [--model FILE]`. It holds widgets and what
they are wired to; reading and explaining happen in a process of their own (`background_process`),
so the window can be drawn on while TensorFlow is loading.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from command_line import FAILED, begin_script, complain

if __name__ == "__main__":
    begin_script()

try:
    import tkinter as tk
    from tkinter import filedialog, ttk

    import cv2
    from PIL import Image, ImageColor, ImageTk

    from window_theme import WindowTheme
except ImportError as error:
    if "tk" not in str(error).lower():
        raise
    sys.exit(
        "This window needs Tk: on Debian and Ubuntu install python3-tk (and python3-pil.imagetk "
        "with Debian's own Pillow), on Fedora python3-tkinter, on macOS python-tk of Homebrew; "
        "or open the page instead: streamlit run streamlit_app.py"
    )

from background_process import UNEXPECTED, BackgroundProcess
from digit_errors import DigitError
from explained_answer import ExplainedAnswer, Job, Question, Reply, SaveJob
from stroke_drawing import PenStroke, SheetHistory, draw_newest, draw_strokes

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

NO_DISPLAY = (
    "There is no screen to open a window on: start this on a desktop, or open the page instead: "
    "streamlit run streamlit_app.py"
)
INVITATION = "Draw a digit from 0 to 9; the answer appears here when you lift the pen."
KEYS = "Ctrl+Z undo · Ctrl+Y redo · Esc clear · Ctrl+O open · H heatmap"
PICTURES = "*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff *.heic *.heif"
PAPER_SIDE = 400  # pixels of the picture that is read, however large the window is
PEN_WIDTHS = (0.02, 0.12)  # shares of the paper's side
TICK = 10  # milliseconds
BAR_HEIGHT = 8


def make_worker() -> Callable[[Job], Reply]:
    """Load all that answers need, in the process that gives them."""
    from answer_maker import wake_answer_maker

    return wake_answer_maker()


class DigitWindow:
    """Paper on the left; the answer, and why, on the right."""

    def __init__(self, root: tk.Tk, theme: str = "light") -> None:
        self.root = root
        self.process: BackgroundProcess[Job, Reply] = BackgroundProcess(make_worker)
        self.history = SheetHistory()
        self.question: Question | None = None
        self.answer: ExplainedAnswer | None = None
        self._opening: Question | None = None
        self._opened: tuple[Path, NDArray[np.uint8]] | None = None
        self._points: list[tuple[float, float]] = []
        self._images: dict[str, ImageTk.PhotoImage] = {}  # Tk shows only what Python still holds
        self.theme = WindowTheme(root)
        self._build()
        self._bind()
        self.use_theme(theme)
        self._show_sheet()
        self._ticking = root.after(TICK, self._tick)

    # ---- Widgets

    def _build(self) -> None:
        root, pixels = self.root, self.theme.pixels
        root.title("Handwritten digits")
        root.geometry(f"{pixels(960)}x{pixels(660)}")
        root.minsize(pixels(800), pixels(600))
        root.columnconfigure(0, weight=1)
        root.rowconfigure(0, weight=1)
        body = ttk.Frame(root, padding=pixels(20))
        body.grid(sticky="nsew")
        body.columnconfigure(0, weight=1, uniform="half")
        body.columnconfigure(1, weight=1, uniform="half")
        body.rowconfigure(0, weight=1)
        left = ttk.Frame(body)
        left.grid(row=0, column=0, sticky="nsew", padx=(0, pixels(28)))
        self._build_paper(left)
        right = ttk.Frame(body)
        right.grid(row=0, column=1, sticky="nsew")
        self._build_answer(right)
        self._build_why(right)
        self._build_foot(body)

    def _build_paper(self, parent: ttk.Frame) -> None:
        pixels = self.theme.pixels
        parent.columnconfigure(0, weight=1)
        parent.rowconfigure(0, weight=1)
        self.paper = self._square(parent, "n", cursor="pencil")
        self._paper_image = self.paper.create_image(0, 0, anchor="nw")
        tools = ttk.Frame(parent)
        tools.grid(sticky="ew", pady=(pixels(12), 0))
        self.undo_button = self._button(tools, "Undo", self.undo)
        self.redo_button = self._button(tools, "Redo", self.redo)
        self.clear_button = self._button(tools, "Clear", self.clear)
        self.open_button = self._button(tools, "Open…", self.open)
        more = ttk.Frame(parent)
        more.grid(sticky="ew", pady=(pixels(12), 0))
        ttk.Label(more, text="Pen width", style="Quiet.TLabel").pack(side="left")
        self.pen_width = tk.DoubleVar(self.root, 0.0625)
        low, high = PEN_WIDTHS
        self._slider(more, self.pen_width, low, high).pack(side="left", padx=pixels(8))
        self.save_drawing_button = self._button(more, "Save drawing…", self.save_drawing)

    def _build_answer(self, parent: ttk.Frame) -> None:
        pixels = self.theme.pixels
        parent.columnconfigure(0, weight=1)
        frame = ttk.Frame(parent, height=pixels(172))
        frame.grid(row=0, column=0, sticky="ew")
        frame.grid_propagate(flag=False)
        frame.columnconfigure(1, weight=1)
        self.digit = ttk.Label(frame, text="?", style="Faint.Digit.TLabel", width=2)
        self.digit.grid(row=0, column=0, sticky="w")
        bars = ttk.Frame(frame)
        bars.grid(row=0, column=1, sticky="ew")
        bars.columnconfigure(1, weight=1)
        self.bars = [self._bar(bars, row) for row in range(3)]
        self.words = ttk.Label(frame, style="Words.TLabel", justify="left", anchor="nw")
        self.words.grid(row=1, column=0, columnspan=2, sticky="new")
        frame.bind(
            "<Configure>", lambda event: self.words.configure(wraplength=event.width - pixels(8))
        )

    def _bar(self, parent: ttk.Frame, row: int) -> tuple[ttk.Label, tk.Canvas, ttk.Label]:
        pixels = self.theme.pixels
        digit = ttk.Label(parent, style="Strong.TLabel", width=2)
        bar = tk.Canvas(parent, height=pixels(BAR_HEIGHT), width=1, highlightthickness=0)
        number = ttk.Label(parent, width=7, anchor="e")
        for column, widget in enumerate((digit, bar, number)):
            widget.grid(row=row, column=column, sticky="ew", pady=pixels(5))
        bar.bind("<Configure>", lambda event: self._show_bars())
        return digit, bar, number

    def _build_why(self, parent: ttk.Frame) -> None:
        pixels = self.theme.pixels
        parent.rowconfigure(2, weight=1)
        self.is_contrast = tk.BooleanVar(self.root, value=False)
        views = ttk.Frame(parent)
        views.grid(row=1, column=0, sticky="ew", pady=(0, pixels(10)))
        self.views = [self._view(views, is_contrast) for is_contrast in (False, True)]
        pictures = ttk.Frame(parent)
        pictures.grid(row=2, column=0, sticky="nsew")
        pictures.columnconfigure(0, weight=1)
        pictures.rowconfigure(0, weight=1)
        self.heatmap = self._square(pictures, "nw", rowspan=3)
        self._heatmap_image = self.heatmap.create_image(0, 0)
        self.heatmap.bind("<Configure>", lambda event: self._show_heatmap())
        self.sees = tk.Canvas(
            pictures, highlightthickness=pixels(1), width=pixels(112), height=pixels(112)
        )
        self.sees.grid(row=1, column=1, padx=(pixels(14), 0))
        self._sees_image = self.sees.create_image(pixels(1), pixels(1), anchor="nw")
        sees = ttk.Label(pictures, text="What the network sees", style="Quiet.TLabel")
        sees.grid(row=2, column=1, padx=(pixels(14), 0), pady=(pixels(4), 0))
        self.colour_bar = tk.Canvas(parent, height=pixels(28), highlightthickness=0)
        self.colour_bar.grid(row=3, column=0, sticky="ew", pady=(pixels(8), 0))
        self.colour_bar.bind("<Configure>", lambda event: self._show_colour_bar())
        self.caption = ttk.Label(parent, style="Quiet.TLabel")
        self.caption.grid(row=4, column=0, sticky="ew")
        self._build_heatmap_tools(parent)

    def _build_heatmap_tools(self, parent: ttk.Frame) -> None:
        pixels = self.theme.pixels
        tools = ttk.Frame(parent)
        tools.grid(row=5, column=0, sticky="ew", pady=(pixels(12), 0))
        self.is_heatmap_shown = tk.BooleanVar(self.root, value=True)
        self.heatmap_switch = ttk.Checkbutton(
            tools, text="Heatmap", variable=self.is_heatmap_shown, command=self._show_heatmap
        )
        self.heatmap_switch.pack(side="left")
        self.opacity = tk.DoubleVar(self.root, 0.8)
        self.opacity_slider = self._slider(tools, self.opacity, 0.0, 1.0, self._ask_again)
        self.opacity_slider.pack(side="left", padx=pixels(8))
        self.save_button = self._button(tools, "Save explanation…", self.save_explanation)

    def _build_foot(self, parent: ttk.Frame) -> None:
        pixels = self.theme.pixels
        foot = ttk.Frame(parent)
        foot.grid(row=1, column=0, columnspan=2, sticky="ew", pady=(pixels(16), 0))
        self.status = ttk.Label(foot, text="Loading the network…", style="Quiet.TLabel")
        self.status.pack(side="left")
        self.theme_button = self._button(foot, "Dark", self.switch_theme, side="right")

    def _square(
        self, parent: ttk.Frame, anchor: Literal["n", "nw"], rowspan: int = 1, cursor: str = ""
    ) -> tk.Canvas:
        """A canvas in the first cell of a frame, as large as it can be without losing its shape."""
        room = ttk.Frame(parent)
        room.grid(row=0, column=0, rowspan=rowspan, sticky="nsew")
        canvas = tk.Canvas(room, highlightthickness=self.theme.pixels(1), cursor=cursor)
        share = {"n": 0.5, "nw": 0.0}[anchor]

        def fit(event: tk.Event[ttk.Frame]) -> None:
            side = min(event.width, event.height)
            canvas.place(relx=share, rely=0, anchor=anchor, width=side, height=side)

        room.bind("<Configure>", fit)
        return canvas

    def _button(
        self, parent: ttk.Frame, text: str, command: Callable[[], None], side: Any = "left"
    ) -> ttk.Button:
        button = ttk.Button(parent, text=text, command=command)
        button.pack(side=side, padx=(0, self.theme.pixels(8)) if side == "left" else 0)
        return button

    def _view(self, parent: ttk.Frame, is_contrast: bool) -> ttk.Radiobutton:
        button = ttk.Radiobutton(
            parent,
            value=is_contrast,
            variable=self.is_contrast,
            style="Segment.Toolbutton",
            command=self._ask_again,
        )
        button.pack(side="left", padx=(0, self.theme.pixels(6)))
        return button

    def _slider(
        self,
        parent: ttk.Frame,
        variable: tk.DoubleVar,
        low: float,
        high: float,
        command: Callable[[], None] | None = None,
    ) -> ttk.Scale:
        moved = (lambda value: command()) if command else ""
        length = self.theme.pixels(110)
        scale = ttk.Scale(
            parent, from_=low, to=high, variable=variable, length=length, command=moved
        )
        step = (high - low) / 20
        for key, by in (("<Left>", -step), ("<Right>", step)):
            scale.bind(key, partial(_nudge, scale, by))
        return scale

    def _bind(self) -> None:
        root = self.root
        self.paper.bind("<ButtonPress-1>", self._pen_down)
        self.paper.bind("<B1-Motion>", self._pen_move)
        self.paper.bind("<ButtonRelease-1>", self._pen_up)
        self.paper.bind("<Configure>", lambda event: self._show_paper())
        command = "Command" if root.tk.call("tk", "windowingsystem") == "aqua" else "Control"
        keys: dict[str, Callable[[], None]] = {
            f"<{command}-z>": self.undo,
            f"<{command}-y>": self.redo,
            f"<{command}-Shift-Z>": self.redo,
            f"<{command}-o>": self.open,
            f"<{command}-s>": self.save_explanation,
            "<Escape>": self.clear,
            "<h>": self.heatmap_switch.invoke,
        }
        for key, action in keys.items():
            root.bind(key, partial(_ignoring_event, action))
        root.protocol("WM_DELETE_WINDOW", self.close)
        root.report_callback_exception = self._report

    # ---- Drawing

    def _paper_side(self) -> int:
        """Of the square of the canvas that is drawn on, in pixels."""
        edge = 2 * self.theme.pixels(1)
        return max(1, min(self.paper.winfo_width(), self.paper.winfo_height()) - edge)

    def _place(self, event: tk.Event[tk.Canvas]) -> tuple[float, float]:
        side, edge = self._paper_side(), self.theme.pixels(1)
        return (event.x - edge + 0.5) / side, (event.y - edge + 0.5) / side

    def _stroke(self) -> PenStroke:
        return PenStroke(tuple(self._points), self.pen_width.get())

    def _pen_down(self, event: tk.Event[tk.Canvas]) -> None:
        self.paper.focus_set()
        sheet = self.history.sheet
        self._points = [self._place(event)]
        self._wet = draw_strokes(() if sheet.picture else sheet.strokes, self._paper_side())
        self._pen_drew()

    def _pen_move(self, event: tk.Event[tk.Canvas]) -> None:
        if self._points and self._points[-1] != self._place(event):
            self._points.append(self._place(event))
            self._pen_drew()

    def _pen_drew(self) -> None:
        draw_newest(self._wet, self._stroke())
        self._show_on_paper(self._wet)

    def _pen_up(self, event: tk.Event[tk.Canvas]) -> None:
        if self._points:
            self.history.add(self._stroke())
            self._points = []
            self._show_sheet()

    def undo(self) -> None:
        """Go back one change."""
        self.history.undo()
        self._show_sheet()

    def redo(self) -> None:
        """Take back one undo."""
        self.history.redo()
        self._show_sheet()

    def clear(self) -> None:
        """Take an empty sheet."""
        self.history.clear()
        self._show_sheet()

    def _show_sheet(self) -> None:
        """Show the sheet and ask what is on it."""
        sheet = self.history.sheet
        self._points = []
        self._opening = None
        self._show_paper()
        if sheet.picture is not None:
            self._ask(sheet.picture)
        elif sheet.strokes:
            picture = draw_strokes(sheet.strokes, PAPER_SIDE)
            self._ask(cv2.imencode(".png", picture)[1].tobytes())
        else:
            self.question = None
            self._show_message(INVITATION)
        self._set_enabled()

    def _show_paper(self) -> None:
        sheet = self.history.sheet
        if self._points:  # the window is resized under the pen
            return
        if sheet.picture is None:
            self._show_on_paper(draw_strokes(sheet.strokes, self._paper_side()))
        elif self._opened is not None and self._opened[0] == sheet.picture:
            side = self._paper_side()
            picture = _fitted(Image.fromarray(self._opened[1]), side, side)
            paper = Image.new("RGB", (side, side), self.theme.palette.raised)
            paper.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
            self._show_on_paper(paper)

    def _show_on_paper(self, pixels: NDArray[np.uint8] | Image.Image) -> None:
        picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
        image = self._images.get("paper")
        if image is None or (image.width(), image.height()) != picture.size:
            image = self._images["paper"] = ImageTk.PhotoImage("RGB", picture.size)
            self.paper.itemconfigure(self._paper_image, image=image)
            edge = self.theme.pixels(1)
            self.paper.coords(self._paper_image, edge, edge)
        image.paste(picture.convert("RGB"))

    # ---- Questions and answers

    def _ask(self, picture: bytes | Path) -> None:
        self.question = Question(picture, self.is_contrast.get(), self.opacity.get())
        self.process.submit(self.question)

    def _ask_again(self) -> None:
        """Ask for another view of the same picture."""
        if self.question is not None:
            self._ask(self.question.picture)

    def _tick(self) -> None:
        """Take in what the other process has answered; the window's own clock."""
        done = self.process.poll()
        if done is not None:
            self._take_in(*done)
        if self.process.state != "loading" and self.status["text"].startswith("Loading"):
            self.status.configure(text=KEYS)
        self._ticking = self.root.after(TICK, self._tick)

    def _take_in(self, job: Job, result: Reply | DigitError) -> None:
        if isinstance(job, SaveJob):
            saved = isinstance(result, Path)
            self.status.configure(text=f"Saved as {job.path.name}." if saved else str(result))
        elif job is self._opening and isinstance(result, ExplainedAnswer):
            self.history.open(Path(str(job.picture)))
            self.question, self._opening = job, None
            self._show_answer(result)
            self._set_enabled()
        elif job is self._opening or job is self.question:
            self._opening = None
            if isinstance(result, ExplainedAnswer):
                self._show_answer(result)
            else:
                self._show_message(str(result), is_problem=True)

    def open(self) -> None:
        """Ask for a picture's file and open it."""
        kinds = [("Pictures", PICTURES), ("All files", "*")]
        name = filedialog.askopenfilename(parent=self.root, title="Open a digit", filetypes=kinds)
        if name:
            self.open_picture(Path(name))

    def open_picture(self, path: Path) -> None:
        """Show a picture and what is in it; one that cannot be read leaves the drawing alone."""
        self._opening = Question(path, self.is_contrast.get(), self.opacity.get())
        self.process.submit(self._opening)

    def save_drawing(self) -> None:
        """Keep the drawing as a PNG."""
        self._save("my-digit.png", is_explained=False)

    def save_explanation(self) -> None:
        """Keep the picture with its heatmap as a PNG."""
        if self.answer is not None:
            self._save(f"why-{self.answer.top_k[0][0]}.png", is_explained=True)

    def _save(self, name: str, *, is_explained: bool) -> None:
        if self.question is None:
            return
        path = filedialog.asksaveasfilename(
            parent=self.root,
            title="Save as",
            initialfile=name,
            defaultextension=".png",
            filetypes=[("PNG pictures", "*.png")],
        )
        if path:
            shown = replace(
                self.question, is_contrast=self.is_contrast.get(), opacity=self.opacity.get()
            )
            self.process.submit(SaveJob(shown, Path(path), is_explained), keep=True)

    # ---- What is shown of an answer

    def _show_answer(self, answer: ExplainedAnswer) -> None:
        self.answer = answer
        if isinstance(self.question, Question) and isinstance(self.question.picture, Path):
            self._opened = self.question.picture, answer.picture
            self._show_paper()
        if answer.doubt is None:
            self.digit.configure(text=str(answer.top_k[0][0]), style="Digit.TLabel")
            self.words.configure(text=f"{answer.confidences[0]} confident")
        else:
            self.digit.configure(text="?", style="Faint.Digit.TLabel")
            self.words.configure(text=answer.doubt)
        self._show_rest()

    def _show_message(self, sentence: str, *, is_problem: bool = False) -> None:
        """Say one sentence where the answer would stand."""
        self.answer = None
        style = "Alarm.Digit.TLabel" if is_problem else "Faint.Digit.TLabel"
        self.digit.configure(text="!" if is_problem else "?", style=style)
        self.words.configure(text=sentence)
        self._show_rest()

    def _show_rest(self) -> None:
        self._show_bars()
        self._show_views()
        self._show_heatmap()
        self._show_colour_bar()
        self.caption.configure(text=self.answer.caption if self.answer else "")
        self._show_sees()
        self._set_enabled()

    def _show_bars(self) -> None:
        answer, palette = self.answer, self.theme.palette
        for row, (digit, bar, number) in enumerate(self.bars):
            bar.delete("all")
            bar.configure(background=palette.faint)
            digit.configure(text=str(answer.top_k[row][0]) if answer else "")
            number.configure(text=answer.confidences[row] if answer else "")
            if answer:
                width = answer.top_k[row][1] * bar.winfo_width()
                is_best = row == 0 and answer.doubt is None
                colour = palette.accent if is_best else palette.quiet
                bar.create_rectangle(0, 0, width, bar.winfo_height(), fill=colour, width=0)

    def _show_views(self) -> None:
        names = ("Why?", "Why not another?")
        if self.answer is not None:
            first, second = (digit for digit, _ in self.answer.top_k[:2])
            names = (f"Why {first}?", f"Why {first} and not {second}?")
        for view, name in zip(self.views, names, strict=True):
            view.configure(text=name)

    def _show_heatmap(self) -> None:
        canvas, answer = self.heatmap, self.answer
        if answer is None:
            canvas.itemconfigure(self._heatmap_image, image="")
            return
        pixels = answer.heatmap if self.is_heatmap_shown.get() else answer.picture
        width, height = canvas.winfo_width(), canvas.winfo_height()
        edge = 2 * self.theme.pixels(1)
        picture = _fitted(Image.fromarray(pixels), width - edge, height - edge)
        self._images["heatmap"] = ImageTk.PhotoImage(picture)
        canvas.itemconfigure(self._heatmap_image, image=self._images["heatmap"])
        canvas.coords(self._heatmap_image, width / 2, height / 2)

    def _show_sees(self) -> None:
        if self.answer is None:
            self.sees.itemconfigure(self._sees_image, image="")
            return
        side = self.theme.pixels(112)
        picture = Image.fromarray(self.answer.network_input)
        enlarged = picture.resize((side, side), Image.Resampling.NEAREST)
        self._images["sees"] = ImageTk.PhotoImage(enlarged)
        self.sees.itemconfigure(self._sees_image, image=self._images["sees"])

    def _show_colour_bar(self) -> None:
        canvas, answer, pixels = self.colour_bar, self.answer, self.theme.pixels
        canvas.delete("all")
        if answer is None or not answer.colours:
            return
        width = canvas.winfo_width()
        stops = Image.new("RGB", (len(answer.colours), 1))
        stops.putdata([ImageColor.getrgb(each) for each in answer.colours])
        bar = stops.resize((width, pixels(BAR_HEIGHT)), Image.Resampling.BILINEAR)
        self._images["colours"] = ImageTk.PhotoImage(bar)
        canvas.create_image(0, 0, anchor="nw", image=self._images["colours"])
        low, middle, high = answer.labels
        top, colour = pixels(BAR_HEIGHT + 3), self.theme.palette.quiet
        look: dict[str, Any] = {"font": "SmallFont", "fill": colour}
        canvas.create_text(0, top, text=low, anchor="nw", **look)
        canvas.create_text(width / 2, top, text=middle, anchor="n", **look)
        canvas.create_text(width, top, text=f"{high} logits", anchor="ne", **look)

    def _set_enabled(self) -> None:
        sheet = self.history.sheet
        for widget, is_enabled in (
            (self.undo_button, self.history.can_undo),
            (self.redo_button, self.history.can_redo),
            (self.clear_button, not sheet.is_empty),
            (self.save_drawing_button, bool(sheet.strokes)),
            (self.save_button, self.answer is not None),
            (self.views[0], self.answer is not None),
            (self.views[1], self.answer is not None),
        ):
            widget.state(["!disabled" if is_enabled else "disabled"])

    def switch_theme(self) -> None:
        """From light to dark, or back."""
        self.use_theme("dark" if self.theme_button["text"] == "Dark" else "light")

    def use_theme(self, name: str) -> None:
        """Take the theme "light" or "dark"."""
        self.theme.use(name)
        palette = self.theme.palette
        self.theme_button.configure(text="Light" if name == "dark" else "Dark")
        self.root.configure(background=palette.ground)
        for canvas in (self.paper, self.heatmap, self.sees, self.colour_bar):
            canvas.configure(
                background=palette.ground,
                highlightbackground=palette.line,
                highlightcolor=palette.line,
            )
        for canvas in (self.heatmap, self.sees):
            canvas.configure(background=palette.raised)
        self._show_bars()
        self._show_colour_bar()
        self._show_paper()

    # ---- Trouble, and the end

    def _report(self, *error: Any) -> None:
        logger.error("The window could not do what it was asked", exc_info=error)
        self.status.configure(text=UNEXPECTED)

    def close(self) -> None:
        """End the program, whatever it is doing."""
        self.root.after_cancel(self._ticking)
        self.root.withdraw()
        self.process.close()
        self.root.destroy()


def _ignoring_event(action: Callable[[], None], event: tk.Event[tk.Misc]) -> None:
    action()


def _nudge(scale: ttk.Scale, by: float, event: tk.Event[tk.Misc]) -> str:
    """Move a slider by a step; ttk's own is 1, whatever the range."""
    scale.set(scale.get() + by)
    return "break"


def _fitted(picture: Image.Image, width: int, height: int) -> Image.Image:
    """The picture, as large as fits."""
    share = min(width / picture.width, height / picture.height)
    size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def main(arguments: list[str] | None = None) -> int:
    """Open the window; 1 if there is no screen for it, else 0."""
    options = _parser().parse_args(arguments)
    if options.model:
        os.environ["DIGIT_MODEL"] = options.model
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


if __name__ == "__main__":
    sys.exit(main())

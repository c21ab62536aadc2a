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
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from command_line import FAILED, begin_script, complain

if __name__ == "__main__":
    begin_script()

try:
    import tkinter as tk
    from tkinter import filedialog, ttk

    from window_answer import AnswerPanel
    from window_paper import Paper
    from window_theme import WindowTheme
except ImportError as error:
    if "tk" not in str(error).lower():
        raise
    sys.exit(
        "This window needs Tk: on Debian and Ubuntu install python3-tk (and python3-pil.imagetk "
        "with Debian's own Pillow), on Fedora python3-tkinter, on macOS python-tk of Homebrew; "
        "or open the page instead: streamlit run streamlit_app.py"
    )

import cv2

from background_process import UNEXPECTED, BackgroundProcess
from digit_errors import DigitError
from explained_answer import ExplainedAnswer, Job, Question, Reply, SaveJob
from stroke_drawing import StrokePainter

logger = logging.getLogger(__name__)

NO_DISPLAY = (
    "There is no screen to open a window on: start this on a desktop, or open the page instead: "
    "streamlit run streamlit_app.py"
)
INVITATION = "Draw a digit from 0 to 9; the answer appears here when you lift the pen."
KEYS = "Ctrl+Z undo · Ctrl+Y redo · Esc clear · Ctrl+O open · H heatmap"
PICTURES = "*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff *.heic *.heif"
LOADING = "Loading the network…"
ASKED_SIDE = 400  # pixels of the picture that is read, however large the window is
PEN_WIDTHS = (0.02, 0.12)  # shares of the paper's side
TICK = 10  # milliseconds


def make_worker() -> Callable[[Job], Reply]:
    """Load all that answers need, in the process that gives them."""
    from answer_maker import wake_answer_maker

    return wake_answer_maker()


class DigitWindow:
    """Paper on the left; the answer, and why, on the right.

    Attributes:
        root: the window.
        process: where answers come from.
        paper, panel: what is drawn, and what is said of it.
        question: what the panel answers, or will; None for an empty sheet.
        status: the line at the bottom.
    """

    def __init__(self, root: tk.Tk, theme: str = "light") -> None:
        self.root = root
        self.process: BackgroundProcess[Job, Reply] = BackgroundProcess(make_worker)
        self.question: Question | None = None
        self._opening: Question | None = None
        self._painter = StrokePainter()
        self.theme = WindowTheme(root)
        self._build()
        self._bind()
        self.use_theme(theme)
        self._ask_about_sheet()
        self._ticking = root.after(TICK, self._tick)

    # ---- Widgets

    def _build(self) -> None:
        root, pixels = self.root, self.theme.pixels
        root.title("Handwritten digits")
        root.geometry(f"{pixels(960)}x{pixels(660)}")
        root.minsize(pixels(880), pixels(600))
        root.columnconfigure(0, weight=1)
        root.rowconfigure(0, weight=1)
        body = ttk.Frame(root, padding=pixels(20))
        body.grid(sticky="nsew")
        body.columnconfigure((0, 1), weight=1, uniform="half")
        body.rowconfigure(0, weight=1)
        self._build_left(body).grid(row=0, column=0, sticky="nsew", padx=(0, pixels(28)))
        self._build_right(body).grid(row=0, column=1, sticky="nsew")
        self._build_foot(body).grid(row=1, columnspan=2, sticky="ew", pady=(pixels(16), 0))

    def _build_left(self, parent: ttk.Frame) -> ttk.Frame:
        pixels = self.theme.pixels
        frame = ttk.Frame(parent)
        frame.columnconfigure(0, weight=1)
        frame.rowconfigure(0, weight=1)
        self.paper = Paper(frame, self.theme, self._ask_about_sheet)
        self.paper.canvas.master.grid(sticky="nsew")  # type: ignore[attr-defined]
        tools, more = ttk.Frame(frame), ttk.Frame(frame)
        for row in (tools, more):
            row.grid(sticky="ew", pady=(pixels(12), 0))
        self.undo_button = self._button(tools, "Undo", self.paper.undo)
        self.redo_button = self._button(tools, "Redo", self.paper.redo)
        self.clear_button = self._button(tools, "Clear", self.paper.clear)
        self.open_button = self._button(tools, "Open…", self.open)
        ttk.Label(more, text="Pen width", style="Quiet.TLabel").pack(side="left")
        self._slider(more, self.paper.pen_width, PEN_WIDTHS)
        self.save_drawing_button = self._button(more, "Save drawing…", self.save_drawing)
        return frame

    def _build_right(self, parent: ttk.Frame) -> ttk.Frame:
        self.panel = AnswerPanel(parent, self.theme, self._ask_again)
        tools = ttk.Frame(self.panel.frame)
        tools.grid(row=5, sticky="ew", pady=(self.theme.pixels(12), 0))
        self.heatmap_switch = ttk.Checkbutton(
            tools,
            text="Heatmap",
            variable=self.panel.is_heatmap_shown,
            command=self.panel.show_heatmap,
        )
        self.heatmap_switch.pack(side="left")
        self.opacity = tk.DoubleVar(self.root, 0.8)
        self._slider(tools, self.opacity, (0.0, 1.0), self._ask_again)
        self.save_button = self._button(tools, "Save explanation…", self.save_explanation)
        return self.panel.frame

    def _build_foot(self, parent: ttk.Frame) -> ttk.Frame:
        foot = ttk.Frame(parent)
        self.status = ttk.Label(foot, text=LOADING, style="Quiet.TLabel")
        self.status.pack(side="left")
        self.theme_button = ttk.Button(foot, command=self.switch_theme)
        self.theme_button.pack(side="right")
        return foot

    def _button(self, parent: ttk.Frame, text: str, command: Callable[[], None]) -> ttk.Button:
        button = ttk.Button(parent, text=text, command=command)
        button.pack(side="left", padx=(0, self.theme.pixels(8)))
        return button

    def _slider(
        self,
        parent: ttk.Frame,
        variable: tk.DoubleVar,
        limits: tuple[float, float],
        when_moved: Callable[[], None] = lambda: None,
    ) -> None:
        low, high = limits
        scale = ttk.Scale(
            parent,
            from_=low,
            to=high,
            variable=variable,
            length=self.theme.pixels(110),
            command=lambda value: when_moved(),
        )
        scale.pack(side="left", padx=self.theme.pixels(8))
        step = (high - low) / 20
        for key, by in (("<Left>", -step), ("<Right>", step)):
            scale.bind(key, partial(_nudge, scale, by))

    def _bind(self) -> None:
        root = self.root
        command = "Command" if root.tk.call("tk", "windowingsystem") == "aqua" else "Control"
        keys: dict[str, Callable[[], None]] = {
            f"<{command}-z>": self.paper.undo,
            f"<{command}-y>": self.paper.redo,
            f"<{command}-Shift-Z>": self.paper.redo,
            f"<{command}-o>": self.open,
            f"<{command}-s>": self.save_explanation,
            "<Escape>": self.paper.clear,
            "<h>": self.heatmap_switch.invoke,
            "<H>": self.heatmap_switch.invoke,
        }
        for key, action in keys.items():
            root.bind(key, partial(_ignoring_event, action))
        root.protocol("WM_DELETE_WINDOW", self.close)
        root.report_callback_exception = self._report

    # ---- Questions and answers

    def _ask_about_sheet(self) -> None:
        """Ask what is on the sheet, or invite if it is empty."""
        sheet, self._opening = self.paper.sheet, None
        if sheet.picture is not None:
            self._ask(sheet.picture)
        elif sheet.strokes:
            picture = self._painter.paint(sheet.strokes, ASKED_SIDE)
            self._ask(cv2.imencode(".png", picture)[1].tobytes())
        else:
            self.question = None
            self.panel.say(INVITATION)
        self._enable_buttons()

    def _ask_again(self) -> None:
        """Ask for another view of the same picture."""
        if self.question is not None:
            self._ask(self.question.picture)

    def _ask(self, picture: bytes | Path) -> None:
        self.question = self._question(picture)
        self.process.submit(self.question)

    def _question(self, picture: bytes | Path) -> Question:
        return Question(picture, self.panel.is_contrast.get(), self.opacity.get())

    def _tick(self) -> None:
        """Take in what the other process has answered; the window's own clock."""
        done = self.process.poll()
        if done is not None:
            self._take_in(*done)
        if self.process.state != "loading" and self.status["text"] == LOADING:
            self.status.configure(text=KEYS)
        self._ticking = self.root.after(TICK, self._tick)

    def _take_in(self, job: Job, result: Reply | DigitError) -> None:
        if isinstance(job, SaveJob):
            is_saved = isinstance(result, Path)
            self.status.configure(text=f"Saved as {job.path.name}." if is_saved else str(result))
            return
        if job is self._opening and isinstance(result, ExplainedAnswer):
            self.paper.open(Path(str(job.picture)))
            self.question = job
        elif job is not self.question and job is not self._opening:
            return  # it is of a sheet that has been put away
        self._opening = None
        self._show(job, result)

    def _show(self, question: Question, result: Reply | DigitError) -> None:
        if isinstance(result, ExplainedAnswer):
            if isinstance(question.picture, Path):
                self.paper.show_opened(question.picture, result.picture)
            self.panel.show(result)
        else:
            self.panel.say(str(result), is_problem=True)
        self._enable_buttons()

    def _enable_buttons(self) -> None:
        for button, is_enabled in (
            (self.undo_button, self.paper.can_undo),
            (self.redo_button, self.paper.can_redo),
            (self.clear_button, not self.paper.sheet.is_empty),
            (self.save_drawing_button, bool(self.paper.sheet.strokes)),
            (self.save_button, self.panel.answer is not None),
        ):
            button.state(["!disabled" if is_enabled else "disabled"])

    # ---- Files

    def open(self) -> None:
        """Ask for a picture's file and open it."""
        kinds = [("Pictures", PICTURES), ("All files", "*")]
        name = filedialog.askopenfilename(parent=self.root, title="Open a digit", filetypes=kinds)
        if name:
            self.open_picture(Path(name))

    def open_picture(self, path: Path) -> None:
        """Show a picture and what is in it; one that cannot be read leaves the drawing alone."""
        self._opening = self._question(path)
        self.process.submit(self._opening)

    def save_drawing(self) -> None:
        """Keep the drawing as a PNG."""
        self._save("my-digit.png", is_explained=False)

    def save_explanation(self) -> None:
        """Keep the picture with its heatmap as a PNG."""
        if self.panel.answer is not None:
            self._save(f"why-{self.panel.answer.top_k[0][0]}.png", is_explained=True)

    def _save(self, name: str, *, is_explained: bool) -> None:
        path = filedialog.asksaveasfilename(
            parent=self.root,
            title="Save as",
            initialfile=name,
            defaultextension=".png",
            filetypes=[("PNG pictures", "*.png")],
        )
        if path and self.question is not None:
            question = self._question(self.question.picture)
            self.process.submit(SaveJob(question, Path(path), is_explained), keep=True)

    # ---- Look, trouble, and the end

    def switch_theme(self) -> None:
        """From light to dark, or back."""
        self.use_theme("dark" if self.theme_button["text"] == "Dark" else "light")

    def use_theme(self, name: str) -> None:
        """Take the theme "light" or "dark"."""
        self.theme.use(name)
        self.theme_button.configure(text="Light" if name == "dark" else "Dark")
        self.root.configure(background=self.theme.palette.ground)
        self.theme.colour(self.paper.canvas, self.theme.palette.ground)
        self.paper.show()
        self.panel.show_colours()

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

"""The window's widgets, and what they are wired to.

Reading and explaining happen in a process of their own (`background_process`), so the window can be
drawn on at once, and while a large picture is read.
"""

from __future__ import annotations

import logging
import re
import tkinter as tk
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from tkinter import filedialog, ttk
from typing import Any, Literal

import cv2

from digits.common.command_line import complain
from digits.common.errors import DigitError
from digits.common.picture_saving import save_picture
from digits.picture.decoding import SUFFIXES
from digits.screen.constants import DOUBT_WAITS
from digits.screen.sentences import DRAW_INVITATION, UNEXPECTED
from digits.screen.stroke_drawing import OpenedPicture, StrokePainter
from digits.window.answer_panel import AnswerPanel
from digits.window.background_process import STOPPED, BackgroundProcess
from digits.window.correction_list import CorrectionList
from digits.window.correction_menu import CorrectionMenu
from digits.window.explained_answer import (
    Corrected,
    CorrectJob,
    ExplainedAnswer,
    Job,
    Question,
    Reply,
    SaveJob,
)
from digits.window.paper import Paper
from digits.window.theme import WindowTheme

logger = logging.getLogger(__name__)

KEYS = "Ctrl+Z undo · Ctrl+Y redo · Esc clear · Ctrl+O open · H heatmap"
LOADING = "Loading the network…"
NOTHING_TO_CORRECT = "There is no answer that could be corrected: write a number first."
WITHOUT_HAND = "Answers are not adapted."
HAND_IS_LOST = (
    "The part that reads digits has stopped, and what you said of your hand is gone: say it again."
)
ASKED_HEIGHT = 480  # pixels of the picture that is read, however large the window is
PEN_WIDTHS = (0.02, 0.12)  # shares of the paper's height
TICK = 10  # milliseconds
LONGEST_FILE_NAME = 40
WITH_OTHER_KEYS = 0x4 | 0x8 | 0x20000  # Control, Alt on X11, Alt on Windows


def make_worker() -> Callable[[Job], Reply]:
    """Load all that answers need, in the process that gives them."""
    from digits.window.answer_maker import wake_answer_maker

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
        self._answered: Question | None = None
        self._opening: Question | None = None
        self._is_view_behind = False
        self._held_back: str | None = None
        self._losses = 0
        self._folder_of_hand: Path | None = None
        self._undone = ""
        self._painter = StrokePainter()
        self.theme = WindowTheme(root)
        self._keys = KEYS.replace("Ctrl+", "⌘") if self.theme.is_mac else KEYS
        self._when_loaded = self._keys
        self._build()
        self._bind()
        self.use_theme(theme)
        self._ask_about_sheet()
        self._ticking = root.after(TICK, self._tick)

    @property
    def is_settled(self) -> bool:
        """Whether all that was asked has been answered and shown."""
        is_idle = self.process.state in ("idle", "stopped")
        return is_idle and not self._is_view_behind and self._held_back is None

    # ---- Widgets

    def _build(self) -> None:
        root, pixels = self.root, self.theme.pixels
        root.title("Handwritten digits")
        root.geometry(f"{pixels(1120)}x{pixels(700)}")
        root.minsize(
            min(pixels(880), root.winfo_screenwidth()), min(pixels(600), root.winfo_screenheight())
        )
        root.columnconfigure(0, weight=1)
        root.rowconfigure(0, weight=1)
        body = ttk.Frame(root, padding=pixels(20))
        body.grid(sticky="nsew")
        body.columnconfigure(0, weight=11, uniform="half")
        body.columnconfigure(1, weight=9, uniform="half")
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
        tools.grid(row=6, sticky="ew", pady=(self.theme.pixels(12), 0))
        self.heatmap_switch = ttk.Checkbutton(
            tools,
            text="Heatmap",
            variable=self.panel.is_heatmap_shown,
            command=self.panel.show_heatmap,
        )
        self.heatmap_switch.pack(side="left")
        self.is_overlay = tk.BooleanVar(self.root, value=False)
        self.overlay_switch = ttk.Checkbutton(
            tools, text="Over the ink", variable=self.is_overlay, command=self._ask_again
        )
        self.overlay_switch.pack(side="left", padx=(self.theme.pixels(8), 0))
        self.opacity = tk.DoubleVar(self.root, 1.0)
        self._slider(tools, self.opacity, (0.0, 1.0), self._ask_again)
        self.save_button = self._button(tools, "Save explanation…", self.save_explanation)
        # Room goes to it first, so that where there is little the slider is the one to shrink.
        self.save_button.pack(side="right", padx=0, before=self.heatmap_switch)
        return self.panel.frame

    def _build_foot(self, parent: ttk.Frame) -> ttk.Frame:
        foot = ttk.Frame(parent)
        self.theme_button = ttk.Button(foot, command=self.switch_theme)
        self.theme_button.pack(side="right")
        self.correction_list = CorrectionList(
            self.root, self.theme, lambda key: self._ask_of_hand("back", key=key)
        )
        self.corrections = CorrectionMenu(
            foot, self._correct, self._ask_of_hand, self.correction_list.open
        )
        self.corrections.button.pack(side="right", padx=self.theme.pixels(8))
        self.status = ttk.Label(foot, text=LOADING, style="Quiet.TLabel")
        self.status.pack(side="left")
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
        for keys, by in ((("<Left>", "<Down>"), -step), (("<Right>", "<Up>"), step)):
            for key in keys:
                scale.bind(key, partial(_nudge, scale, by))
        scale.bind("<ButtonPress-1>", partial(_take_hold, scale))

    def _bind(self) -> None:
        root, command = self.root, "Command" if self.theme.is_mac else "Control"
        keys: dict[str, Callable[[], None]] = {
            f"<{command}-z>": self.paper.undo,
            f"<{command}-y>": self.paper.redo,
            f"<{command}-Shift-Z>": self.paper.redo,
            f"<{command}-o>": self.open,
            f"<{command}-s>": self.save_explanation,
            "<Escape>": self.paper.clear,
        }
        for key, action in keys.items():
            root.bind(key, partial(_ignoring_event, action))
        for key in ("<h>", "<H>"):
            root.bind(key, self._press_h)
        root.protocol("WM_DELETE_WINDOW", self.close)
        root.report_callback_exception = self._report

    # ---- Questions and answers

    def _ask_about_sheet(self) -> None:
        """Ask what is on the sheet, or invite if it is empty."""
        sheet, self._opening = self.paper.sheet, None
        self.panel.strip.forget_choice()
        if sheet.is_empty:
            self.question = None
            self.panel.say(DRAW_INVITATION)
        elif sheet.picture is not None:
            self._ask(sheet.picture.source, is_drawn=False)
        else:
            picture = self._painter.paint(sheet.strokes, ASKED_HEIGHT)
            self._ask(cv2.imencode(".png", picture)[1].tobytes(), is_drawn=True)
        self._enable_buttons()

    def _ask(self, picture: bytes, *, is_drawn: bool) -> None:
        self.question = self._question(picture, is_drawn=is_drawn)
        self.process.submit(self.question)

    def _question(self, picture: bytes | Path, *, is_drawn: bool) -> Question:
        panel = self.panel
        return Question(
            picture,
            is_drawn,
            is_contrast=panel.is_contrast.get(),
            opacity=self.opacity.get(),
            place=panel.strip.place,
            is_overlay=self.is_overlay.get(),
        )

    def _correct(self, right: int | None) -> None:
        """Say what is right of the answer that is shown."""
        if self._correctable is None:
            self.status.configure(text=NOTHING_TO_CORRECT)
        else:
            self.process.submit(CorrectJob(self._correctable, "right", right), keep=True)

    def _ask_of_hand(self, what: Literal["back", "switch", "keep"], **options: Any) -> None:
        """Say what becomes of all that was said."""
        self.process.submit(CorrectJob(self._correctable, what, **options), keep=True)

    @property
    def _correctable(self) -> Question | None:
        """The question whose answer is shown, if there is one."""
        question = self._answered
        if self.panel.answer is None or question is None or isinstance(question.picture, Path):
            return None
        return question

    def _ask_again(self) -> None:
        """Ask for another view of the same picture, once the last one has been shown."""
        self._is_view_behind = True

    def _catch_up(self) -> None:
        """Ask for the view that is chosen now; a slider moves faster than answers come."""
        if not self._is_view_behind or self.process.state == "busy":
            return
        self._is_view_behind = False
        if self._opening is not None:
            self.open_picture(Path(str(self._opening.picture)))
        elif self.question is not None and isinstance(self.question.picture, bytes):
            self._ask(self.question.picture, is_drawn=self.question.is_drawn)

    def _tick(self) -> None:
        """Take in what the other process has answered; the window's own clock."""
        try:
            done = self.process.poll()
            if done is not None:
                self._take_in(*done)
            if self.process.losses > self._losses:
                self._losses = self.process.losses
                self._regain_hand(is_undone=done is not None and isinstance(done[0], CorrectJob))
            self._catch_up()
            self._show_state()
        finally:
            self._ticking = self.root.after(TICK, self._tick)

    def _regain_hand(self, *, is_undone: bool) -> None:
        """The process has forgotten the hand: the next one reads its folder, or it is gone.

        Args:
            is_undone: whether what was said last was not taken in, either.
        """
        was_said = self.correction_list.said
        self.correction_list.show(())
        folder, self._folder_of_hand = self._folder_of_hand, None  # until it has been read
        if folder is not None:
            self._undone = STOPPED if is_undone else ""
            self._ask_of_hand("keep", folder=folder)
        elif was_said:
            self._when_loaded = HAND_IS_LOST
            self.status.configure(text=HAND_IS_LOST)

    def _show_state(self) -> None:
        """Say at the bottom that the network is being loaded, for as long as it is."""
        is_loading, says_so = self.process.state == "loading", self.status["text"] == LOADING
        if is_loading != says_so:
            self.status.configure(text=LOADING if is_loading else self._when_loaded)
        if says_so and not is_loading:
            self._when_loaded = self._keys

    def _take_in(self, job: Job, result: Reply | DigitError) -> None:
        if isinstance(job, SaveJob):
            is_saved = isinstance(result, Path)
            self.status.configure(text=f"Saved as {job.path.name}." if is_saved else str(result))
        elif isinstance(job, CorrectJob):
            self._show_corrected(job, result)
        elif job is self._opening:
            self._opening = None
            if not self.paper.is_under_pen:  # whoever draws has thought better of opening
                self._show_opened(job, result)
        elif job is self.question and not self._is_held_back(job, result):
            self._show(job, result)

    def _is_held_back(self, question: Question, result: Reply | DigitError) -> bool:
        """Whether a drawing is doubted that may not be finished: its doubt is shown in a moment."""
        is_doubt = isinstance(result, ExplainedAnswer) and result.doubt is not None
        is_new = self._answered is None or self._answered.picture != question.picture
        if not (is_doubt and is_new and question.is_drawn and self.panel.answer is not None):
            return False
        self.panel.subdue()
        self._held_back = self.root.after(
            round(1000 * DOUBT_WAITS), partial(self._show_held_back, question, result)
        )
        return True

    def _show_held_back(self, question: Question, result: Reply | DigitError) -> None:
        self._held_back = None
        if question is self.question:
            self._show(question, result)

    def _show_corrected(self, job: CorrectJob, result: Reply | DigitError) -> None:
        """Show the answer that came of a correction, if it is still the one that is asked for."""
        undone, self._undone = self._undone, ""
        if not isinstance(result, Corrected):
            self.status.configure(text=f"{undone} {result}".strip())
            return
        if job.what == "keep":
            self._folder_of_hand = job.folder
        self.correction_list.show(result.said)
        asked, now = job.question, self.question
        if result.answer and asked and now and now.picture == asked.picture:
            self._show(asked, result.answer)
        said = undone, result.left_out, result.about_hand or WITHOUT_HAND
        self.status.configure(text=" ".join(filter(None, said)))

    def _show_opened(self, question: Question, result: Reply | DigitError) -> None:
        """Show a picture that was opened; one that cannot be read leaves the drawing alone."""
        if isinstance(result, ExplainedAnswer) and result.source is not None:
            self.paper.open(OpenedPicture(result.source, result.picture))
            question = self.question = replace(question, picture=result.source)
        self._show(question, result)

    def _show(self, question: Question, result: Reply | DigitError) -> None:
        if isinstance(result, ExplainedAnswer):
            self._answered = question
            self.panel.show(result)
            if result.about_hand:
                self.status.configure(text=result.about_hand)
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
        # On Linux, capitals matter, in which cameras write.
        patterns = [f"*.{each}" for suffix in SUFFIXES for each in (suffix, suffix.upper())]
        kinds = [("Pictures", " ".join(patterns)), ("All files", "*")]
        name = filedialog.askopenfilename(parent=self.root, title="Open a picture", filetypes=kinds)
        if name:
            self.open_picture(Path(name))

    def open_picture(self, path: Path) -> None:
        """Read a picture, and show it when it has been read."""
        self.panel.strip.forget_choice()
        self._opening = self._question(path, is_drawn=False)
        self.process.submit(self._opening)

    def save_drawing(self) -> None:
        """Keep the drawing as a PNG."""
        question = self.question
        path = self._ask_where("my-number.png")
        if path is None or question is None or not isinstance(question.picture, bytes):
            return
        try:
            save_picture(question.picture, path)
        except DigitError as error:
            self.status.configure(text=str(error))
        else:
            self.status.configure(text=f"Saved as {path.name}.")

    def save_explanation(self) -> None:
        """Keep the picture with its heatmap as a PNG."""
        question, answer = self._answered, self.panel.answer
        if question is None or answer is None:
            return
        name = "-".join(re.findall(r"\d+", answer.written))[:LONGEST_FILE_NAME]
        path = self._ask_where(f"why-{name}.png")
        if path is not None:
            self.process.submit(SaveJob(question, path), keep=True)

    def _ask_where(self, name: str) -> Path | None:
        chosen = filedialog.asksaveasfilename(
            parent=self.root,
            title="Save as",
            initialfile=name,
            defaultextension=".png",
            filetypes=[("PNG pictures", "*.png")],
        )
        return Path(chosen) if chosen else None

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
        self.theme.colour_menu(self.corrections.menu)
        self.correction_list.use_theme()
        self.paper.show()
        self.panel.show_colours()

    def _press_h(self, event: tk.Event[tk.Misc]) -> None:
        if not int(event.state) & WITH_OTHER_KEYS:
            self.heatmap_switch.invoke()

    def _report(self, *error: Any) -> None:
        logger.error("The window could not do what it was asked", exc_info=error)
        self.status.configure(text=UNEXPECTED)

    def close(self) -> None:
        """End the program, whatever it is doing."""
        self.root.after_cancel(self._ticking)
        if self._held_back is not None:
            self.root.after_cancel(self._held_back)
        self.root.withdraw()
        try:
            for job, error in self.process.close():
                name = job.path.name if isinstance(job, SaveJob) else "Something"
                complain(f"{name} was not saved. {error}")
        finally:
            self.root.destroy()


def _ignoring_event(action: Callable[[], None], event: tk.Event[tk.Misc]) -> None:
    action()


def _take_hold(scale: ttk.Scale, event: tk.Event[tk.Misc]) -> None:
    """Bring a slider's knob under the pointer, so that ttk goes on to drag it from there."""
    scale.set(scale.get(event.x, event.y))
    scale.update_idletasks()


def _nudge(scale: ttk.Scale, by: float, event: tk.Event[tk.Misc]) -> str:
    """Move a slider by a step; ttk's own is 1, whatever the range."""
    scale.set(scale.get() + by)
    return "break"

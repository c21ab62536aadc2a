"""The window's paper: it is drawn on, forgets nothing, and shows the picture that was opened."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

from PIL import Image, ImageTk

from digits.screen.stroke_drawing import (
    SHEET_ASPECT,
    OpenedPicture,
    PenStroke,
    Sheet,
    SheetHistory,
    StrokePainter,
    draw_newest,
)
from digits.window.theme import WindowTheme, fitted


class Paper:
    """A sheet under a pen.

    Attributes:
        canvas: the widget.
        pen_width: as a share of the sheet's height.
    """

    def __init__(
        self, parent: ttk.Frame, theme: WindowTheme, when_changed: Callable[[], None]
    ) -> None:
        self._theme = theme
        self._when_changed = when_changed
        self._history = SheetHistory()
        self._painter = StrokePainter()
        self._points: list[tuple[float, float]] = []
        self._image: ImageTk.PhotoImage | None = None
        self.pen_width = tk.DoubleVar(parent, 0.05)
        self.canvas = theme.sheet(parent, "n", SHEET_ASPECT, cursor="pencil")
        self._item = self.canvas.create_image(theme.edge, theme.edge, anchor="nw")
        self.canvas.bind("<ButtonPress-1>", self._pen_down)
        self.canvas.bind("<B1-Motion>", self._pen_move)
        self.canvas.bind("<ButtonRelease-1>", self._pen_up)
        self.canvas.bind("<Configure>", lambda event: self.show())

    @property
    def sheet(self) -> Sheet:
        """What lies before the person."""
        return self._history.sheet

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to go back."""
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is an undo to take back."""
        return self._history.can_redo

    @property
    def is_under_pen(self) -> bool:
        """Whether a stroke is being drawn."""
        return bool(self._points)

    @property
    def height(self) -> int:
        """Of the sheet, in pixels of the screen."""
        return max(1, self.canvas.winfo_height() - 2 * self._theme.edge)

    def undo(self) -> None:
        """Go back one change."""
        self._change(self._history.undo)

    def redo(self) -> None:
        """Take back one undo."""
        self._change(self._history.redo)

    def clear(self) -> None:
        """Take an empty sheet."""
        self._change(self._history.clear)

    def open(self, picture: OpenedPicture) -> None:
        """Put a picture before the person, who has been told already what is in it."""
        self._history.open(picture)
        self.show()

    def show(self) -> None:
        """Paint the sheet, at the size that it has now."""
        sheet, height = self.sheet, self.height
        if self.is_under_pen:  # the window changes under the pen: when it lifts, this comes again
            return
        if sheet.picture is None:
            self._paint(Image.fromarray(self._painter.paint(sheet.strokes, height)))
            return
        width = max(1, round(SHEET_ASPECT * height))
        mount = Image.new("RGB", (width, height), self._theme.palette.raised)
        picture = fitted(Image.fromarray(sheet.picture.pixels), width, height)
        mount.paste(picture, ((width - picture.width) // 2, (height - picture.height) // 2))
        self._paint(mount)

    def _change(self, change: Callable[[], None]) -> None:
        """Change the sheet; a stroke that is being drawn ends here, and is not lost."""
        before = self.sheet
        if self.is_under_pen:
            self._history.add(self._stroke())
            self._points = []
        change()
        self.show()
        if self.sheet is not before:
            self._when_changed()

    def _pen_down(self, event: tk.Event[tk.Canvas]) -> None:
        self.canvas.focus_set()
        self._points = [self._place(event)]
        self._wet = self._painter.paint(self.sheet.strokes, self.height)
        self._pen_drew()

    def _pen_move(self, event: tk.Event[tk.Canvas]) -> None:
        if self._points and self._points[-1] != self._place(event):
            self._points.append(self._place(event))
            self._pen_drew()

    def _pen_drew(self) -> None:
        draw_newest(self._wet, self._stroke())
        self._paint(Image.fromarray(self._wet))

    def _pen_up(self, event: tk.Event[tk.Canvas]) -> None:
        self._change(lambda: None)

    def _stroke(self) -> PenStroke:
        return PenStroke(tuple(self._points), self.pen_width.get())

    def _place(self, event: tk.Event[tk.Canvas]) -> tuple[float, float]:
        height, edge = self.height, self._theme.edge
        return (event.x - edge + 0.5) / height, (event.y - edge + 0.5) / height

    def _paint(self, picture: Image.Image) -> None:
        image = self._image
        if image is None or (image.width(), image.height()) != picture.size:
            image = self._image = ImageTk.PhotoImage("RGB", picture.size, master=self.canvas)
            self.canvas.itemconfigure(self._item, image=image)
        image.paste(picture.convert("RGB"))

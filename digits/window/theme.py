"""How the window looks: a light and a dark ttk theme, drawn for the screen's own density.

ttk's own themes are drawn for the screens of the nineties. The shapes here are painted four times
as large and shrunk, so that their round corners are smooth at every density.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tkinter as tk
from dataclasses import dataclass
from tkinter import font, ttk
from typing import Any, Literal

from PIL import Image, ImageDraw, ImageTk

PATIENCE = 2.0
"""Seconds that a desktop is waited for."""
_FINER = 4
_STYLES_OF_BUTTONS = {"Button": ("TButton", "TMenubutton"), "Segment": ("Segment.Toolbutton",)}


def fitted(picture: Image.Image, width: int, height: int) -> Image.Image:
    """The picture, as large as fits into so many pixels."""
    share = min(width / picture.width, height / picture.height)
    size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _dots_per_inch(root: tk.Tk) -> float:
    """The density that the desktop asks for; Tk 8.6 knows only what X11 says of the screen."""
    if root.tk.call("tk", "windowingsystem") == "x11":
        asked = re.search(r"^Xft\.dpi:\s*(\d+)", _x_resources(root.winfo_screen()), re.MULTILINE)
        if asked is not None:
            return float(asked[1])
    return root.winfo_fpixels("1i")


def _x_resources(display: str) -> str:
    """What a desktop has told an X server; nothing where that cannot be asked."""
    xrdb = shutil.which("xrdb")
    if xrdb is None:
        return ""
    try:
        resources = subprocess.run(
            [xrdb, "-query"],
            env=os.environ | {"DISPLAY": display},
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return resources.stdout.decode(errors="replace")


@dataclass(frozen=True)
class Palette:
    """The colours of a theme, as #rrggbb; the same as those of the page."""

    ground: str
    raised: str
    line: str
    text: str
    quiet: str
    faint: str
    accent: str
    on_accent: str
    alarm: str


PALETTES = {
    "light": Palette(
        ground="#ffffff",
        raised="#f5f5f2",
        line="#d5d5cf",
        text="#1f2328",
        quiet="#60656c",
        faint="#e4e4e0",
        accent="#2f5fd0",
        on_accent="#ffffff",
        alarm="#c2452d",
    ),
    "dark": Palette(
        ground="#15171a",
        raised="#1e2125",
        line="#3d4248",
        text="#e8e8e4",
        quiet="#a0a4a8",
        faint="#2b2f34",
        accent="#86a8ff",
        on_accent="#15171a",
        alarm="#f08a6e",
    ),
}


class WindowTheme:
    """The themes of one window, and its screen's density.

    Attributes:
        is_mac: whether this is macOS.
        scale: pixels of this screen for a pixel of a plain one (96 to the inch).
        palette: of the theme in use.
    """

    def __init__(self, root: tk.Tk) -> None:
        self._root = root
        self._style = ttk.Style(root)
        self._images: list[ImageTk.PhotoImage] = []  # Tk shows only what Python still holds
        self.is_mac = root.tk.call("tk", "windowingsystem") == "aqua"
        # macOS counts in points and enlarges by itself; elsewhere in quarters, as desktops offer.
        self.scale = 1.0 if self.is_mac else max(1.0, round(_dots_per_inch(root) / 24) / 4)
        root.tk.call("tk", "scaling", self.scale * (1.0 if self.is_mac else 96 / 72))
        self._set_fonts(root)
        for name in PALETTES:
            self._style.theme_create(f"digits-{name}", parent="clam")
            self.use(name)
            self._paint(name)
        self.use("light")

    def use(self, name: str) -> None:
        """Switch to "light" or "dark"; what is no ttk widget takes its colours from `palette`."""
        self.palette = PALETTES[name]
        self._style.theme_use(f"digits-{name}")

    def sheet(
        self,
        parent: ttk.Frame,
        anchor: Literal["n", "nw"],
        aspect: float = 1.0,
        cursor: str = "",
    ) -> tk.Canvas:
        """A canvas that keeps its aspect, as large as it can be in a frame of its own.

        Args:
            parent: of that frame.
            anchor: where in the frame it is.
            aspect: its width, in its heights, without its outline.
            cursor: over it.

        Returns:
            The canvas; its frame, `canvas.master`, is to be put into the layout.
        """
        room = ttk.Frame(parent)
        canvas = tk.Canvas(room, highlightthickness=self.edge, cursor=cursor)

        def fit(event: tk.Event[ttk.Frame]) -> None:
            edge = 2 * self.edge
            height = min(event.height - edge, (event.width - edge) / aspect)
            wide, tall = max(1, round(aspect * height)) + edge, max(1, round(height)) + edge
            left = (event.width - wide) // 2 if anchor == "n" else 0
            canvas.place(x=left, y=0, width=wide, height=tall)

        room.bind("<Configure>", fit)
        return canvas

    def colour(self, canvas: tk.Canvas, ground: str) -> None:
        """Give a canvas, which knows no themes, this one's colours."""
        line = self.palette.line
        canvas.configure(background=ground, highlightbackground=line, highlightcolor=line)

    def colour_menu(self, menu: tk.Menu) -> None:
        """Give a menu, which knows no themes, this one's colours."""
        palette = self.palette
        menu.configure(
            background=palette.raised,
            foreground=palette.text,
            activebackground=palette.accent,
            activeforeground=palette.on_accent,
            activeborderwidth=self.pixels(2),
            borderwidth=self.edge,
            relief="flat",
        )

    @property
    def edge(self) -> int:
        """Width of a canvas's outline, in pixels of this screen."""
        return self.pixels(1)

    def pixels(self, plain: float) -> int:
        """Pixels on this screen, at least one, for pixels on a plain one."""
        return max(1, round(plain * self.scale))

    def _set_fonts(self, root: tk.Tk) -> None:
        body = font.nametofont("TkDefaultFont", root)
        body.configure(size=10)
        family = str(body.actual("family"))
        self._fonts = [
            font.Font(root, name="DigitFont", family=family, size=64, weight="bold"),
            font.Font(root, name="NumberFont", family=family, size=40, weight="bold"),
            font.Font(root, name="LongNumberFont", family=family, size=20, weight="bold"),
            font.Font(root, name="StrongFont", family=family, size=11, weight="bold"),
            font.Font(root, name="WordsFont", family=family, size=11),
            font.Font(root, name="SmallFont", family=family, size=9),
        ]

    def _paint(self, name: str) -> None:
        style, pixels, palette = self._style, self.pixels, self.palette
        style.configure(
            ".",
            background=palette.ground,
            foreground=palette.text,
            font="TkDefaultFont",
            focuscolor=palette.accent,
        )
        style.configure("Quiet.TLabel", foreground=palette.quiet, font="SmallFont")
        style.configure("Strong.TLabel", font="StrongFont")
        style.configure("Words.TLabel", font="WordsFont")
        style.configure("Digit.TLabel", font="DigitFont")
        style.configure("Number.TLabel", font="NumberFont")
        style.configure("Long.Number.TLabel", font="LongNumberFont")
        style.configure("Faint.Digit.TLabel", foreground=palette.line)
        style.configure("Alarm.Digit.TLabel", foreground=palette.alarm)
        self._paint_buttons(name)
        self._paint_switch(name)
        self._paint_slider(name)
        self._paint_scrollbars()
        self._paint_list()
        for kind in (each for kinds in _STYLES_OF_BUTTONS.values() for each in kinds):
            style.configure(kind, padding=(pixels(10), pixels(5)), anchor="center", borderwidth=0)

    def _paint_buttons(self, name: str) -> None:
        palette = self.palette

        def button(fill: str, line: str, width: float = 1.0) -> ImageTk.PhotoImage:
            return self._shape((64, 24), 6, fill, line, width)

        plain = button(palette.ground, palette.line)
        raised = button(palette.raised, palette.line)
        pressed = button(palette.faint, palette.line)
        focused = button(palette.raised, palette.accent, 2)
        chosen = button(palette.accent, palette.accent)
        chosen_focused = button(palette.accent, palette.text, 2)
        options: dict[str, Any] = {"border": self.pixels(8), "sticky": "nsew"}
        states: tuple[Any, ...] = (("disabled", plain), ("pressed", pressed))
        states += (("focus", focused), ("active", raised))
        chosen_states = (("selected", "focus", chosen_focused), ("selected", chosen), *states)
        for kind, looks in (("Button", states), ("Segment", chosen_states)):
            element = f"{name}.{kind}.shape"
            self._style.element_create(element, "image", plain, *looks, **options)
            inner: Any = ("Button.padding", {"children": [("Button.label", {"sticky": "nsew"})]})
            layout: Any = [(element, {"sticky": "nsew", "children": [inner]})]
            for style_name in _STYLES_OF_BUTTONS[kind]:
                self._style.layout(style_name, layout)
        self._style.map("TButton", foreground=[("disabled", palette.line)])
        self._style.map(
            "Segment.Toolbutton",
            foreground=[
                ("selected", "!disabled", palette.on_accent),
                ("disabled", palette.line),
            ],
        )

    def _paint_switch(self, name: str) -> None:
        palette = self.palette

        def switch(track: str, knob: str, place: float, ring: str = "") -> ImageTk.PhotoImage:
            picture = self._canvas((38, 22))
            draw = ImageDraw.Draw(picture)
            self._rounded(draw, (1, 1, 37, 21), 10, track, ring or track, 2)
            self._rounded(draw, (place, 5, place + 12, 17), 6, knob, knob, 0)
            return self._finish(picture)

        off = switch(palette.line, palette.ground, 6)
        on = switch(palette.accent, palette.on_accent, 20)
        off_focused = switch(palette.line, palette.ground, 6, palette.accent)
        on_focused = switch(palette.accent, palette.on_accent, 20, palette.text)
        element = f"{name}.Switch.shape"
        states: tuple[Any, ...] = (("selected", "focus", on_focused), ("selected", on))
        self._style.element_create(element, "image", off, *states, ("focus", off_focused))
        label = ("Checkbutton.label", {"sticky": "nsew"})
        words: Any = ("Checkbutton.padding", {"side": "left", "children": [label]})
        self._style.layout("TCheckbutton", [(element, {"side": "left", "sticky": ""}), words])
        self._style.configure("TCheckbutton", padding=(self.pixels(6), 0))
        self._style.map("TCheckbutton", background=[])

    def _paint_slider(self, name: str) -> None:
        palette = self.palette

        def knob(fill: str, ring: str) -> ImageTk.PhotoImage:
            return self._shape((18, 18), 8, fill, ring, 2)

        track = self._shape((18, 18), 2, palette.faint, palette.faint, 0, inset=(0, 7))
        slider = f"{name}.Scale.slider"  # ttk moves what has this last name
        trough = f"{name}.Scale.trough"
        focused = knob(palette.accent, palette.text)
        self._style.element_create(
            slider, "image", knob(palette.accent, palette.accent), ("focus", focused), sticky=""
        )
        self._style.element_create(
            trough, "image", track, border=(self.pixels(4), self.pixels(8)), sticky="ew"
        )
        self._style.layout(
            "Horizontal.TScale",
            [(trough, {"sticky": "nsew", "children": [(slider, {"side": "left", "sticky": ""})]})],
        )

    def _paint_scrollbars(self) -> None:
        for direction, sides in (("Horizontal", "ew"), ("Vertical", "ns")):
            self._paint_scrollbar(direction, sides)

    def _paint_list(self) -> None:
        palette, style = self.palette, "Corrections.Treeview"
        self._style.layout(style, [("Treeview.treearea", {"sticky": "nsew"})])
        self._style.layout(
            "Corrections.Treeview.Item",
            [("Treeitem.image", {"side": "left", "sticky": ""}), ("Treeitem.text", {})],
        )
        self._style.configure(
            style,
            background=palette.ground,
            fieldbackground=palette.ground,
            foreground=palette.text,
            rowheight=self.pixels(48),
        )
        self._style.map(
            style,
            background=[("selected", palette.accent)],
            foreground=[("selected", palette.on_accent)],
        )

    def _paint_scrollbar(self, direction: str, sides: str) -> None:
        """Thin, and without arrows."""
        palette, style = self.palette, f"{direction}.TScrollbar"
        thumb = (f"{direction}.Scrollbar.thumb", {"expand": True, "sticky": "nsew"})
        trough: Any = (f"{direction}.Scrollbar.trough", {"children": [thumb], "sticky": sides})
        self._style.layout(style, [trough])
        self._style.configure(
            style,
            troughcolor=palette.faint,
            background=palette.quiet,
            bordercolor=palette.faint,
            lightcolor=palette.quiet,
            darkcolor=palette.quiet,
            gripcount=0,
            arrowsize=self.pixels(6),
        )
        self._style.map(style, background=[("disabled", palette.faint)])

    def _shape(  # noqa: PLR0917
        self,
        size: tuple[int, int],
        radius: float,
        fill: str,
        line: str,
        width: float,
        inset: tuple[float, float] = (0, 0),
    ) -> ImageTk.PhotoImage:
        """A rounded rectangle; measures in pixels of a plain screen."""
        picture = self._canvas(size)
        box = (inset[0], inset[1], size[0] - inset[0], size[1] - inset[1])
        self._rounded(ImageDraw.Draw(picture), box, radius, fill, line, width)
        return self._finish(picture)

    def _canvas(self, size: tuple[int, int]) -> Image.Image:
        """The theme's ground: what is transparent, Tk reads back from the screen to paint it."""
        width, height = (self.pixels(each) * _FINER for each in size)
        return Image.new("RGB", (width, height), self.palette.ground)

    def _rounded(  # noqa: PLR0917
        self,
        draw: ImageDraw.ImageDraw,
        box: tuple[float, float, float, float],
        radius: float,
        fill: str,
        line: str,
        width: float,
    ) -> None:
        finer = self.scale * _FINER
        left, top, right, bottom = (each * finer for each in box)
        draw.rounded_rectangle(
            (left, top, right - 1, bottom - 1),
            radius * finer,
            fill,
            line if width else None,
            round(width * finer),
        )

    def _finish(self, picture: Image.Image) -> ImageTk.PhotoImage:
        image = ImageTk.PhotoImage(picture.reduce(_FINER), master=self._root)
        self._images.append(image)
        return image

"""Figures that are no digits, and a hand that draws them: letters, symbols and doodles as strokes.

Left out is what looks like a digit even to people: letters such as O, l, I, S, Z, b, g and q, the
slash, the brackets, a square.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Random: TypeAlias = np.random.Generator
Stroke: TypeAlias = NDArray[np.float64]

# A stroke is a row of corners "x,y", or after ~ of points that a curve passes through, or after o
# an arc "cx,cy,rx,ry,start,stop" in degrees, clockwise from the right; a whole ellipse without the
# last two. Strokes are parted by |, and lie in a square of 100 by 100, y downwards.
LETTERS = {
    "A": "10,100 50,0 90,100|25,65 75,65",
    "E": "80,0 20,0 20,100 82,100|20,50 70,50",
    "F": "80,0 20,0 20,100|20,48 66,48",
    "H": "15,0 15,100|85,0 85,100|15,50 85,50",
    "K": "20,0 20,100|80,0 20,55 82,100",
    "M": "5,100 15,0 50,70 85,0 95,100",
    "N": "15,100 15,0 85,100 85,0",
    "P": "20,100 20,0|~20,0 70,5 85,28 65,50 20,54",
    "R": "20,100 20,0|~20,0 68,4 80,25 66,46 20,50|45,50 85,100",
    "T": "5,0 95,0|50,0 50,100",
    "U": "~15,0 15,60 30,95 50,100 70,95 85,60 85,0",
    "V": "10,0 50,100 90,0",
    "W": "0,0 25,100 50,25 75,100 100,0",
    "X": "10,0 90,100|90,0 10,100",
    "Y": "10,0 50,50|90,0 50,50 50,100",
    "a": "~80,30 50,12 18,35 15,70 40,95 70,75 80,30|~80,20 80,75 88,95 98,92",
    "d": "~75,50 50,38 22,55 22,85 48,98 75,75|75,0 75,100",
    "e": "~15,55 82,52 75,18 45,8 18,30 15,68 45,98 85,85",
    "f": "~85,12 65,0 48,20 45,100|20,45 75,45",
    "h": "20,0 20,100|~20,60 45,42 70,48 75,70 76,100",
    "k": "22,0 22,100|72,38 22,72 78,100",
    "m": "~5,100 8,30|~8,50 25,28 42,40 44,100|~44,50 64,28 84,40 88,100",
    "n": "20,25 20,100|~20,50 45,26 72,36 78,100",
    "p": "20,20 20,125|~20,35 55,18 82,42 70,78 45,85 20,70",
    "r": "25,25 25,100|~25,55 40,32 60,24 80,34",
    "t": "~48,0 48,75 60,98 85,90|20,32 82,32",
    "u": "~18,25 18,75 40,98 65,88 78,60|78,25 80,98",
    "v": "15,30 50,100 85,30",
    "w": "~0,30 18,90 30,98 48,50 52,50 68,98 82,90 100,30",
    "x": "15,30 85,100|85,30 15,100",
}
SYMBOLS = {
    "question mark": "~20,25 30,4 60,0 82,20 70,42 50,55 50,72|o50,95,2,2",
    "exclamation mark": "50,0 50,68|o50,94,3,3",
    "per cent": "90,0 10,100|o22,22,16,18|o78,78,16,18",
    "ampersand": "~92,100 40,40 35,12 55,2 68,20 25,60 22,88 50,98 88,55",
    "hash": "35,0 25,100|75,0 65,100|5,32 98,32|2,68 95,68",
    "at": (
        "~70,35 48,30 35,50 42,68 60,64 70,35 70,62 85,66 96,42 80,12 45,2 12,25 5,60 25,92 75,95"
    ),
    "plus": "50,5 50,95|5,50 95,50",
    "equals": "8,30 92,30|8,68 92,68",
    "asterisk": "50,5 50,95|12,25 88,75|88,25 12,75",
    "right arrow": "0,50 100,50|70,22 100,50 70,78",
    "up arrow": "50,100 50,0|22,32 50,0 78,32",
    "check mark": "5,55 35,95 98,5",
    "divided by": "8,50 92,50|o50,18,4,4|o50,82,4,4",
    "plus or minus": "50,0 50,65|10,33 90,33|10,95 90,95",
    "euro": "~92,12 62,2 32,20 24,50 32,82 62,98 92,88|8,40 72,40|8,62 66,62",
    "dollar": "~85,20 55,8 20,22 30,45 68,54 82,75 50,92 15,80|50,-8 50,108",
    "tilde": "~0,60 22,38 45,45 58,58 80,62 100,40",
    "sum": "85,5 15,5 55,50 12,95 90,95",
    "triangle": "50,5 98,92 2,92 50,5",
    "pi": "5,12 95,12|30,12 28,95|70,12 72,95",
    "root": "0,60 15,52 35,98 58,5 100,5",
    "caret": "8,80 50,15 92,80",
    "not equal": "8,32 92,32|8,68 92,68|78,2 22,98",
    "three dots": "o8,50,4,4|o50,50,4,4|o92,50,4,4",
    "omega": "2,95 35,95|~35,95 10,60 18,20 50,4 82,20 90,60 65,95|65,95 98,95",
}
DOODLES = {
    "house": "10,45 10,100 90,100 90,45 10,45 50,2 90,45|40,100 40,65 60,65 60,100|18,55 32,55",
    "tree": "42,100 42,62|58,100 58,62|~42,62 15,60 8,38 25,12 50,2 78,14 92,38 84,60 58,62",
    "fir": "50,0 20,35 38,35 10,68 90,68 62,35 80,35 50,0|45,68 45,100 55,100 55,68",
    "smiley": "o50,50,48,48|o33,36,4,6|o67,36,4,6|o50,55,26,24,15,165",
    "star": "50,0 80,98 2,37 98,37 20,98 50,0",
    "heart": "~50,95 8,48 8,16 30,4 50,28|~50,28 70,4 92,16 92,48 50,95",
    "cat": (
        "o50,58,40,38|15,40 14,4 40,22|60,22 86,4 85,40|o36,50,3,4|o64,50,3,4|30,68 2,62"
        "|70,68 98,62"
    ),
    "sun": (
        "o50,50,24,24|50,18 50,0|50,82 50,100|18,50 0,50|82,50 100,50|27,27 14,14|73,73 86,86"
        "|73,27 86,14|27,73 14,86"
    ),
    "fish": "~75,50 50,22 18,32 2,50 18,68 50,78 75,50|75,50 98,25 98,75 75,50|o20,45,2,2",
    "cup": (
        "10,20 18,95 72,95 80,20 10,20|~79,32 98,34 98,62 75,72|~30,12 36,2 28,-8|~52,12 58,2 50,-8"
    ),
    "spiral": (
        "~50,50 56,46 58,54 48,60 38,52 42,38 60,32 72,48 66,70 44,78 22,66 20,38 42,16 72,18"
        " 92,44 88,78"
    ),
    "flower": (
        "o50,30,9,9|o50,10,10,10|o70,30,10,10|o30,30,10,10|o50,50,10,10|50,60 50,112"
        "|~50,95 70,78 82,80"
    ),
    "boat": "5,70 95,70 75,98 25,98 5,70|50,70 50,2 88,58 50,58",
    "car": "2,70 2,48 25,45 38,20 72,20 84,45 98,50 98,70 2,70|o25,74,11,11|o76,74,11,11",
    "stick figure": "o50,14,13,13|50,27 50,66|20,42 80,42|22,100 50,66 78,100",
    "umbrella": "o50,48,48,44,180,360|2,48 98,48|~50,48 50,88 58,98 68,90",
    "lightning": "60,0 25,55 50,55 38,100 80,42 54,42 60,0",
    "cloud": "~15,75 2,60 15,42 28,45 38,20 62,20 70,38 90,40 98,60 85,75 15,75",
    "key": "o20,50,18,18|38,50 98,50|98,50 98,70|82,50 82,66",
    "bird": "~0,40 18,15 38,20 50,48 62,20 82,15 100,40",
    "mushroom": "o50,45,46,42,180,360|4,45 96,45|~38,45 36,95 64,95 62,45|o35,25,6,6|o62,22,7,6",
    "butterfly": (
        "50,15 50,88|~50,45 20,5 2,25 18,50 50,50|~50,45 80,5 98,25 82,50 50,50"
        "|~50,55 15,62 18,92 50,75|~50,55 85,62 82,92 50,75"
    ),
    "envelope": "2,18 98,18 98,84 2,84 2,18 50,55 98,18",
}


def parse_figure(figure: str) -> list[Stroke]:
    """The strokes of a figure written as in `LETTERS`: float64 (n, 2) each, x before y."""
    return [_parse_stroke(stroke) for stroke in figure.split("|")]


def _parse_stroke(stroke: str) -> Stroke:
    numbers = np.array(stroke.lstrip("~o").replace(",", " ").split(), np.float64)
    if stroke.startswith("o"):
        return _arc(numbers)
    corners = numbers.reshape(-1, 2)
    return curve(corners) if stroke.startswith("~") else polyline(corners)


def _arc(numbers: NDArray[np.float64]) -> Stroke:
    centre, radii = numbers[:2], numbers[2:4]
    start, stop = np.deg2rad(numbers[4:]) if numbers.size == 6 else (-1.5, 5.0)
    angles = np.linspace(start, stop, 48)
    return centre + radii * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def polyline(corners: Stroke) -> Stroke:
    """With points between the corners, so that it can be bent."""
    steps = np.linspace(0, len(corners) - 1, 20 * (len(corners) - 1) + 1)
    at = np.arange(len(corners))
    return np.stack([np.interp(steps, at, axis) for axis in corners.T], axis=1)


def curve(points: Stroke, between: int = 12) -> Stroke:
    """A smooth curve through the points (Catmull & Rom, 1974)."""
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    p0, p1, p2, p3 = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = np.linspace(0, 1, between, endpoint=False)[:, None, None]
    pieces = p1 + 0.5 * t * (
        p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0))
    )
    return np.concatenate([pieces.transpose(1, 0, 2).reshape(-1, 2), points[-1:]])


def draw_by_hand(strokes: Sequence[Stroke], random: Random) -> list[Stroke]:
    """The strokes slanted, stretched, turned and wobbling, in a square of 100 by 100."""
    angle, slant = np.deg2rad(random.normal(0, 5)), random.normal(0, 0.12)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    bend = turn @ np.array([[random.uniform(0.75, 1.2), slant], [0, 1]])
    waves = random.uniform(0.004, 0.018, (3, 2))
    phases, amplitudes = random.uniform(0, 6, (3, 2)), random.normal(0, 1.8, (3, 2))
    hand = []
    for stroke in strokes:
        placed = stroke + random.normal(0, 1.2, 2)
        for wave, phase, amplitude in zip(waves, phases, amplitudes, strict=True):
            placed = placed + amplitude * np.sin(2 * np.pi * wave * placed[:, ::-1] + phase)
        hand.append(placed @ bend.T)
    return hand

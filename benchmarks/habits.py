"""Six ways of writing a digit that are one person's own, which no network here has learnt.

A 7 like a 1 with a dot, a mirrored 3, a 9 that is a spiral, a 0 with a cross inside, a 4 of two
crossed lines, a 2 like a Z with a bar. A training may never import this: what it learns from is
other code, in `digits/synthetic/`. Persons differ in proportions, slant, pen and size, far more
than one person's digits do among themselves.

    picture = write_habit("spiral_nine", person=3, number=0)
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.canvas import PENS, Pixels, Stroke, box_of, place_strokes
from benchmarks.hand_drawn_figures import curve, draw_by_hand, polyline
from benchmarks.photo_simulation import Random
from digits.synthetic.pen_strokes import CANVAS

SEED = 662_607_015
# Of the canvas: a person's usual size; one digit's differs from it by so much, as a factor.
_USUAL_SIZES, _SIZE_FACTORS = (0.35, 0.85), (0.85, 1.12)
# Of the digit's longer side.
_USUAL_PENS = (0.025, 0.1)


def _differ(habit: float, spread: float, random: Random) -> float:
    """A person's measure as one digit has it."""
    return float(habit + random.normal(0, spread))


# Each function below chooses a person's own measures first and gives what writes a digit so:
# strokes float64 (n, 2) in a square of 100 by 100, y downwards.
Writer = Callable[[Random], list[Stroke]]


def _dotted_one(person: Random) -> Writer:
    flag, angle = person.uniform(0, 35), np.deg2rad(person.uniform(25, 55))
    lean, side = person.uniform(-8, 12), person.choice([-1, 1])
    away, height = person.uniform(16, 40), person.uniform(12, 88)
    is_ring = person.random() < 0.25

    def write(random: Random) -> list[Stroke]:
        top, foot = np.array([50 + lean, 0.0]), np.array([50 - lean, 100.0])
        stem = [top, foot]
        if flag > 8:
            length = _differ(flag, 3, random)
            stem.insert(0, top + length * np.array([-np.cos(angle), np.sin(angle)]))
        across = 50 + side * max(12.0, _differ(away, 4, random))
        middle = np.array([across, _differ(height, 5, random)])
        radius = random.uniform(2.5, 4.5) if is_ring else random.uniform(0.3, 1.5)
        angles = np.linspace(0, 2 * np.pi, 16)
        dot = middle + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        return [polyline(np.array(stem)), dot]

    return write


def _mirrored_three(person: Random) -> Writer:
    width, waist, depth = person.uniform(45, 75), person.uniform(40, 58), person.uniform(0.25, 0.8)
    is_flat = person.random() < 0.3

    def write(random: Random) -> list[Stroke]:
        wide, middle = _differ(width, 4, random), _differ(waist, 3, random)
        inner = wide * (1 - _differ(depth, 0.06, random))
        upper, lower = middle / 2, (100 + middle) / 2
        if is_flat:
            start = [[wide, 0], [wide * 0.1, 0], [inner * 0.9, middle]]
            bow = [[wide * 0.25, middle], [0, lower], [wide * 0.3, 100], [wide * 0.95, 92]]
            return [np.concatenate([polyline(np.array(start)), curve(np.array(bow))])]
        bows = [[wide * 0.9, 10], [wide * 0.5, 0], [wide * 0.08, upper], [inner, middle]]
        bows += [[wide * 0.2, middle + 8], [0, lower + 4], [wide * 0.45, 100], [wide, 88]]
        return [curve(np.array(bows))]

    return write


def _spiral_nine(person: Random) -> Writer:
    turns, tail = person.uniform(1.35, 2.4), person.uniform(0, 75)
    way, flat = person.choice([-1, 1]), person.uniform(0.75, 1.15)

    def write(random: Random) -> list[Stroke]:
        sweep = 2 * np.pi * _differ(turns, 0.06, random)
        along = np.linspace(0, 1, 60)
        angles = -way * sweep * (1 - along)  # it ends at the right, going down, or round the other
        radius = 3 + 27 * along ** random.uniform(0.85, 1.15)
        spiral = np.stack([flat * radius * np.cos(angles), radius * np.sin(angles)], axis=1)
        length = max(0.0, _differ(tail, 5, random))
        end = spiral[-1]
        bend = end + np.array([random.normal(0, 2), 0.55 * length])
        foot = end + np.array([random.normal(-0.12, 0.05) * length, length])
        down = curve(np.stack([end, bend, foot]))
        return [np.concatenate([spiral, down]) if length > 8 else spiral]

    return write


def _crossed_zero(person: Random) -> Writer:
    width, turn = person.uniform(28, 48), np.deg2rad(person.uniform(0, 90))
    reach, start = person.uniform(0.6, 1.0), person.uniform(-120, -60)

    def write(random: Random) -> list[Stroke]:
        radii = np.array([_differ(width, 3, random), 50])
        sweep = 360 + random.uniform(-10, 25)
        angles = np.deg2rad(start + random.normal(0, 8) - np.linspace(0, sweep, 60))
        ring = radii * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        lines = []
        for quarter in (0, np.pi / 2):
            at = turn + quarter + random.normal(0, 0.08)
            tip = radii * _differ(reach, 0.05, random) * (np.cos(at), np.sin(at))
            off = random.normal(0, 2, 2)
            lines.append(polyline(np.stack([off - tip, off + tip])))
        return [ring, *lines]

    return write


def _two_lines_four(person: Random) -> Writer:
    stem = np.deg2rad(person.uniform(60, 100))
    bar = stem - np.deg2rad(person.uniform(55, 100))
    length, crossing = person.uniform(0.55, 1.0), person.uniform(-0.12, 0.25)

    def write(random: Random) -> list[Stroke]:
        lines = []
        for angle, long in ((stem, 1.0), (bar, length)):
            at = angle + random.normal(0, 0.05)
            half = 50 * long * random.uniform(0.93, 1.07) * np.array([np.cos(at), np.sin(at)])
            lines.append([-half, half])
        down = 100 * _differ(crossing, 0.03, random) * np.array([np.cos(stem), np.sin(stem)])
        lines[1] = [end + down for end in lines[1]]
        return [polyline(np.array(line)) for line in lines]

    return write


def _barred_z(person: Random) -> Writer:
    width, bar = person.uniform(45, 85), person.uniform(0.3, 0.9)
    height, tilt = person.uniform(42, 58), person.uniform(-6, 8)

    def write(random: Random) -> list[Stroke]:
        wide = _differ(width, 4, random)
        corners = np.array([[0, 0], [wide, 0], [0, 100], [wide, 100]], np.float64)
        z = polyline(corners + random.normal(0, 2, (4, 2)))
        middle = np.array([wide / 2, _differ(height, 3, random)])
        half = np.array([wide * _differ(bar, 0.06, random) / 2, -tilt])
        return [z, polyline(np.stack([middle - half, middle + half]))]

    return write


@dataclass(frozen=True)
class Habit:
    """A way of writing.

    Attributes:
        label: the digit that is meant.
        of: gives a person's way, by that person's randomness.
    """

    label: int
    of: Callable[[Random], Writer]


HABITS: dict[str, Habit] = {
    "dotted_one": Habit(7, _dotted_one),
    "mirrored_three": Habit(3, _mirrored_three),
    "spiral_nine": Habit(9, _spiral_nine),
    "crossed_zero": Habit(0, _crossed_zero),
    "two_lines_four": Habit(4, _two_lines_four),
    "barred_z": Habit(2, _barred_z),
}


def write_habit(habit: str, person: int, number: int) -> Pixels:
    """A picture that depends on nothing but its habit, its person and its number.

    Args:
        habit: one of `HABITS`.
        person: whose: the same measures, pen and size for all numbers.
        number: which digit of that person.

    Returns:
        uint8 (280, 280), 0 for ink and 255 for paper.
    """
    key = [SEED, zlib.crc32(habit.encode()), person]
    own = np.random.default_rng(key)
    usual_size = CANVAS * own.uniform(*_USUAL_SIZES)
    usual_pen = float(np.exp(own.uniform(*np.log(_USUAL_PENS))))
    write = HABITS[habit].of(own)
    random = np.random.default_rng([*key, number])
    strokes = draw_by_hand(write(random), random)
    size = min(0.95 * CANVAS, usual_size * random.uniform(*_SIZE_FACTORS))
    wide, tall = box_of(strokes)
    thin = usual_pen * random.uniform(0.85, 1.18) * size * (tall / max(wide, tall))
    return place_strokes(strokes, random, size, float(np.clip(thin, *PENS)))

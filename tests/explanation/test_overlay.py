"""Heatmaps on the person's own picture: where they lie, and in which colours."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageColor

from digits.common.errors import PictureError
from digits.explanation.overlay import (
    COLOUR_MAPS,
    SIGNED_COLOUR_MAPS,
    colour_bar_labels,
    colour_ink,
    colour_stops,
    overlay_heatmap,
    with_colour_bar,
)
from tests.drawings import DIGITS, draw


def test_placement_that_is_no_affine_map_is_refused() -> None:
    with pytest.raises(ValueError, match="placement"):
        overlay_heatmap(draw(DIGITS[1]), np.zeros((28, 28), np.float32), np.eye(3))


def test_overlay_without_heat_is_the_picture_itself() -> None:
    picture = draw(DIGITS[4])
    overlay = overlay_heatmap(picture, np.zeros((28, 28), np.float32), opacity=1.0)
    assert np.array_equal(np.asarray(overlay), picture)


def test_overlay_without_opacity_is_the_picture_itself() -> None:
    picture = draw(DIGITS[4])
    overlay = overlay_heatmap(picture, np.ones((28, 28), np.float32), opacity=0.0)
    assert np.array_equal(np.asarray(overlay), picture)


def test_overlay_puts_heat_where_placement_says() -> None:
    heatmap = np.zeros((28, 28), np.float32)
    heatmap[10, 20] = 1.0
    placement = np.array([[2.0, 0.0, 30.0], [0.0, 2.0, 5.0]])
    overlay = np.asarray(overlay_heatmap(np.zeros((90, 120), np.uint8), heatmap, placement, 1.0))
    y, x = np.unravel_index(overlay.sum(axis=2).argmax(), (90, 120))
    assert (x, y) == (2 * 20 + 30, 2 * 10 + 5)
    assert np.array_equal(overlay[:, :28], np.zeros((90, 28, 3)))


def test_overlay_has_the_size_of_the_upright_picture() -> None:
    picture = Image.new("L", (60, 40), 255)
    picture.getexif()[0x0112] = 6
    assert overlay_heatmap(picture, np.ones((28, 28), np.float32)).size == (40, 60)


def test_overlay_of_no_picture_is_refused() -> None:
    with pytest.raises(PictureError):
        overlay_heatmap(b"no picture", np.zeros((28, 28), np.float32))


def test_overlay_opacity_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="opacity"):
        overlay_heatmap(draw(DIGITS[1]), np.zeros((28, 28), np.float32), opacity=1.5)


def test_overlay_with_values_below_zero_has_a_colour_for_each_sign() -> None:
    heatmap = np.array([[-1.0, 0.0, 1.0]], np.float32)
    grey = np.full((1, 3), 128, np.uint8)

    blue, between, orange = np.asarray(overlay_heatmap(grey, heatmap, opacity=1.0))[0].tolist()

    assert blue[2] > blue[0] + 100
    assert orange[0] > orange[2] + 100
    assert between == [128, 128, 128]


def test_swapping_the_sign_swaps_the_colours() -> None:
    heatmap = np.linspace(-1, 1, 9, dtype=np.float32)[None]
    paper = np.full((1, 9), 255, np.uint8)
    for_one = np.asarray(overlay_heatmap(paper, heatmap, opacity=1.0))
    for_other = np.asarray(overlay_heatmap(paper, -heatmap, opacity=1.0))
    assert np.abs(for_one.astype(int) - for_other[:, ::-1]).max() <= 2  # 256 levels have no middle


@pytest.mark.parametrize("colour_map", COLOUR_MAPS)
def test_colour_maps_get_lighter_all_the_way(colour_map: str) -> None:
    """Perceptually uniform: equal steps of the value are equal steps of lightness, about."""
    lightness = np.diff(lightness_of(colour_stops(colour_map, 17)))
    assert (lightness > 0).all()
    assert lightness.max() < 3 * lightness.min()


@pytest.mark.parametrize("colour_map", SIGNED_COLOUR_MAPS)
def test_signed_colour_maps_are_lightest_where_there_is_nothing(colour_map: str) -> None:
    lightness = lightness_of(colour_stops(colour_map, 17))
    assert (np.diff(lightness[:9]) > 0).all()
    assert (np.diff(lightness[8:]) < 0).all()


@pytest.mark.parametrize("colour_map", SIGNED_COLOUR_MAPS)
def test_signed_colours_are_told_apart_without_seeing_red_or_green(colour_map: str) -> None:
    ends = [rgb(each) for each in (colour_stops(colour_map)[0], colour_stops(colour_map)[-1])]
    for confusion in CONFUSIONS.values():
        one, other = (np.clip(confusion @ linear(end), 0, 1) for end in ends)
        assert np.linalg.norm(lab(one) - lab(other)) > 40  # a just visible difference is 2.3


# Linear RGB as dichromats see it; Machado, Oliveira & Fernandes (2009), severity 1.
CONFUSIONS = {
    "protanopia": np.array(
        [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]
    ),
    "deuteranopia": np.array(
        [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]
    ),
}


def rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def linear(colour: np.ndarray) -> np.ndarray:
    return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)


def lab(linear_rgb: np.ndarray) -> np.ndarray:
    """CIELAB by OpenCV, which takes linear light with its "L" conversion."""
    return cv2.cvtColor(linear_rgb.astype(np.float32)[None, None], cv2.COLOR_LRGB2LAB)[0, 0]


def lightness_of(colours: list[str]) -> np.ndarray:
    return np.array([lab(linear(rgb(each)))[0] for each in colours])


def test_a_colour_map_for_one_sign_is_refused_where_there_are_two() -> None:
    with pytest.raises(ValueError, match="blue-orange"):
        overlay_heatmap(draw(DIGITS[1]), np.full((28, 28), -1.0, np.float32), colour_map="plasma")


def test_an_unknown_colour_map_is_refused_naming_those_there_are() -> None:
    with pytest.raises(ValueError, match="viridis"):
        overlay_heatmap(draw(DIGITS[1]), np.ones((28, 28), np.float32), colour_map="jet")


def test_the_picture_to_keep_holds_the_overlay_as_it_is_and_a_bar_below() -> None:
    overlay = Image.effect_noise((400, 300), 80).convert("RGB")

    kept = with_colour_bar(overlay, "What spoke for a 4.", 2.5, "viridis")

    assert kept.width == 400
    assert np.array_equal(np.asarray(kept)[:300], np.asarray(overlay))
    below = np.asarray(kept)[300:]
    for stop in (colour_stops("viridis")[0], colour_stops("viridis")[-1]):
        distance = np.abs(below - 255 * rgb(stop)).max(axis=2)
        assert distance.min() < 12


def test_a_narrow_picture_gets_room_for_its_bar_and_a_long_title_is_broken() -> None:
    overlay = Image.new("RGB", (60, 90), "red")
    short = with_colour_bar(overlay, "What spoke for a 4.", 2.5, "plasma")
    long = with_colour_bar(overlay, "What spoke for a 4. " * 4, 2.5, "plasma")
    assert short.width == long.width == 240
    assert long.height > short.height


def test_colour_bars_are_labelled_in_two_figures() -> None:
    assert colour_bar_labels(2.345, "plasma") == ("0", "1.2", "2.3")
    assert colour_bar_labels(0.0512, "blue-orange") == ("−0.051", "0", "0.051")
    assert colour_bar_labels(1234.5, "plasma") == ("0", "617", "1234")


def test_coloured_ink_is_pale_without_evidence_and_the_maps_colour_with_it() -> None:
    picture = np.full((40, 90, 3), 255, np.uint8)
    picture[10:30, 10:80] = (20, 40, 90)
    heatmap = np.zeros((1, 3), np.float32)
    heatmap[0, 1], heatmap[0, 2] = 0.5, 1.0
    placement = np.array([[30.0, 0, 14.5], [0, 1000, 20]])
    shown = np.asarray(colour_ink(picture, [(heatmap, placement)], colour_map="viridis"))
    half, full = (ImageColor.getrgb(colour_stops("viridis", 3)[place]) for place in (1, 2))
    assert shown[20, 12].tolist() == [205, 205, 205]
    assert shown[20, 44].tolist() == pytest.approx(half, abs=4)
    assert shown[20, 74].tolist() == pytest.approx(full, abs=8)
    assert shown[2, 2].tolist() == [51, 51, 51]
    as_style = overlay_heatmap(
        picture, heatmap, placement, 1.0, colour_map="viridis", style="coloured ink"
    )
    assert np.array_equal(np.asarray(as_style), shown)


@pytest.mark.parametrize(
    ("paper", "ink"), [((255, 255, 255), (0, 0, 0)), ((20, 40, 30), (240,) * 3)]
)
def test_ink_is_coloured_whether_it_is_dark_or_light(paper, ink) -> None:
    picture = draw(DIGITS[1], 200, 16, ink, paper)
    heatmap = np.ones((28, 28), np.float32)
    shown = np.asarray(colour_ink(picture, [(heatmap, None)])).astype(int)
    is_ink = (picture == ink).all(axis=2)
    hot = ImageColor.getrgb(colour_stops(COLOUR_MAPS[0])[-1])
    assert np.abs(shown[is_ink] - hot).max() <= 2


def test_ink_of_a_photo_is_coloured_and_its_ruling_is_not() -> None:
    random = np.random.default_rng(0)
    picture = draw(DIGITS[3], 300, 18).astype(int)
    picture[120:123] = np.minimum(picture[120:123], 170)
    photo = np.clip(picture * 0.8 + random.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)
    nothing = np.zeros((28, 28), np.float32)
    shown = np.asarray(colour_ink(photo, [(nothing, None)])).astype(int).mean(axis=2)
    is_ink = draw(DIGITS[3], 300, 18)[..., 0] < 10
    assert shown[is_ink].mean() > 180
    assert shown[121, :40].max() < 80


def test_there_is_no_other_style() -> None:
    with pytest.raises(ValueError, match="style must be one of overlay, coloured ink, not 'neon'"):
        overlay_heatmap(draw(DIGITS[1]), np.ones((28, 28), np.float32), style="neon")


def test_without_ink_and_without_evidence_there_is_dimmed_paper() -> None:
    """OpenCV once ended the process, for it was asked to colour no pixel at all."""
    blank = np.full((20, 30, 3), 200, np.uint8)
    nothing = np.zeros((28, 28), np.float32)
    shown = np.asarray(colour_ink(blank, [(nothing, None)], ink_map=np.zeros((20, 30), np.float32)))
    assert len(np.unique(shown)) == 1

"""A sheet is told from the table around it, and from its own shadows, frames and prints."""

import cv2
import numpy as np
import pytest

from digits.picture.paper_finding import continue_beyond, find_paper

HEIGHT, WIDTH = 400, 600
BEIGE, WOOD, SLATE = (222, 214, 190), (120, 84, 52), (70, 74, 78)
WHOLE = ((90, 60), (530, 40), (545, 350), (70, 330))
NOTE = ((180, 90), (420, 70), (440, 310), (200, 330))
CUT_BELOW = ((90, 60), (500, 40), (560, 420), (40, 430))


def covered_by(corners: tuple[tuple[int, int], ...]) -> np.ndarray:
    covered = np.zeros((HEIGHT, WIDTH), np.uint8)
    return cv2.fillPoly(covered, [np.array(corners)], 1) > 0


def table(colour: tuple[int, int, int], *, is_grained: bool = False) -> np.ndarray:
    photo = np.full((HEIGHT, WIDTH, 3), colour, np.uint8)
    if is_grained:
        for y in range(7, HEIGHT, 31):
            cv2.line(photo, (0, y), (WIDTH, y + 5), tuple(each // 2 for each in colour), 2)
    return photo


def lying_on(photo: np.ndarray, sheet: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Lit from the left, with a camera's grain."""
    photo = np.where(sheet[..., None], np.array(colour, np.uint8), photo)
    light = np.linspace(1.0, 0.6, WIDTH)[None, :, None]
    grain = np.random.default_rng(0).normal(0, 3, photo.shape)
    return np.clip(photo * light + grain, 0, 255).astype(np.uint8)


def assert_is(found: np.ndarray | None, sheet: np.ndarray) -> None:
    """All but a rim of it, and nothing beside."""
    assert found is not None
    assert not (found & ~sheet).any()
    core = cv2.erode(sheet.astype(np.uint8), np.ones((31, 31), np.uint8), borderValue=1) > 0
    assert (found | ~core).all()


@pytest.mark.parametrize("corners", [WHOLE, CUT_BELOW])
@pytest.mark.parametrize(
    ("below", "colour"), [(WOOD, BEIGE), (SLATE, BEIGE), (BEIGE, (245, 245, 250)), (BEIGE, SLATE)]
)
def test_a_sheet_on_a_table_is_found(corners, below, colour) -> None:
    sheet = covered_by(corners)
    photo = lying_on(table(below, is_grained=below == WOOD), sheet, colour)
    assert_is(find_paper(photo), sheet)
    assert_is(find_paper(np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), np.uint8)), sheet)


@pytest.mark.parametrize(("below", "colour"), [(WOOD, (245, 228, 90)), (SLATE, (250, 170, 190))])
def test_a_note_on_a_table_is_found(below, colour) -> None:
    note = covered_by(NOTE)
    assert_is(find_paper(lying_on(table(below, is_grained=below == WOOD), note, colour)), note)


def test_a_shadow_on_a_sheet_does_not_end_it() -> None:
    sheet = covered_by(WHOLE)
    photo = lying_on(table(SLATE), sheet, BEIGE)
    shadow = cv2.GaussianBlur(np.where(np.arange(WIDTH) < 250, 0.5, 1.0)[None], (61, 1), 0)
    assert_is(find_paper((photo * shadow[..., None]).astype(np.uint8)), sheet)


def test_digits_and_boxes_are_no_edge_of_a_sheet() -> None:
    sheet = covered_by(WHOLE)
    photo = table(WOOD)
    photo[sheet] = BEIGE
    cv2.rectangle(photo, (120, 90), (300, 150), (250, 250, 245), cv2.FILLED)
    cv2.rectangle(photo, (120, 90), (300, 150), (30, 30, 30), 2)
    cv2.putText(photo, "120 38", (110, 270), 0, 4, (30, 30, 30), 24)
    assert_is(find_paper(photo), sheet)


def test_a_perforated_edge_is_left_out() -> None:
    sheet = covered_by(WHOLE)
    for x in range(95, 540, 14):
        y = round(60 - 20 * (x - 90) / 440)
        cv2.circle(sheet.view(np.uint8), (x, y + 2), 5, 0, cv2.FILLED)
    assert_is(find_paper(lying_on(table(SLATE), sheet, BEIGE)), sheet)


def half_in_shadow(photo: np.ndarray) -> None:
    photo[:, :250] //= 2


def corner_in_shadow(photo: np.ndarray) -> None:
    cv2.fillPoly(photo, [np.array([(0, 0), (420, 0), (0, 300)])], (110, 106, 94))


def wedge_in_shadow(photo: np.ndarray) -> None:
    cv2.fillPoly(photo, [np.array([(0, 20), (60, 20), (480, 200), (60, 380), (0, 380)])], SLATE)


def framed(photo: np.ndarray) -> None:
    cv2.rectangle(photo, (60, 50), (540, 350), (30, 30, 30), 14)


def with_a_head(photo: np.ndarray) -> None:
    photo[:90] = SLATE


def with_a_small_box(photo: np.ndarray) -> None:
    photo[100:300, 150:420] = 250


@pytest.mark.parametrize(
    "paint",
    [half_in_shadow, corner_in_shadow, wedge_in_shadow, framed, with_a_head, with_a_small_box],
)
def test_what_is_on_a_sheet_is_no_table(paint) -> None:
    photo = np.full((HEIGHT, WIDTH, 3), BEIGE, np.uint8)
    paint(photo)
    assert find_paper(lying_on(photo, np.zeros((HEIGHT, WIDTH), bool), BEIGE)) is None


@pytest.mark.parametrize("size", [(3, 3), (30, 500), (60, 40)])
def test_a_picture_of_little_is_all_sheet(size) -> None:
    assert find_paper(np.full((*size, 3), 200, np.uint8)) is None


def test_beyond_its_edge_a_sheet_is_mirrored() -> None:
    paper = np.zeros((100, 160), bool)
    paper[:, 60:] = True
    columns = np.broadcast_to(np.arange(160, dtype=np.uint8), paper.shape)
    continued = continue_beyond(np.where(paper, columns, np.uint8(255)), paper)
    assert np.array_equal(continued[paper], columns[paper])
    mirrored = np.broadcast_to(np.arange(120, 60, -1), (100, 60))
    assert np.abs(continued[:, :60].astype(int) - mirrored).max() <= 1


def test_what_mirrors_no_sheet_is_as_its_edge() -> None:
    paper = np.zeros((100, 160), bool)
    paper[:, 140:] = True
    pixels = np.full((100, 160, 3), 9, np.uint8)
    pixels[paper] = 200
    assert (continue_beyond(pixels, paper) == 200).all()

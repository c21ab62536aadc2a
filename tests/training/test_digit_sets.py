"""The splits never change, damaged data is named, and augmentation keeps a digit a digit."""

import contextlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digits.common.errors import DataError
from digits.network.tensorflow_import import import_keras
from digits.training import digit_sets
from digits.training.augmentation import Augmentation, training_batches
from digits.training.digit_sets import DigitSet, load_mnist
from tests.mnist_arrays import mnist_arrays


@pytest.fixture
def mnist_file(tmp_path: Path) -> Path:
    np.savez(tmp_path / "mnist.npz", **mnist_arrays())
    return tmp_path / "mnist.npz"


def indices(digits: DigitSet) -> list[int]:
    return np.ascontiguousarray(digits.images[:, 0, :4]).view(np.uint32).ravel().tolist()


def test_the_last_five_thousand_training_digits_validate(mnist_file: Path) -> None:
    mnist = load_mnist(mnist_file)
    assert indices(mnist.training()) == list(range(1_200))
    assert indices(mnist.validation()) == list(range(1_200, 6_200))


def test_writers_of_the_three_splits_are_disjoint_and_complete() -> None:
    splits = (
        digit_sets.PEN_TRAINING_WRITERS,
        digit_sets.PEN_VALIDATION_WRITERS,
        digit_sets.PEN_REPORT_WRITERS,
    )
    assert [(split[0], split[-1]) for split in splits] == [(1, 22), (23, 26), (27, 30)]


@pytest.mark.parametrize(
    ("writer", "split"),
    [
        # As `printf ann | sha1sum` says, in decimal digits.
        ("ann", "training"),
        ("cy", "validation"),
        ("bob", "report"),
        (22, "training"),
        (26, "validation"),
        (27, "report"),
        (44, None),
    ],
)
def test_a_writer_is_of_one_split_by_number_or_by_the_hash_of_a_name(
    writer: int | str, split: str | None
) -> None:
    assert digit_sets.split_of_writer(writer) == split


def test_about_a_tenth_of_the_names_validates_and_a_tenth_is_for_reports() -> None:
    splits = [digit_sets.split_of_writer(f"writer {n}") for n in range(5_000)]
    assert splits.count("validation") == pytest.approx(500, abs=70)
    assert splits.count("report") == pytest.approx(500, abs=70)
    assert splits.count("training") == 5_000 - splits.count("validation") - splits.count("report")


def test_the_hash_tells_data_apart(mnist_file: Path, tmp_path: Path) -> None:
    arrays = mnist_arrays()
    arrays["x_test"][0, 5, 5] = 1
    np.savez(tmp_path / "other.npz", **arrays)
    assert load_mnist(mnist_file).sha256 == load_mnist(mnist_file).sha256
    assert load_mnist(mnist_file).sha256 != load_mnist(tmp_path / "other.npz").sha256


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"x_train": np.zeros((9, 27, 28), np.uint8)}, "shape"),
        ({"x_train": np.zeros((6_200, 28, 28))}, "uint8"),
        ({"y_train": np.zeros(3, np.uint8)}, "one whole number"),
        ({"y_train": np.full(6_200, 10)}, "from 0 to 9"),
        ({"y_train": np.full(6_200, -1)}, "from 0 to 9"),
    ],
)
def test_data_of_the_wrong_shape_is_named(tmp_path: Path, change: dict, sentence: str) -> None:
    np.savez(tmp_path / "wrong.npz", **(mnist_arrays() | change))
    with pytest.raises(DataError, match=sentence):
        load_mnist(tmp_path / "wrong.npz")


def test_a_missing_file_is_named_without_its_path(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.npz is no file") as caught:
        load_mnist(tmp_path / "none.npz")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("seed", range(20))
def test_a_file_with_flipped_bytes_is_read_or_named(seed: int, mnist_file: Path) -> None:
    random = np.random.default_rng(seed)
    content = bytearray(mnist_file.read_bytes())
    # Where the zip file's own words and the arrays' headers lie.
    for place in (*random.integers(0, 200, 3), *random.integers(-600, 0, 3)):
        content[place] = random.integers(256)
    mnist_file.write_bytes(content)
    with contextlib.suppress(DataError):
        load_mnist(mnist_file)


def test_a_truncated_file_is_named(mnist_file: Path) -> None:
    mnist_file.write_bytes(mnist_file.read_bytes()[:10_000])
    with pytest.raises(DataError, match=r"mnist\.npz is not a whole"):
        load_mnist(mnist_file)


def test_a_failed_download_says_what_to_do(monkeypatch) -> None:
    def no_network() -> None:
        raise Exception("URL fetch failure")  # noqa: TRY002

    monkeypatch.setattr(import_keras().datasets.mnist, "load_data", no_network)
    with pytest.raises(DataError, match="--data"):
        load_mnist()


def a_ring() -> np.ndarray:
    y, x = np.indices((28, 28)) - 13.5
    return (255 * (np.abs(np.hypot(x, y) - 7) < 1.5)).astype(np.uint8)


def test_augmentation_bends_every_digit_its_own_way_and_loses_none() -> None:
    images = np.stack([a_ring()] * 200)
    bent = Augmentation()(images, np.random.default_rng(0))
    ink = bent.sum(axis=(1, 2)) / (a_ring() / 255).sum()
    assert len({image.tobytes() for image in bent}) == 200
    assert 0 <= bent.min() <= bent.max() <= 1
    assert 0.2 < ink.min() < 0.95
    assert 1.05 < ink.max() < 3.5


def test_shift_moves_a_digit_by_as_much_as_it_says() -> None:
    only_shift = replace(Augmentation().scaled(0), shift=2)
    bent = only_shift(np.stack([a_ring()] * 300), np.random.default_rng(0))
    _, _, x = np.indices(bent.shape)
    centres = (x * bent).sum(axis=(1, 2)) / bent.sum(axis=(1, 2))
    assert centres.min() == pytest.approx(11.5, abs=0.1)
    assert centres.max() == pytest.approx(15.5, abs=0.1)


def test_an_epoch_holds_every_digit_once_in_an_order_of_its_own() -> None:
    arrays = mnist_arrays()
    digits = DigitSet(arrays["x_train"][:250], arrays["y_train"][:250])
    batches = training_batches(digits, 100, 0, lambda epoch: None)
    orders = []
    for _ in range(2):
        images = np.concatenate([batches[i][0] for i in range(len(batches))])
        spelled = np.rint(images[:, 0, :4, 0] * 255).astype(np.uint8)
        orders.append(indices(DigitSet(spelled[:, None, :], digits.labels)))
        batches.on_epoch_end()
    assert len(batches) == 3
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(250))
    assert orders[0] != orders[1]


def bend(epoch: int) -> Augmentation:
    """The usual augmentation, in every epoch."""
    return Augmentation()


def test_the_same_seed_and_epoch_give_the_same_batches() -> None:
    digits = DigitSet(np.stack([a_ring()] * 64), np.zeros(64, np.uint8))
    one, two = (training_batches(digits, 32, 5, bend) for _ in range(2))
    other = training_batches(digits, 32, 6, bend)
    assert np.array_equal(one[1][0], two[1][0])
    assert not np.array_equal(one[1][0], other[1][0])


def test_a_run_that_goes_on_sees_the_batches_it_would_have_seen() -> None:
    digits = DigitSet(np.stack([a_ring()] * 64), np.arange(64, dtype=np.uint8))
    whole = training_batches(digits, 32, 5, bend)
    whole.on_epoch_end()
    whole.on_epoch_end()
    resumed = training_batches(digits, 32, 5, bend, first_epoch=2)
    for index in range(2):
        assert np.array_equal(whole[index][0], resumed[index][0])
        assert np.array_equal(whole[index][1], resumed[index][1])


def test_augmentation_of_an_epoch_is_asked_for_by_its_number() -> None:
    asked: list[int] = []
    batches = training_batches(
        DigitSet(np.stack([a_ring()] * 4), np.zeros(4, np.uint8)), 2, 0, asked.append
    )
    batches.on_epoch_end()
    assert asked == [0, 1]


def test_scaled_to_nothing_augmentation_changes_nothing() -> None:
    images = np.stack([a_ring()] * 3)
    bent = Augmentation().scaled(0)(images, np.random.default_rng(0))
    np.testing.assert_allclose(bent, images / 255, atol=1e-6)
    assert bent.dtype == np.float32
    assert Augmentation().scaled(1) == Augmentation()
    assert Augmentation().scaled(2).rotation == 24
    assert Augmentation().scaled(9).thickness == 1


RINGS = np.stack([a_ring()] * 120)
RING = a_ring() / np.float32(255)
FROM_CENTRE = np.hypot(*(np.indices((28, 28)) - 13.5))
SHARES = ("blur", "breaks", "remains", "paleness", "hollows")


def only(share: float, *names: str) -> Augmentation:
    """Of all that augmentation does, only this."""
    return replace(Augmentation().scaled(0), **dict.fromkeys(names, share))


@pytest.mark.parametrize("name", ["thickness", "blur", "remains", "paleness", "hollows"])
def test_a_share_of_the_digits_is_changed_and_the_others_are_not(name: str) -> None:
    def changed(share: float) -> float:
        bent = only(share, name)(RINGS, np.random.default_rng(0))
        return float((np.abs(bent - RING).max(axis=(1, 2)) > 1e-5).mean())

    assert changed(0) == 0
    assert changed(1) == 1
    assert 0.35 < changed(0.5) < 0.65


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_done_at_once_ink_stays_between_none_and_full(seed: int) -> None:
    every = only(1, "thickness", *SHARES)
    for how in (every, replace(Augmentation().scaled(2), **dict.fromkeys(SHARES, 1.0))):
        bent = how(RINGS, np.random.default_rng(seed))
        assert bent.dtype == np.float32
        assert 0 <= bent.min() <= bent.max() <= 1
        assert bent.max(axis=(1, 2)).min() > 0.1


def test_blur_spreads_ink_by_up_to_a_pixel_and_loses_none() -> None:
    bent = only(1, "blur")(RINGS, np.random.default_rng(0))
    np.testing.assert_allclose(bent.sum(axis=(1, 2)), RING.sum(), rtol=1e-3)
    assert (bent.max(axis=(1, 2)) < RING.max()).all()

    # A mixture with a Gaussian of one pixel: the variance grows by the Gaussian's share, at most 1.
    def spread(ink: np.ndarray) -> np.ndarray:
        across = (np.arange(28) - 13.5) ** 2
        return (ink * across).sum(axis=(-2, -1)) / ink.sum(axis=(-2, -1))

    grown = spread(bent) - spread(RING)
    assert 0.1 < grown.min() < 0.4
    assert 0.6 < grown.max() <= 1


def test_breaks_only_remove_a_short_piece_of_stroke() -> None:
    bent = only(1, "breaks")(RINGS, np.random.default_rng(0))
    assert (bent <= RING + 1e-6).all()
    lost = RING - bent
    assert lost.max() > 0.9
    # At most 2.5 pixels wide and 8 long, and half a pixel softer at the rim.
    assert lost.sum(axis=(1, 2)).max() <= 2.5 * 8 + 1
    for image in lost:
        rows, columns = np.nonzero(image > 0.5)
        if rows.size:
            assert np.hypot(np.ptp(rows), np.ptp(columns)) <= np.hypot(8, 2.5) + 1


def test_remains_only_add_pieces_of_line_that_can_be_seen() -> None:
    bent = only(1, "remains")(RINGS, np.random.default_rng(0))
    added = bent - RING
    assert (added >= -1e-6).all()
    assert (added.max(axis=(1, 2)) > 0.2).mean() > 0.95
    # Four lines of 28 pixels, 2.2 wide, at most.
    assert added.sum(axis=(1, 2)).max() < 4 * 28 * 2.2


def test_paleness_makes_ink_uneven_and_leaves_paper_blank() -> None:
    bent = only(1, "paleness")(RINGS, np.random.default_rng(0))
    assert (bent[:, RING == 0] == 0).all()
    ink = bent[:, RING == 1]
    assert (ink <= 1).all()
    assert ink.min() >= 0.2 - 1e-6  # the palest ink is still there
    assert ink.std(axis=1).min() > 0.03
    # The grain is of pixels: what is next to each other has nothing in common.
    one, next_to_it = bent[:, 13, 6], bent[:, 14, 6]
    assert abs(np.corrcoef(one, next_to_it)[0, 1]) < 0.8


def test_hollows_leave_the_outline_and_empty_the_middle() -> None:
    bar = np.zeros((28, 28), np.uint8)
    bar[6:22, 10:18] = 255
    hollow = only(1, "hollows")(np.stack([bar] * 50), np.random.default_rng(0))
    assert (hollow[:, bar == 0] == 0).all()
    middle = hollow[:, 8:20, 12:16]
    assert middle.max() <= 0.3 + 1e-6
    assert middle.min() < 0.02
    outline = np.concatenate([hollow[:, 6:22, [10, 17]].reshape(50, -1), hollow[:, 6, 10:18]], 1)
    assert outline.min() > 0.4
    assert (outline.min(axis=1) > middle.max(axis=(1, 2))).all()

    ring = only(1, "hollows")(RINGS, np.random.default_rng(0))
    assert (ring <= RING + 1e-6).all()
    middle_of_ring = (np.abs(FROM_CENTRE - 7) < 0.5) & (RING > 0)
    rim_of_ring = (np.abs(FROM_CENTRE - 7) > 1.2) & (RING > 0)
    assert (ring[:, middle_of_ring].mean(axis=1) < 0.6 * ring[:, rim_of_ring].mean(axis=1)).all()


def test_spread_takes_digits_from_end_to_end() -> None:
    arrays = mnist_arrays()
    digits = DigitSet(arrays["x_train"], arrays["y_train"])[:101]
    assert indices(digits.spread(5)) == [0, 25, 50, 75, 100]
    assert len(digits.spread(None)) == len(digits.spread(1_000)) == 101


def test_sets_joined_hold_the_digits_of_both_in_order() -> None:
    arrays = mnist_arrays()
    digits = DigitSet(arrays["x_train"], arrays["y_train"])
    joined = digits[:3] + digits[10:12]
    assert indices(joined) == [0, 1, 2, 10, 11]
    assert joined.labels.tolist() == [0, 1, 2, 0, 1]
    assert joined.sha256 != (digits[:3] + digits[10:13]).sha256

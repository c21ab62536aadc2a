"""A recipe survives JSON, and one that makes no sense is named."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits.common.errors import DataError
from digits.network.architectures import ARCHITECTURES
from digits.training.augmentation import Augmentation
from digits.training.recipe import RECIPES, Recipe, read_recipe


def written(tmp_path: Path, found: object) -> Path:
    (tmp_path / "tuned.json").write_text(json.dumps(found))
    return tmp_path / "tuned.json"


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_builds_its_network_and_survives_json(name: str, tmp_path: Path) -> None:
    recipe = RECIPES[name]
    assert ARCHITECTURES[recipe.architecture](**recipe.network).output_shape == (None, 10)
    assert read_recipe(written(tmp_path, json.loads(recipe.as_json()))) == recipe


@given(
    st.integers(1, 1_000),
    st.integers(1, 4_096),
    st.floats(1e-8, 10),
    st.floats(0, 0.5),
    st.floats(0, 2),
    st.floats(0, 0.9),
)
def test_any_recipe_survives_json(  # noqa: PLR0917
    tmp_path_factory, epochs, batch_size, learning_rate, label_smoothing, augmentation, dropout
) -> None:
    recipe = Recipe(
        network={"dropout": dropout},
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        label_smoothing=label_smoothing,
        augmentation=augmentation,
    )
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(recipe.as_json())
    assert read_recipe(path) == recipe


def test_what_the_file_leaves_out_is_as_by_default(tmp_path: Path) -> None:
    path = written(tmp_path, {"architecture": "classic", "epochs": 7})
    assert read_recipe(path) == replace(RECIPES["classic"], epochs=7)
    assert read_recipe(written(tmp_path, {})) == RECIPES["compact"]


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ([1], "one JSON object"),
        ({"architecture": "enormous"}, "architecture must be one of"),
        ({"precision": "float16"}, "precision must be one of float32, mixed_bfloat16"),
        ({"architecture": ["compact"]}, "architecture must be one of"),
        ({"colour": "red"}, "'colour' is no hyperparameter"),
        ({"epochs": 0}, "epochs must be a number from 1"),
        ({"epochs": 2.5}, "epochs must be"),
        ({"epochs": True}, "epochs must be"),
        ({"learning_rate": "fast"}, "learning_rate must be"),
        ({"learning_rate": float("nan")}, "learning_rate must be"),
        ({"is_lowered": 1}, "true or false"),
        ({"network": {"depth": 3}}, "can only be told"),
        ({"network": [1]}, "can only be told"),
        ({"network": {"dropout": 1.5}}, "dropout must be"),
        ({"network": {"width": [0.5]}}, "width must be"),
        ({"validation_digits": 1}, "validation_digits must be a number from 5000"),
        ({"architecture": "classic", "network": {"dropout": 0.1}}, "can only be told nothing"),
        ({"architecture": "three_convolutions", "network": {"filters": [32]}}, "three numbers"),
        ({"architecture": "three_convolutions", "network": {"filters": [1, 2, 0]}}, "filters must"),
        ({"architecture": "three_convolutions", "network": {"batch_norm": 1}}, "true or false"),
    ],
)
def test_a_file_that_makes_no_sense_is_named(found: object, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=sentence):
        read_recipe(written(tmp_path, found))


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"epochs": 3')
    (tmp_path / "picture.json").write_bytes(b"\x89PNG\xff")
    (tmp_path / "deep.json").write_text("[" * 200_000)
    for name in ("broken.json", "picture.json", "none.json", "deep.json"):
        with pytest.raises(DataError, match=rf"{name} is no JSON file"):
            read_recipe(tmp_path / name)


def test_bending_grows_to_its_full_extent_and_can_be_off() -> None:
    recipe = Recipe(easy_epochs=4, augmentation=0.5)
    rotations = [getattr(recipe.augmentation_at(epoch), "rotation", 0) for epoch in range(6)]
    full = Augmentation().rotation / 2
    assert rotations == pytest.approx(
        [full / 8, full * 3 / 8, full * 5 / 8, full * 7 / 8, full, full]
    )
    assert Recipe(augmentation=0).augmentation_at(3) is None
    assert Recipe(easy_epochs=0).augmentation_at(0) == Augmentation()


def test_bending_grows_in_easy_epochs_and_shrinks_in_calm_ones() -> None:
    recipe = Recipe(epochs=10, easy_epochs=2, calm_epochs=4)
    bent = [recipe.augmentation_at(epoch) for epoch in range(10)]
    strengths = [each.rotation / Augmentation().rotation for each in bent if each]
    assert strengths == pytest.approx([0.25, 0.75, 1, 1, 1, 1, 0.875, 0.625, 0.375, 0.2])

"""The search space holds the published one, and every recipe in it can be trained."""

import itertools
import random
from pathlib import Path
from typing import Any

import pytest

from digits.network.architectures import ARCHITECTURES
from digits.network.layers import layer_table
from digits.training.recipe import RECIPES, Recipe, read_recipe
from digits.tuning.oracle import import_keras_tuner
from digits.tuning.search_space import sample_recipe


def new_hyperparameters(**values: Any) -> Any:
    hyperparameters = import_keras_tuner().HyperParameters()
    hyperparameters.values.update(values)
    return hyperparameters


def choices(*architectures: str) -> dict[str, list]:
    """What each hyperparameter may be, by its name."""
    hyperparameters = new_hyperparameters()
    sample_recipe(hyperparameters, 1, architectures)
    return {each.name: list(each.values) for each in hyperparameters.space}


def random_recipe(chosen: random.Random) -> Recipe:
    spaces = choices("compact", "three_convolutions")
    values = {name: chosen.choice(values) for name, values in spaces.items()}
    return sample_recipe(new_hyperparameters(**values), 7)


def test_the_published_space_is_held_exactly() -> None:
    space = choices("three_convolutions")
    by_32 = [128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 480, 512]
    for number in (1, 2, 3):
        assert space[f"three_convolutions/filters_{number}"] == [32, 64, 96, 128]
    assert space["three_convolutions/dense_units"] == by_32
    assert sorted(space["three_convolutions/learning_rate"]) == [1e-4, 1e-3, 1e-2]
    assert True in space["three_convolutions/batch_norm"]
    assert 0 in space["augmentation"]
    assert 0 in space["label_smoothing"]


def test_the_choices_of_our_own_network_are_searched() -> None:
    space = choices("compact")
    searched = ("compact/width", "compact/dropout", "augmentation", "label_smoothing")
    assert all(len(space[name]) > 2 for name in searched)


@pytest.mark.parametrize("end", [0, -1])
def test_a_published_choice_becomes_the_network_that_it_says(end: int) -> None:
    filters, units, rate = (32, 128)[end], (128, 512)[end], (1e-2, 1e-4)[end]
    values: dict[str, Any] = {
        f"three_convolutions/filters_{number}": filters for number in (1, 2, 3)
    }
    values |= {
        "architecture": "three_convolutions",
        "three_convolutions/dense_units": units,
        "three_convolutions/learning_rate": rate,
    }
    recipe = sample_recipe(new_hyperparameters(**values), 5)
    rows = layer_table(ARCHITECTURES[recipe.architecture](**recipe.network))
    kinds = [row.kind for row in rows]
    widths = [row.output_shape[-1] for row in rows if row.kind == "Conv2D"]
    assert widths == [filters] * 3
    assert kinds.count("BatchNormalization") == 3
    assert next(row.output_shape for row in rows if row.kind == "Dense") == (units,)
    assert (recipe.learning_rate, recipe.epochs) == (rate, 5)


@pytest.mark.parametrize("architecture", ["compact", "three_convolutions"])
def test_untouched_the_space_stands_for_the_recipe_that_ships(architecture: str) -> None:
    shipped = RECIPES[architecture]
    recipe = sample_recipe(new_hyperparameters(), shipped.epochs, [architecture])
    build = ARCHITECTURES[architecture]
    assert layer_table(build(**recipe.network)) == layer_table(build())
    assert {**vars(recipe), "network": {}} == vars(shipped)


def test_only_the_architectures_asked_for_are_searched() -> None:
    assert choices("compact")["architecture"] == ["compact"]
    assert not [name for name in choices("compact") if name.startswith("three_convolutions/")]


def test_every_recipe_of_the_space_survives_its_file(tmp_path: Path) -> None:
    chosen = random.Random(0)
    recipes = [random_recipe(chosen) for _ in range(40)]
    for recipe, number in zip(recipes, itertools.count(), strict=False):
        path = tmp_path / f"{number}.json"
        path.write_text(recipe.as_json())
        assert read_recipe(path) == recipe
    assert {recipe.architecture for recipe in recipes} == {"compact", "three_convolutions"}

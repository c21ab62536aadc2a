"""Retraining, as a person would run it, on a slice that trains in seconds."""

import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from PIL import Image

from digit_predictor import load_model
from digits.common.errors import ModelError
from digits.network.architectures import build_classic
from digits.network.layers import layer_table
from digits.network.light_serving import LightNetwork
from digits.network.loading import load_network
from digits.network.model_file import read_papers
from digits.network.stored_export import read_export
from digits.training import added_export, command
from digits.training.command import main
from digits.training.comparison import Comparison
from digits.training.recipe import RECIPES, read_recipe
from tests.conftest import write_small_mnist
from tests.training.test_picture_folder import put_picture
from tests.training_runs import SLOW_MACHINE_S, run_here, slim, start_training, weights_of


@dataclass(frozen=True)
class Run:
    """What a run by default left, and what it printed."""

    folder: Path
    printed: str
    errors: str


@pytest.fixture(scope="module")
def default_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two epochs of our own recipe, but fewer pictures and filters, for all that look at it."""
    folder = tmp_path_factory.mktemp("run")
    data = write_small_mnist(folder)
    put_picture(folder / "own" / "3" / "a.png", 3)
    (folder / "own" / "3" / "b.png").write_text("no picture")
    usual = RECIPES["compact"]
    fewer = replace(usual, epochs=2, scenes=0.05, ways=0, non_digits=0.1, network={"width": 0.25})
    (folder / "fewer.json").write_text(fewer.as_json())
    options = {"--tuned": "fewer.json", "--extra": "own", "--tensorboard": "logs"}
    words = [word for name, each in options.items() for word in (name, str(folder / each))]
    run = start_training(data, folder / "mine.h5", *words)
    printed, errors = run.communicate(timeout=SLOW_MACHINE_S)
    assert run.returncode == 0, errors
    return Run(folder, printed, errors)


def test_a_run_reports_its_progress_and_leaves_a_model_with_papers_and_curves(
    default_run: Run,
) -> None:
    printed = default_run.printed
    assert default_run.errors == ""
    assert "Epoch 2/2" in printed
    assert printed.count(" left.") == 1
    assert printed.count("test accuracy") == 1
    assert "Of 5,000 MNIST digits, " in printed
    papers = read_papers(default_run.folder / "mine.h5")
    assert (papers.architecture, papers.epochs, papers.seed) == ("compact", 2, 0)
    assert 0.01 <= papers.temperature <= 100
    assert papers.doubt_threshold is not None
    assert printed.count("are doubted") == 1
    assert load_model(default_run.folder / "mine.h5").name == "compact"
    assert {file.name for file in default_run.folder.iterdir()} == {
        "mnist.npz",
        "slim.json",
        "fewer.json",
        "own",
        "logs",
        "made_pictures",
        "mine.h5",
        "mine.curves.csv",
        "mine.curves.png",
    }


def test_the_model_holds_what_answers_without_tensorflow(default_run: Run) -> None:
    network = load_network(default_run.folder / "mine.h5")
    assert isinstance(network, LightNetwork)
    export = read_export(default_run.folder / "mine.h5")
    assert export is not None
    assert 0 < export.largest_difference <= 1e-4


@pytest.mark.usefixtures("trains_at_once")
def test_without_the_converter_the_model_is_written_and_it_says_so(
    small_mnist: Path, capsys, monkeypatch
) -> None:
    monkeypatch.setattr(added_export, "can_export", lambda: False)
    output = small_mnist.with_name("mine.h5")
    files = ["--data", str(small_mnist), "--output", str(output), *slim(small_mnist)]
    assert main([*files, "--epochs", "1"]) == 0
    assert "Without an export, so TensorFlow will answer. To add one: " in capsys.readouterr().out
    assert read_export(output) is None


@pytest.mark.usefixtures("trains_at_once")
def test_an_export_that_answers_otherwise_is_an_error_and_the_model_is_kept(
    small_mnist: Path, capsys, monkeypatch
) -> None:
    def fail(path: Path, digits: Any) -> None:
        assert digits.shape == (5_000, 28, 28)
        raise ModelError("The export's logits are up to 2.0e-04 from Keras's.")

    monkeypatch.setattr(added_export, "add_export", fail)
    output = small_mnist.with_name("mine.h5")
    files = ["--data", str(small_mnist), "--output", str(output), *slim(small_mnist)]
    assert main([*files, "--epochs", "1"]) == 1
    assert capsys.readouterr().err == (
        "mine.h5 is whole, but holds no export: "
        "The export's logits are up to 2.0e-04 from Keras's.\n"
    )
    assert read_papers(output).epochs == 1


def test_pictures_of_ones_own_are_learnt_from(default_run: Run) -> None:
    assert "3/b.png is left out: This file is not a picture" in default_run.printed
    papers = read_papers(default_run.folder / "mine.h5")
    assert papers.data is not None
    assert papers.data.startswith("MNIST training digits but the last 5,000; ")
    assert papers.data.endswith("; 1 of one's own pictures")
    assert "--extra own" in str(papers.command)


def test_the_command_in_the_papers_names_all_that_was_learnt_from() -> None:
    given = ["--epochs", "3", "--pen-strokes", "in/a.tra", "in/b c.jsonl.gz"]
    given += ["--bitmaps", "in/o.tra.gz", "in/o.tes.gz", "--letters", "in/l.jsonl"]
    given += ["--doodles", "in/d.npz", "--alphabets", "in/small1.zip", "--extra", "in/own"]
    written = command._command(command._parser().parse_args(given), RECIPES["compact"])
    again = command._parser().parse_args(shlex.split(written)[2:])
    assert [file.name for file in again.pen_strokes] == ["a.tra", "b c.jsonl.gz"]
    assert [file.name for file in again.bitmaps] == ["o.tra.gz", "o.tes.gz"]
    assert (again.letters, again.extra) == ([Path("l.jsonl")], [Path("own")])
    assert (again.doodles, again.alphabets) == (Path("d.npz"), Path("small1.zip"))
    assert "in/" not in written


def test_tensorboard_logs_are_written_where_asked(default_run: Run) -> None:
    logs = default_run.folder / "logs"
    assert {path.name for path in logs.iterdir()} == {"train", "validation"}


def test_the_recipe_in_the_papers_and_the_same_seed_train_the_same_again(small_mnist: Path) -> None:
    assert run_here(small_mnist, "--epochs", "1", "--learning-rate", "0.01") == 0
    recipe = read_papers(small_mnist.with_name("mine.h5")).recipe
    assert recipe is not None
    (small_mnist.parent / "tuned.json").write_text(recipe)
    again = small_mnist.with_name("again.h5")
    tuned = ["--tuned", str(small_mnist.parent / "tuned.json")]
    files = ["--data", str(small_mnist), "--output", str(again)]
    assert main([*files, *tuned, "--no-export"]) == 0
    pairs = zip(weights_of(small_mnist.with_name("mine.h5")), weights_of(again), strict=True)
    assert all(np.array_equal(one, two) for one, two in pairs)


@pytest.mark.usefixtures("trains_at_once")
def test_a_worse_model_is_kept_beside_the_better_one_unless_forced(
    small_mnist: Path, old_model: Path, capsys, monkeypatch
) -> None:
    old = old_model.read_bytes()

    def compare(new: Any, old: Any, judges: Any) -> Comparison:
        assert old is not None
        return Comparison(("Much worse.",), is_worse=True)

    monkeypatch.setattr(command, "compare", compare)
    assert run_here(small_mnist, "--epochs", "1", "--seed", "1") == 0
    printed = capsys.readouterr().out
    assert "Much worse." in printed
    assert "worse than mine.h5, which stays as it was" in printed
    assert old_model.read_bytes() == old
    assert read_papers(small_mnist.with_name("mine.rejected.h5")).seed == 1
    assert small_mnist.with_name("mine.rejected.curves.csv").exists()
    assert run_here(small_mnist, "--epochs", "1", "--seed", "2", "--force") == 0
    assert read_papers(old_model).seed == 2


def test_without_tensorboard_it_says_how_to_get_it(small_mnist: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    assert run_here(small_mnist, "--tensorboard", "logs") == 1
    assert not Path("logs").exists()
    assert "pip install -r requirements-train.txt" in capsys.readouterr().err


@pytest.mark.usefixtures("trains_at_once")
def test_augmentation_can_be_shown_and_turned_off(small_mnist: Path, capsys) -> None:
    sheet = small_mnist.with_name("sheet.png")
    assert run_here(small_mnist, "--show-augmentation", str(sheet)) == 0
    with Image.open(sheet) as picture:
        assert picture.height > 800
    assert not small_mnist.with_name("mine.h5").exists()
    assert run_here(small_mnist, "--show-augmentation", str(sheet), "--no-augmentation") == 1
    assert "nothing to show" in capsys.readouterr().err
    assert run_here(small_mnist, "--epochs", "1", "--no-augmentation") == 0
    (small_mnist.parent / "r.json").write_text(
        read_papers(small_mnist.with_name("mine.h5")).recipe or ""
    )
    assert read_recipe(small_mnist.parent / "r.json").augmentation == 0


def test_early_stopping_ends_a_run_that_gets_no_better(small_mnist: Path) -> None:
    assert run_here(small_mnist, "--epochs", "40", "--early-stopping", "1") == 0
    epochs = read_papers(small_mnist.with_name("mine.h5")).epochs
    assert epochs is not None
    assert epochs < 40


def test_classic_is_exactly_the_well_known_network() -> None:
    rows = [(row.kind, row.output_shape, row.parameters) for row in layer_table(build_classic())]
    assert rows == [
        ("Conv2D", (26, 26, 32), 320),
        ("Conv2D", (24, 24, 64), 18_496),
        ("MaxPooling2D", (12, 12, 64), 0),
        ("Dropout", (12, 12, 64), 0),
        ("Flatten", (9_216,), 0),
        ("Dense", (128,), 1_179_776),
        ("Dropout", (128,), 0),
        ("Dense", (10,), 1_290),
    ]
    recipe = RECIPES["classic"]
    assert (recipe.epochs, recipe.batch_size, recipe.augmentation) == (3, 32, 0)
    assert (recipe.learning_rate, recipe.weight_decay, recipe.is_lowered) == (0.001, 0, False)
    assert recipe.validation_digits == 6_000


def test_the_last_convolution_of_ours_keeps_feature_maps_of_at_least_7_by_7() -> None:
    maps = [row.output_shape for row in layer_table(load_model()) if row.kind == "Conv2D"][-1]
    assert min(maps[:2]) >= 7
    assert load_model().count_params() == 341_802


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--data", "none.npz"], "none.npz is no file"),
        (["--output", "model.txt"], "ends in .h5"),
        (["--output", "folder.h5"], "is a folder"),
        (["--output", "taken.h5"], "taken.curves.png is a folder"),
        (["--output", "x" * 235 + ".h5"], "too long"),
        (["--tensorboard", "thesis.h5"], "--tensorboard is no folder"),
        (["--output", "no/such/folder/model.h5"], "folder of --output does not exist"),
        (["--output", "thesis.h5"], "thesis.h5 is there already and is no digit model"),
        (["--tuned", "none.json"], "none.json is no JSON file"),
        (["--tuned", "tuned.json", "--architecture", "compact"], "leave out --architecture"),
        (["--pen-strokes", "none.tra"], "none.tra is no file"),
        (["--pen-strokes", "tuned.json"], "tuned.json has no label"),
        (["--letters", "none.jsonl"], "none.jsonl is no file"),
        (["--bitmaps", "none.tra", "none.tes"], "none.tra is no file"),
        (["--bitmaps", "optdigits-orig.windep.gz"], "windep.gz has no part in a training"),
        (["--doodles", "tuned.json"], "tuned.json is no whole .npz file"),
        (["--alphabets", "tuned.json"], "tuned.json is no whole .zip file"),
        (["--extra", "none"], "none"),
        (["--start-from", "none.h5"], "none.h5"),
        (["--start-from", "thesis.h5"], "thesis.h5"),
        (["--extra", "pictures"], "4"),
        (["--show-augmentation", "sheet.txt"], "ends in .png"),
        (["--show-augmentation", "no/sheet.png"], "--show-augmentation does not exist"),
    ],
)
def test_bad_arguments_end_in_one_sentence(
    arguments: list[str], sentence: str, capsys, small_mnist: Path, monkeypatch
) -> None:
    monkeypatch.chdir(small_mnist.parent)
    Path("folder.h5").mkdir()
    Path("taken.curves.png").mkdir()
    Path("pictures/4").mkdir(parents=True)
    Path("thesis.h5").write_bytes(b"years of work")
    Path("tuned.json").write_text('{"architecture": "classic"}')
    assert main(["--data", "mnist.npz", *slim(small_mnist), *arguments]) == 1
    errors = capsys.readouterr().err
    assert sentence in errors
    assert errors.count("\n") == 1
    assert Path("thesis.h5").read_bytes() == b"years of work"


@pytest.mark.parametrize("argument", ["--epochs", "--batch-size", "--early-stopping"])
def test_a_count_below_one_is_refused(argument: str, capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        main([argument, "0"])
    assert caught.value.code == 2
    assert "from 1 to" in capsys.readouterr().err


@pytest.mark.usefixtures("trains_at_once")
def test_a_run_starts_from_what_a_model_has_learnt_and_says_so(small_mnist: Path) -> None:
    learnt, output = small_mnist.with_name("learnt.h5"), small_mnist.with_name("mine.h5")
    assert run_here(small_mnist, "--epochs", "1", "--seed", "3") == 0
    output.rename(learnt)
    assert run_here(small_mnist, "--epochs", "1", "--start-from", str(learnt)) == 0
    for before, after in zip(weights_of(learnt), weights_of(output), strict=True):
        assert np.array_equal(before, after)
    command = read_papers(output).command
    assert command is not None and "--start-from learnt.h5" in command


@pytest.mark.usefixtures("trains_at_once")
def test_a_model_without_papers_of_ours_can_be_replaced(small_mnist: Path) -> None:
    output = small_mnist.with_name("mine.h5")
    build_classic().save(output)
    with h5py.File(output) as file:
        assert "digit_seed" not in file.attrs
    assert run_here(small_mnist, "--epochs", "1", "--force") == 0
    assert read_papers(output).seed == 0

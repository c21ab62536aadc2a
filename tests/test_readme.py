"""What README and docs say is so."""

import hashlib
import re

import pytest

from digit_predictor import load_model
from digits.evaluation import command as evaluation_command
from digits.network.layers import layer_table
from digits.network.model_file import SHIPPED_MODEL, read_papers
from digits.reading import command as reading_command
from digits.training import command as training_command
from digits.tuning import command as tuning_command
from tests.browser import ROOT

TEXTS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))
}
README, TRAINING = TEXTS["README.md"], TEXTS["docs/training.md"]
LINKS = [
    (name, link) for name, text in TEXTS.items() for link in re.findall(r"\]\(([^):]+)\)", text)
]
FILES = [
    (name, file)
    for name, text in TEXTS.items()
    for file in re.findall(r"`([\w/.]+\.(?:py|css|h5|txt|toml|ipynb))`", text)
]


def test_a_stranger_reads_the_readme_in_a_minute() -> None:
    assert len(README.splitlines()) <= 150


def test_the_layer_table_is_that_of_the_shipped_model() -> None:
    for row in layer_table(load_model()):
        shape = " × ".join(map(str, row.output_shape))
        assert f"| `{row.name}` | {row.kind} | {shape} | {row.parameters:,} |" in TRAINING


def test_the_training_command_is_the_one_in_the_models_papers() -> None:
    command = read_papers(SHIPPED_MODEL).command
    assert command is not None
    assert f"\n{command}\n" in TRAINING


@pytest.mark.parametrize("name", ["README.md", "docs/results.md"])
def test_the_test_accuracy_is_the_one_in_the_models_papers(name: str) -> None:
    accuracy = read_papers(SHIPPED_MODEL).test_accuracy
    assert f"{accuracy:.2%}" in TEXTS[name]


def test_the_shipped_model_is_the_file_whose_hash_is_given() -> None:
    given = re.findall(r"SHA-256 of `digit_recognizer\.h5`: `([0-9a-f]{64})`", TRAINING)
    assert given == [hashlib.sha256(SHIPPED_MODEL.read_bytes()).hexdigest()]


def test_every_option_named_for_training_tuning_and_evaluating_exists() -> None:
    commands = (training_command, tuning_command, evaluation_command, reading_command)
    known = {
        option
        for command in commands
        for action in command._parser()._actions
        for option in action.option_strings
    }
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", TRAINING))
    assert len(named) > 20
    assert named <= known


@pytest.mark.parametrize(("name", "link"), LINKS)
def test_every_local_link_leads_to_a_file(name: str, link: str) -> None:
    assert (ROOT / name).parent.joinpath(link).is_file()


@pytest.mark.parametrize(("name", "file"), FILES)
def test_every_file_named_is_there(name: str, file: str) -> None:
    assert (ROOT / file).is_file()


@pytest.mark.parametrize(
    "module", sorted(set(re.findall(r"`(digits(?:\.\w+)+)`", TEXTS["CHANGELOG.md"])))
)
def test_every_new_path_that_the_changelog_tells_is_one(module: str) -> None:
    assert (ROOT / module.replace(".", "/")).with_suffix(".py").is_file()


def test_every_room_and_door_stands_in_the_tree_of_the_readme() -> None:
    tree = README.split("```text")[1].split("```")[0]
    rooms = {path.parent.name for path in (ROOT / "digits").glob("*/__init__.py")}
    assert {room for room in rooms if f" {room}/" not in tree} == set()
    assert {path.name for path in ROOT.glob("*.py") if path.name not in tree} == set()


def test_the_test_command_that_ci_runs_stands_in_the_readme_once() -> None:
    assert len(re.findall(r"^python3 .*-m pytest$", README, re.MULTILINE)) == 1

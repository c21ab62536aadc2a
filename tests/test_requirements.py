"""What is named is what is imported, and the lock file is one way to satisfy the ranges."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.browser import ROOT

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for path in (*ROOT.glob("*.py"), *(ROOT / "digits").rglob("*.py"))
}
APP = ("streamlit_app", "digit_gui", "digit_predictor", "gradcam_visualizer")
FILES = (
    "requirements-serve.txt",
    "requirements-batch.txt",
    "requirements-cluster.txt",
    "requirements.txt",
    "requirements-train.txt",
    "requirements-dev.txt",
)


def requirements_of(file: str) -> dict[str, Requirement]:
    """What a requirements file asks for, with the files that it includes, by package."""
    found: dict[str, Requirement] = {}
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found |= requirements_of(line.removeprefix("-r "))
        elif line and not line.startswith("#"):
            requirement = Requirement(line)
            found[canonicalize_name(requirement.name)] = requirement
    return found


def locked() -> dict[str, Version]:
    """The version of each package in the lock file."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE)
    return {canonicalize_name(name): Version(version) for name, version in pins}


@cache
def imports_of(path: Path) -> frozenset[str]:
    """What a module imports, wherever in it: our modules, and the top-level names of others."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    ours = names & MODULES.keys()
    return frozenset(ours | {name.split(".")[0] for name in names} - {"digits"})


def packages_for(modules: set[str]) -> set[str]:
    """The packages to install for some of our modules and all that these import of ours."""
    reached: set[str] = set()
    while modules - reached:
        reached |= modules
        modules = {name for each in reached for name in imports_of(MODULES[each])} & MODULES.keys()
    foreign = {name for each in reached for name in imports_of(MODULES[each])}
    foreign -= MODULES.keys() | set(sys.stdlib_module_names)
    known = packages_distributions()
    return {canonicalize_name(known[name][0]) for name in foreign}


MANY = requirements_of("requirements-cluster.txt").keys()
"""What reading many pictures takes, at most."""


def test_all_that_answers_imports_exactly_what_its_requirements_name() -> None:
    wanted = requirements_of("requirements.txt").keys() | MANY
    assert packages_for({*APP, "read_pictures"}) == wanted


def test_every_script_imports_only_what_the_requirements_for_training_name() -> None:
    assert packages_for(set(MODULES)) <= requirements_of("requirements-train.txt").keys() | MANY


@pytest.mark.parametrize("file", [*FILES, "benchmarks/requirements.txt"])
def test_every_range_has_a_lower_and_an_upper_bound(file: str) -> None:
    requirements = requirements_of(file).values()
    assert len(requirements) > 0
    for requirement in requirements:
        assert sorted(each.operator for each in requirement.specifier) == ["<", ">="], requirement


@pytest.mark.parametrize("requirement", requirements_of(FILES[-1]).values(), ids=str)
def test_the_lock_file_satisfies_every_range(requirement: Requirement) -> None:
    assert locked()[canonicalize_name(requirement.name)] in requirement.specifier


def test_no_keras_with_the_security_holes_in_loading_models_is_allowed() -> None:
    assert "3.15.0" not in requirements_of("requirements.txt")["keras"].specifier
    assert locked()["keras"] >= Version("3.15.1")


def test_every_locked_package_can_be_checked_by_its_hash() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    hashed = re.findall(r"^[\w.-]+==.*\\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(hashed) == len(locked())

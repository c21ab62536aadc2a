"""Recipes: everything that decides how a network is trained, as plain data that JSON can hold."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from digits.common.errors import DataError
from digits.network.architectures import ARCHITECTURES
from digits.training.augmentation import Augmentation
from digits.training.digit_sets import MNIST_VALIDATION_DIGITS

PRECISIONS = ("float32", "mixed_bfloat16")


@dataclass(frozen=True)
class Recipe:
    """How a network is built and trained.

    Attributes:
        architecture: a key of `network.architectures.ARCHITECTURES`.
        network: what its builder is told beyond its own defaults, such as `{"dropout": 0.2}`.
        epochs: passes over the training digits.
        batch_size: digits a step.
        learning_rate: the highest of the run.
        warm_up_epochs: for so long it rises linearly to that; a part of an epoch is allowed.
        is_lowered: whether it then falls to zero along a cosine (Loshchilov & Hutter, 2017,
            "SGDR"); otherwise it stays.
        weight_decay: of AdamW (Loshchilov & Hutter, 2019); 0 is plain Adam.
        label_smoothing: share of a label's probability that is spread over all ten digits
            (Szegedy et al., 2016, "Rethinking the Inception architecture"), 0 to 0.5.
        augmentation: how far digits are bent, as a share of `Augmentation()`; 0 leaves them as
            they are.
        easy_epochs: bending grows from nothing to its full extent over so many epochs, so that
            the first epochs, in which a network learns what a digit is, are easy (Bengio et al.,
            2009, "Curriculum learning").
        calm_epochs: over so many last epochs bending shrinks again, to a fifth, so that a network
            ends with digits as people mostly write them.
        averaging: momentum of the moving average of the weights, which is validated and kept
            instead of the last step's (Polyak & Juditsky, 1992); 0 keeps the last step's.
        validation_digits: how many of MNIST's last training digits validate.
        drawings: how often a pen digit is drawn on average, each writer about as often as any
            other, and how often each bitmap is enlarged, where there are any to learn from.
        scenes: imagined photographs to learn from, for each of MNIST's training digits.
        ways: digits in ways of writing of which collections hold too few, likewise.
        non_digits: things that are no digit, to learn doubt from, likewise.
        outlier_weight: what one of these weighs in the loss, beside a digit.
        precision: one of `PRECISIONS`. Mixed precision (Micikevicius et al., 2018) computes in
            16 bits what is safe so, twice as fast on a processor that can, and slowly on any
            other; the weights that come out always have 32.
    """

    architecture: str = "compact"
    network: Mapping[str, Any] = field(default_factory=dict)
    epochs: int = 20
    batch_size: int = 64
    learning_rate: float = 4e-3
    warm_up_epochs: float = 0.05
    is_lowered: bool = True
    weight_decay: float = 1e-3
    label_smoothing: float = 0.0
    augmentation: float = 1.0
    easy_epochs: float = 5.0
    calm_epochs: float = 5.0
    averaging: float = 0.97
    validation_digits: int = MNIST_VALIDATION_DIGITS
    drawings: int = 3
    scenes: float = 0.8
    ways: float = 0.5
    non_digits: float = 1.0
    outlier_weight: float = 1.0
    precision: str = "float32"

    def augmentation_at(self, epoch: int) -> Augmentation | None:
        """How digits are bent in an epoch, the first of which is 0; None for not at all."""
        if not self.augmentation:
            return None
        growth = min(1.0, (epoch + 0.5) / self.easy_epochs) if self.easy_epochs else 1.0
        left = self.epochs - epoch - 0.5
        calm = min(1.0, max(0.2, left / self.calm_epochs)) if self.calm_epochs else 1.0
        return Augmentation().scaled(self.augmentation * growth * calm)

    def as_json(self) -> str:
        """One JSON object, indented, keys in the order of the fields."""
        return json.dumps(asdict(self) | {"network": dict(self.network)}, indent=2) + "\n"


RECIPES = {
    "compact": Recipe(),
    # As published with the Keras examples; "the last 10%" are 6,000 of the 60,000.
    "classic": Recipe(
        architecture="classic",
        epochs=3,
        batch_size=32,
        learning_rate=1e-3,
        warm_up_epochs=0.0,
        is_lowered=False,
        weight_decay=0.0,
        augmentation=0.0,
        easy_epochs=0.0,
        calm_epochs=0.0,
        averaging=0.0,
        validation_digits=6_000,
        scenes=0.0,
        ways=0.0,
        non_digits=0.0,
    ),
    # What the notebook that this project grew out of searches over.
    "three_convolutions": Recipe(
        architecture="three_convolutions",
        epochs=10,
        batch_size=128,
        learning_rate=1e-3,
        warm_up_epochs=0.0,
        is_lowered=False,
        weight_decay=0.0,
        easy_epochs=0.0,
        calm_epochs=0.0,
        averaging=0.0,
        scenes=0.0,
        ways=0.0,
        non_digits=0.0,
    ),
}


def read_recipe(path: str | Path) -> Recipe:
    """Read the JSON that `tune_mnist_model.py` writes; what it leaves out is as in `RECIPES`.

    Raises:
        DataError: the file is missing, no JSON object, or names or gives something impossible.
    """
    path = Path(path)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path.name or path} is no JSON file that tuning wrote.") from error
    if not isinstance(found, dict):
        raise DataError(f"{path.name} must hold one JSON object.")
    architecture = found.get("architecture", "compact")
    if not isinstance(architecture, str) or architecture not in RECIPES:
        raise DataError(f"{path.name}: the architecture must be one of {', '.join(RECIPES)}.")
    unknown = sorted(set(found) - {each.name for each in fields(Recipe)})
    if unknown:
        raise DataError(f"{path.name}: {unknown[0]!r} is no hyperparameter that training knows.")
    for name, value in found.items():
        _check(name, value, path.name)
    _check_network(architecture, found.get("network", {}), path.name)
    return replace(RECIPES[architecture], **found)


_Limits = tuple[type, float, float]
_LIMITS: dict[str, _Limits] = {
    "epochs": (int, 1, 100_000),
    "batch_size": (int, 1, 100_000),
    "learning_rate": (float, 1e-8, 10),
    "warm_up_epochs": (float, 0, 1_000),
    "weight_decay": (float, 0, 1),
    "label_smoothing": (float, 0, 0.5),
    "augmentation": (float, 0, 2),
    "easy_epochs": (float, 0, 1_000),
    "calm_epochs": (float, 0, 1_000),
    "averaging": (float, 0, 0.9999),
    # Those that judge every model are never learnt from.
    "validation_digits": (int, MNIST_VALIDATION_DIGITS, 6_000),
    "drawings": (int, 1, 100),
    "scenes": (float, 0, 10),
    "ways": (float, 0, 10),
    "non_digits": (float, 0, 10),
    "outlier_weight": (float, 0, 10),
}
_NETWORK_LIMITS: dict[str, _Limits] = {
    "width": (float, 0.25, 4),
    "dropout": (float, 0, 0.9),
    "filters": (int, 1, 1_024),
    "dense_units": (int, 1, 4_096),
}


def _check(name: str, value: object, file_name: str) -> None:
    if name == "is_lowered" and not isinstance(value, bool):
        raise DataError(f"{file_name}: is_lowered must be true or false.")
    if name == "precision" and value not in PRECISIONS:
        raise DataError(f"{file_name}: precision must be one of {', '.join(PRECISIONS)}.")
    if name in _LIMITS:
        _check_number(name, value, _LIMITS[name], file_name)


def _check_number(name: str, value: Any, limits: _Limits, file_name: str) -> None:
    kind, least, most = limits
    is_number = isinstance(value, int | kind) and not isinstance(value, bool)
    if not (is_number and least <= value <= most):
        raise DataError(f"{file_name}: {name} must be a number from {least:g} to {most:g}.")


def _check_network(architecture: str, network: object, file_name: str) -> None:
    known = inspect.signature(ARCHITECTURES[architecture]).parameters
    if not isinstance(network, dict) or not set(network) <= set(known):
        names = ", ".join(known) or "nothing"
        raise DataError(f"{file_name}: the network {architecture} can only be told {names}.")
    for name, value in network.items():
        if name == "batch_norm" and not isinstance(value, bool):
            raise DataError(f"{file_name}: batch_norm must be true or false.")
        if name == "filters" and (not isinstance(value, list) or len(value) != 3):
            raise DataError(f"{file_name}: filters must be a list of three numbers.")
        for each in value if name == "filters" else [value]:
            if name in _NETWORK_LIMITS:
                _check_number(name, each, _NETWORK_LIMITS[name], file_name)

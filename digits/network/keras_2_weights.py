"""Weights as Keras 2 stored them, put where Keras 3 looks for them."""

from __future__ import annotations

from collections import defaultdict

import h5py
import numpy as np

_STATE_OF_CHANCE = "StateVar"
_BEFORE_2_13 = "_layer_checkpoint_dependencies"


def without_state_of_chance(weights: h5py.Group) -> None:
    """Take the state of random layers out of the lists of weights, for those layers are gone.

    Args:
        weights: the group `model_weights` of an `.h5` file, open for writing.
    """
    for group in weights.values():
        names = np.atleast_1d(group.attrs.get("weight_names", []))
        texts = [each.decode() if isinstance(each, bytes) else str(each) for each in names]
        kept = [each.encode() for each in texts if _STATE_OF_CHANCE not in each]
        if len(kept) < len(texts):
            group.attrs["weight_names"] = kept
        for name in texts:
            if name.endswith(("mean:0", "variance:0")):
                _at_least_one_axis(group, name)


def rename_groups(weights: h5py.Group) -> None:
    """Name the groups of a `.keras` file's weights as Keras 3 does.

    Keras 2.12 put layers into a container of another name, and counted one with weights twice.

    Args:
        weights: the file of weights, or the group of a model inside, open for writing.
    """
    if _BEFORE_2_13 in weights and "layers" not in weights:
        weights.move(_BEFORE_2_13, "layers")
        _count_once(weights["layers"])
    for name, group in weights.get("layers", {}).items():
        if name.startswith("normalization") and "vars" in group:
            for each in list(group["vars"]):
                _at_least_one_axis(group["vars"], each)
        rename_groups(group)


def _at_least_one_axis(group: h5py.Group, name: str) -> None:
    """Keras 2 kept the mean of everything as a number, Keras 3 keeps it as a vector of one."""
    if group[name].shape == () and group[name].dtype.kind == "f":
        value = group[name][()]
        del group[name]
        group[name] = np.array([value])


def _count_once(layers: h5py.Group) -> None:
    """Number the layers of each kind without gaps: `conv2d`, `conv2d_1`, and so on."""
    numbered: dict[str, list[int]] = defaultdict(list)
    for name in layers:
        kind, _, number = name.rpartition("_")
        if kind and number.isdecimal():
            numbered[kind].append(int(number))
    for kind, numbers in numbered.items():
        first = 1 if kind in layers else 0
        for place, number in enumerate(sorted(numbers), first):
            if place != number:
                layers.move(f"{kind}_{number}", f"{kind}_{place}" if place else kind)

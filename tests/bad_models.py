"""Model files that must be refused, each made from a good one with a single thing changed."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from digits.network.architectures import INPUT_SHAPE
from digits.network.tensorflow_import import import_keras

Config = dict[str, Any]
Change = Callable[[Config], Config]


def write_good(path: Path) -> Path:
    """A small model that tells ten digits apart; its layers are ink, conv, flatten and digits."""
    keras = import_keras()
    layers = keras.layers
    image = keras.Input(INPUT_SHAPE, name="ink")
    tensor = layers.Conv2D(2, 3, strides=3, activation="relu", name="conv")(image)
    tensor = layers.Flatten(name="flatten")(tensor)
    keras.Model(image, layers.Dense(10, "softmax", name="digits")(tensor)).save(path)
    return path


def change_config(path: Path, change: Change) -> None:
    """Write a file's configuration anew; what else is in it stays."""
    replace_config(path, lambda text: json.dumps(change(json.loads(text))))


def replace_config(path: Path, change: Callable[[str], str | bytes]) -> None:
    """The same with the text of the configuration, which need not be JSON."""
    if path.suffix == ".h5":
        with h5py.File(path, "r+") as file:
            text = change(file.attrs["model_config"])
            # A long attribute must be of variable length.
            file.attrs.create("model_config", text, dtype=h5py.string_dtype())
        return
    members = members_of(path)
    text = change(members["config.json"].decode())
    members["config.json"] = text if isinstance(text, bytes) else text.encode()
    write_archive(path, members)


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_archive(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def layer(config: Config, name: str) -> Config:
    """The part of a configuration that describes a layer; it may be changed in place."""
    return next(each for each in config["config"]["layers"] if each["config"]["name"] == name)


def with_values(name: str, **values: Any) -> Callable[[Path], None]:
    """A layer that is told other things than it was."""

    def change(config: Config) -> Config:
        layer(config, name)["config"].update(values)
        return config

    return lambda path: change_config(path, change)


def with_kind(name: str, kind: Config) -> Callable[[Path], None]:
    """A layer that is of another class."""

    def change(config: Config) -> Config:
        layer(config, name).update(kind)
        return config

    return lambda path: change_config(path, change)


def lambda_config(trap: Path) -> Config:
    """A Lambda whose code makes a file when it is run, as each of the formats writes it."""
    from keras.src.utils import python_utils  # how Keras itself would write it

    code, defaults, closure = python_utils.func_dump(
        eval(f"lambda x: __import__('pathlib').Path({str(trap)!r}).touch() or x")
    )
    function = {
        "class_name": "__lambda__",
        "config": {"code": code, "defaults": defaults, "closure": closure},
    }
    return {
        "class_name": "Lambda",
        "module": "keras.layers",
        "registered_name": None,
        "config": {"name": "flatten", "function": function, "arguments": {}},
    }


def wrapped(wrapper: str, inner: Config) -> Config:
    """A layer around another."""
    return {
        "class_name": wrapper,
        "module": "keras.layers",
        "config": {"name": "flatten", "layer": inner},
    }


def inside_a_model(inner: Config) -> Config:
    layers = [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 9, 9, 2], "name": "in"}},
        inner,
    ]
    return {
        "class_name": "Sequential",
        "module": "keras",
        "config": {"name": "flatten", "layers": layers},
    }


def kind(class_name: str, module: str | None = None, **config: Any) -> Config:
    return {
        "class_name": class_name,
        "module": module,
        "registered_name": class_name,
        "config": {"name": "flatten", **config},
    }


# ---- Weights that are not where they seem to be


def weights_of(path: Path) -> Callable[[Callable[[h5py.Group, str], None]], None]:
    """Lets a function change one array of weights, given its group and its name there."""

    def change_h5(file: h5py.File, change: Callable[[h5py.Group, str], None]) -> None:
        found: list[str] = []
        file.visititems(
            lambda name, item: (
                found.append(name) if getattr(item, "shape", ()) == (162, 10) else None
            )
        )
        (name,) = found
        group = file[name].parent
        change(group, name.rsplit("/", 1)[1])

    def apply(change: Callable[[h5py.Group, str], None]) -> None:
        if path.suffix == ".h5":
            with h5py.File(path, "r+") as file:
                change_h5(file, change)
            return
        members = members_of(path)
        content = io.BytesIO(members["model.weights.h5"])
        with h5py.File(content, "r+") as file:
            change_h5(file, change)
        write_archive(path, members | {"model.weights.h5": content.getvalue()})

    return apply


def elsewhere(path: Path, how: str) -> None:
    """The weights of the last layer are said to lie in another file, beside this one."""
    other = path.with_name("elsewhere.h5")
    raw = path.with_name("elsewhere.bin")
    raw.write_bytes(os.urandom(162 * 10 * 4))
    with h5py.File(other, "w") as file:
        file["secret"] = np.zeros((162, 10), np.float32)

    def change(group: h5py.Group, name: str) -> None:
        del group[name]
        if how == "external link":
            group[name] = h5py.ExternalLink(str(other), "secret")
        elif how == "soft link":
            group[name] = h5py.SoftLink("/nowhere")
        elif how == "external data":
            files = [(str(raw), 0, h5py.h5f.UNLIMITED)]
            group.create_dataset(name, (162, 10), np.float32, external=files)
        else:
            layout = h5py.VirtualLayout((162, 10), np.float32)
            layout[:] = h5py.VirtualSource(str(other), "secret", (162, 10))
            group.create_virtual_dataset(name, layout)

    weights_of(path)(change)


def huge_array(path: Path) -> None:
    """An array of 2 TB of which nothing is stored, that would fit a huge layer."""
    with_values("digits", units=2**32)(path)

    def change(group: h5py.Group, name: str) -> None:
        del group[name]
        group.create_dataset(name, (162, 2**32), np.float32, chunks=(162, 4096))

    weights_of(path)(change)


def packed_zeros(path: Path, member: str, size: int) -> None:
    """A member of an archive that unpacks to so many bytes more than it had."""
    members = members_of(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            with archive.open(name, "w", force_zip64=True) as file:
                file.write(content)
                for _ in range(size // 2**20 if name == member else 0):
                    file.write(bytes(2**20))

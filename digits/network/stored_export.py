"""The network of a model file once more, as ONNX, for who answers without TensorFlow.

It lies in the `.h5` file itself, in the group `digit_export`, with the hash of the weights that it
was made from: an export whose weights have changed since is stale, and as good as none.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict, dataclass, field
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from digits.network.input_convention import InputConvention
from digits.network.layers import LayerRow
from digits.network.model_findings import ModelFindings

GROUP = "digit_export"
FORMAT = 1
LARGEST_DIFFERENCE = 1e-4
"""How far an export's logits may lie from Keras's."""

HOW_TO_EXPORT = (
    "To add one: pip install -r requirements-train.txt, then "
    "python -m digits.training.exporting FILE."
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class StoredExport:
    """A network without its softmax, and what cannot be seen in it.

    Attributes:
        onnx: from `images`, float32 (n, rows, columns), to `logits`, float32 (n, classes), and,
            where the model has a convolution, `feature_maps`, float32 (n, rows, columns, channels).
        layers: as `layers.layer_table`.
        last_convolution: the layer whose output the feature maps are; None without any.
        class_weights: float32 (classes, channels), the gradient of each logit with respect to any
            place of the feature maps, where that is the same for all pictures and places; else
            None.
        largest_difference: of a logit from Keras's, on the pictures that it was compared on.
        findings: of the model that it was made from; the export itself takes 28×28 in [0, 1].
    """

    onnx: bytes
    layers: tuple[LayerRow, ...]
    last_convolution: str | None
    class_weights: NDArray[np.float32] | None
    largest_difference: float
    findings: ModelFindings = field(default_factory=ModelFindings)


def weights_sha256(file: h5py.File) -> str:
    """The hash of a model's configuration and of all its weights, by name."""
    found = hashlib.sha256(_as_bytes(file.attrs["model_config"]))
    group = file["model_weights"]
    names: list[str] = []
    group.visititems(lambda name, item: names.append(name) if _is_array(item) else None)
    for name in sorted(names):
        found.update(name.encode())
        found.update(np.ascontiguousarray(group[name][()]).tobytes())
    return found.hexdigest()


def write_export(export: StoredExport, path: Path) -> None:
    """Put an export into a model file, in the place of one that is there."""
    with h5py.File(path, "r+") as file:
        if GROUP in file:
            del file[GROUP]
        group = file.create_group(GROUP)
        group["onnx"] = np.frombuffer(export.onnx, np.uint8)
        if export.class_weights is not None:
            group["class_weights"] = export.class_weights
        if export.last_convolution is not None:
            group.attrs["last_convolution"] = export.last_convolution
        group.attrs["format"] = FORMAT
        group.attrs["layers"] = json.dumps([asdict(each) for each in export.layers])
        group.attrs["largest_difference"] = export.largest_difference
        group.attrs["findings"] = json.dumps(asdict(export.findings))
        group.attrs["weights_sha256"] = weights_sha256(file)


def read_export(path: Path) -> StoredExport | None:
    """The export in an `.h5` file; None, with a line in the log, where it is missing or stale.

    Raises:
        Exception: the file is damaged; whatever its readers stumble over.
    """
    with h5py.File(path, "r") as file:
        group = file.get(GROUP)
        problem = _problem(file, group)
        if problem is not None:
            logger.warning("%s %s: it is answered by TensorFlow.", path.name, problem)
            return None
        return StoredExport(
            onnx=group["onnx"][()].tobytes(),
            layers=tuple(_layer_row(each) for each in json.loads(group.attrs["layers"])),
            last_convolution=group.attrs.get("last_convolution"),
            class_weights=group["class_weights"][()] if "class_weights" in group else None,
            largest_difference=float(group.attrs["largest_difference"]),
            findings=_findings(group.attrs.get("findings")),
        )


def _problem(file: h5py.File, group: h5py.Group | None) -> str | None:
    if group is None:
        return "holds no export"
    if group.attrs["format"] != FORMAT:
        return "holds an export of another version of this program"
    if group.attrs["weights_sha256"] != weights_sha256(file):
        return "has other weights than its export was made from"
    if "findings" not in group.attrs and "digit_architecture" not in file.attrs:
        return "holds an export from before models were examined"
    return None


def _findings(text: str | None) -> ModelFindings:
    """As they were written; the defaults for a network that this project trained before."""
    if text is None:
        return ModelFindings()
    words = json.loads(text)
    rows, columns = words["input_size"]
    return ModelFindings(
        convention=InputConvention(
            int(words["convention"]["white"]), bool(words["convention"]["is_inverted"])
        ),
        input_size=(int(rows), int(columns)),
        ending=words["ending"],
        probe=str(words["probe"]),
        notes=tuple(map(str, words["notes"])),
        warning=None if words["warning"] is None else str(words["warning"]),
    )


def _layer_row(words: dict) -> LayerRow:
    return LayerRow(
        name=str(words["name"]),
        kind=str(words["kind"]),
        output_shape=tuple(int(each) for each in words["output_shape"]),
        parameters=int(words["parameters"]),
    )


def _is_array(item: h5py.Group | h5py.Dataset) -> bool:
    return isinstance(item, h5py.Dataset)


def _as_bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else bytes(text)

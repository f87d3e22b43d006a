"""What a network's .onnx file holds that can be looked at: its first filters, its last layer, its numbers counted."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import streamlit as st
from onnx import numpy_helper

from inference.classifier import DEFAULT_NETWORK, models_folder


@dataclass(frozen=True)
class Filters:
    """The filters of the first convolution, (F, 3, 3) float32, with their biases (F,).

    They are laid on ``scale * pixel + shift``: the network's own normalisation. The batch normalisation that follows
    the convolution in training is part of them.
    """

    kernels: np.ndarray
    biases: np.ndarray
    scale: float
    shift: float


@dataclass(frozen=True)
class Head:
    """The last layer: the scores of the ten digits are ``features @ weights + biases``, (C, 10) and (10,) float32."""

    weights: np.ndarray
    biases: np.ndarray


@dataclass(frozen=True)
class Weights:
    """``numbers``: how many the file holds in all; ``filters`` and ``head`` are None where it is built otherwise."""

    numbers: int
    filters: Filters | None
    head: Head | None


def read_weights(path: Path) -> Weights:
    """Read them from a file as tf2onnx writes it; raise OSError where there is none."""
    graph = onnx.load(path).graph
    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    numbers = sum(array.size for array in held.values() if array.dtype == np.float32)
    return Weights(numbers, _filters(graph, held), _head(graph, held))


def _held_by(node: onnx.NodeProto, held: dict[str, np.ndarray]) -> list[np.ndarray]:
    return [held[name] for name in node.input if name in held]


def _filters(graph: onnx.GraphProto, held: dict[str, np.ndarray]) -> Filters | None:
    """Return the filters, where the first layers are scale, shift and a 3×3 convolution of the one channel."""
    nodes = [node for node in graph.node if node.op_type != "Reshape"]
    if [node.op_type for node in nodes[:3]] != ["Mul", "Add", "Conv"]:
        return None
    (scale,), (shift,), convolution = (_held_by(node, held) for node in nodes[:3])
    if len(convolution) != 2 or convolution[0].shape[1:] != (1, 3, 3):
        return None
    return Filters(convolution[0][:, 0], convolution[1], float(scale), float(shift))


def _head(graph: onnx.GraphProto, held: dict[str, np.ndarray]) -> Head | None:
    """Return the last layer, where nothing but the average over each map stands before it: then a map can be split."""
    last = [node for node in graph.node if node.op_type not in ("Transpose", "Squeeze")][-4:]
    if [node.op_type for node in last] != ["GlobalAveragePool", "MatMul", "Add", "Softmax"]:
        return None
    (weights,), (biases,) = (_held_by(node, held) for node in last[1:3])
    return Head(weights, biases)


def network_weights() -> Weights:
    """Return those of the network that answers, read once."""
    path = models_folder() / f"{DEFAULT_NETWORK}.onnx"
    return _read_once(str(path), path.stat().st_mtime_ns)


@st.cache_resource(show_spinner=False, max_entries=2)
def _read_once(path: str, stamp: int) -> Weights:
    return read_weights(Path(path))

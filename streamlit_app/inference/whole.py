"""How like one whole digit something is, neither a part of one nor two: a linear rule on what the network has seen.

For each digit a logistic regression on the features of the network's maps. training/segments.py fits it, on the pieces
of synthetic pages.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class WholeHead:
    """Ten linear rules, one a digit, on the features of a network's maps.

    ``blocks``: whose maps, in order; ``weights``: (10, features) and ``offsets``: (10,), both float32; ``network``: the
    SHA-256 of the network's .onnx: to any other network the head says nothing.
    """

    blocks: tuple[str, ...]
    weights: np.ndarray
    offsets: np.ndarray
    network: str

    def of(self, maps: list[np.ndarray], answers: np.ndarray) -> np.ndarray:
        """Return how like one whole digit each image is, (N,), 0-1: a map (N, R, C, filters) a block, answers (N,)."""
        scores = (features(maps) @ self.weights.T + self.offsets)[np.arange(len(answers)), answers]
        # Beyond this, float32 has no numbers between.
        return 1 / (1 + np.exp(-np.clip(scores, -30, 30)))

    def save(self, path: Path) -> None:
        """Write the head as an .npz file; the weights in half precision."""
        weights = self.weights.astype(np.float16)
        np.savez(path, blocks=self.blocks, network=self.network, weights=weights, offsets=self.offsets)


def features(maps: list[np.ndarray]) -> np.ndarray:
    """Return what is seen in maps: the mean of every filter over its map, then the greatest value; (N, features)."""
    return np.concatenate([one.mean(axis=(1, 2)) for one in maps] + [one.max(axis=(1, 2)) for one in maps], axis=1)


def load_head(path: Path) -> WholeHead:
    """Return the head in an .npz file; raise OSError, KeyError or ValueError where it is missing or damaged."""
    with np.load(path, allow_pickle=False) as file:
        arrays = (file[name].astype(np.float32) for name in ("weights", "offsets"))
        return WholeHead(tuple(str(name) for name in file["blocks"]), *arrays, network=str(file["network"]))

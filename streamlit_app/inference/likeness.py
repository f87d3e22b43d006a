"""How like a digit something is: a small head on what the network has seen already.

The ten probabilities sum to 1 whatever is shown, so a letter is read with confidence too. The network's inner maps
tell more: for each digit a linear rule (logistic regression) on their averages says whether what was read as that
digit is one. training/verdicts.py fits the rules; it measures other ways beside them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class LikenessHead:
    """Ten linear rules, one a digit, on the averages of a network's maps.

    ``blocks``: whose maps, in order; ``weights``: (10, features) float32, ``offsets``: (10,) float32; ``network``: the
    SHA-256 of the network's .onnx: to any other network the rules say nothing.
    """

    blocks: tuple[str, ...]
    weights: np.ndarray
    offsets: np.ndarray
    network: str

    def of(self, maps: list[np.ndarray], answers: np.ndarray) -> np.ndarray:
        """Return how like a digit each image is, (N,), 0-1: one map (N, R, C, filters) a block, and answers (N,)."""
        scores = averages(maps) @ self.weights.T + self.offsets
        # Beyond this, float32 has no numbers between.
        chosen = np.clip(scores[np.arange(len(answers)), answers], -30, 30)
        return 1 / (1 + np.exp(-chosen))

    def save(self, path: Path) -> None:
        """Write the head as an .npz file."""
        np.savez(path, blocks=self.blocks, weights=self.weights, offsets=self.offsets, network=self.network)


def averages(maps: list[np.ndarray]) -> np.ndarray:
    """Return the mean of every filter over its map, those of all maps beside each other: (N, features) float32."""
    return np.concatenate([one.mean(axis=(1, 2)) for one in maps], axis=1)


def load_head(path: Path) -> LikenessHead:
    """Return the head in an .npz file; raise OSError, KeyError or ValueError where it is missing or damaged."""
    with np.load(path, allow_pickle=False) as file:
        return LikenessHead(
            tuple(str(name) for name in file["blocks"]), file["weights"], file["offsets"], str(file["network"])
        )

"""How like a digit something is: a small head on what the network has seen already.

The ten probabilities sum to 1 whatever is shown, so a letter is read with confidence too. The network's inner maps
tell more. Two judges look at them and their scores are added: for each digit a linear rule (logistic regression), which
says whether what was read as that digit is one, and one layer of hidden units for all digits, which sees what goes
together. training/verdicts.py fits both; it measures other ways beside them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class LikenessHead:
    """Ten linear rules, one a digit, and a layer of hidden units, on the features of a network's maps.

    ``blocks``: whose maps, in order; ``weights``: (10, features) and ``offsets``: (10,), the rules; ``hidden``:
    (features, units), ``hidden_offsets``: (units,) and ``output``: (units,), the layer; all float32; ``network``: the
    SHA-256 of the network's .onnx: to any other network the head says nothing.
    """

    blocks: tuple[str, ...]
    weights: np.ndarray
    offsets: np.ndarray
    hidden: np.ndarray
    hidden_offsets: np.ndarray
    output: np.ndarray
    network: str

    def of(self, maps: list[np.ndarray], answers: np.ndarray) -> np.ndarray:
        """Return how like a digit each image is, (N,), 0-1: one map (N, R, C, filters) a block, and answers (N,)."""
        seen = features(maps)
        by_rule = (seen @ self.weights.T + self.offsets)[np.arange(len(answers)), answers]
        together = np.maximum(seen @ self.hidden + self.hidden_offsets, 0) @ self.output
        # Beyond this, float32 has no numbers between.
        return 1 / (1 + np.exp(-np.clip(by_rule + together, -30, 30)))

    def save(self, path: Path) -> None:
        """Write the head as an .npz file; the large arrays in half precision."""
        halves = {name: getattr(self, name).astype(np.float16) for name in LARGE}
        rest = {"blocks": self.blocks, "network": self.network}
        rest |= {name: getattr(self, name) for name in ("offsets", "hidden_offsets", "output")}
        np.savez(path, **halves, **rest)


LARGE = ("weights", "hidden")


def features(maps: list[np.ndarray]) -> np.ndarray:
    """Return what is seen in maps: the mean of every filter over its map, then the greatest value; (N, features)."""
    return np.concatenate([one.mean(axis=(1, 2)) for one in maps] + [one.max(axis=(1, 2)) for one in maps], axis=1)


def load_head(path: Path) -> LikenessHead:
    """Return the head in an .npz file; raise OSError, KeyError or ValueError where it is missing or damaged."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name].astype(np.float32) for name in (*LARGE, "offsets", "hidden_offsets", "output")}
        return LikenessHead(tuple(str(name) for name in file["blocks"]), **arrays, network=str(file["network"]))

"""How like a digit something is: a small network of its own, beside the one that reads.

The ten probabilities sum to 1 whatever is shown, so a letter is read with confidence too. The judge has ten answers
that do not: for each digit, whether this is one. It learnt digits and, as "none of the ten", letters of many scripts,
signs, scribbles, shapes and what the steps cut out of pictures (L. Shu et al., "DOC: Deep open classification of text
documents", 2017; D. Hendrycks et al., "Deep anomaly detection with outlier exposure", 2019). It is trained by
training/judge.py.
"""

import json
from pathlib import Path

import numpy as np
import onnxruntime


class Judge:
    """The judge on ONNX Runtime, with its card."""

    def __init__(self, path: Path):
        """Load an .onnx and the card beside it; raise what ONNX Runtime and json raise where one is damaged."""
        self.card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        # Under this likeness something is no digit.
        self.not_a_digit_below = float(self.card["not_a_digit_below"])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def scores(self, digits: np.ndarray) -> np.ndarray:
        """Return how like each digit images (N, 28, 28), 0-255, white on black, are: (N, 10), log odds."""
        return self._session.run(["scores"], {self._input: np.asarray(digits, np.float32)[..., None]})[0]

    def of(self, digits: np.ndarray, answers: np.ndarray) -> np.ndarray:
        """Return how like the digit that was read each image is, (N,), 0-1: ``answers``, (N,), are these digits."""
        # Beyond this, float32 has no numbers between.
        scores = np.clip(self.scores(digits)[np.arange(len(answers)), answers], -30, 30)
        return 1 / (1 + np.exp(-scores))


def judge_path(models: Path) -> Path:
    """Return where the judge lies in the folder of the networks: in one of its own, as it reads nothing."""
    return models / "likeness" / "likeness.onnx"

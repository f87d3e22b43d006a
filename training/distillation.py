"""Distillation: a network learns what an ensemble of others sees in an image, not its label alone.

A label says 4. The teachers say 4, and how much of a 9 it has; where the writing is open or the label wrong, they say
that too. Source: G. Hinton, O. Vinyals, J. Dean, "Distilling the knowledge in a neural network", 2015.

The teachers are shown what the hand has changed, before anything is done to the picture: they need not see through
noise, the pupil must.
"""

import json
import zlib
from pathlib import Path

import numpy as np

from inference.augmentation import augment
from inference.classifier import NetworkUnavailable
from training.calibration import with_temperature
from training.data import Split
from training.evaluation.probabilities import onnx_probabilities
from training.export import MODELS


class Lessons:
    """What the teachers answer to the training images of every epoch, kept in a folder for the next seed or restart.

    ``settings``: those of the run; its ``distillation`` gives ``teachers`` (names in models/, without the ending),
    ``temperature``, ``label_share`` and ``teachers_see`` (the augmentations that come before them). Raises
    NetworkUnavailable where a teacher is missing.
    """

    def __init__(self, split: Split, settings: dict, folder: Path):
        self._split = split
        self._settings = settings["distillation"]
        self._seed = settings["validation_seed"]
        shares = settings["augmentation"]
        self._before = {name: share for name, share in shares.items() if name in self._settings["teachers_see"]}
        self._temperatures = {name: _temperature(MODELS / f"{name}.json") for name in self._settings["teachers"]}
        try:
            teachers = [(MODELS / f"{name}.onnx").read_bytes() for name in self._settings["teachers"]]
        except OSError as error:
            raise NetworkUnavailable(
                f"{error.filename}, a teacher, is missing: restore it or train it first."
            ) from error
        # Other teachers, images or shares give other answers.
        made_with = json.dumps([self._settings, shares, self._temperatures]).encode()
        known_by = zlib.crc32(b"".join([made_with, split.images, *teachers]))
        self._folder = folder / f"answers-{known_by:08x}"

    def epoch(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the images of an epoch, (N, 28, 28) uint8, and what is to be learnt of each, (N, 10) float32.

        They are the same for every seed of the run. What is to be learnt is the label, by ``label_share``, and the
        rest the teachers' answers, made softer by ``temperature``.
        """
        rng = np.random.default_rng([self._seed, epoch])
        images = augment(self._split.images, self._split.labels, self._before, rng).astype(np.uint8)
        path = self._folder / f"epoch-{epoch + 1}.npy"
        try:
            answers = np.load(path)
        except (OSError, ValueError, EOFError):  # not there yet, or damaged
            answers = self._answers(images).astype(np.float16)
            self._folder.mkdir(parents=True, exist_ok=True)
            written = path.with_suffix(".part.npy")
            np.save(written, answers)
            written.replace(path)
        softened = with_temperature(answers.astype(np.float32), self._settings["temperature"])
        labels = np.eye(10, dtype=np.float32)[self._split.labels]
        share = self._settings["label_share"]
        return images, (share * labels + (1 - share) * softened).astype(np.float32)

    def _answers(self, images: np.ndarray) -> np.ndarray:
        """Return the ensemble's answer: the geometric mean of its calibrated probabilities, (N, 10)."""
        total = np.zeros((len(images), 10))
        for name in self._settings["teachers"]:
            raw = onnx_probabilities(MODELS / f"{name}.onnx", images)
            calibrated = with_temperature(raw, self._temperatures[name])
            total += np.log(np.maximum(calibrated, 1e-9))
        mean = np.exp(total / len(self._settings["teachers"]))
        return mean / mean.sum(axis=1, keepdims=True)


def _temperature(card: Path) -> float:
    try:
        return float(json.loads(card.read_text(encoding="utf-8"))["temperature"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NetworkUnavailable(f"{card}, a teacher's card, is missing or damaged: restore it.") from error
